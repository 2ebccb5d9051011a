#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace boxoffice {

enum class log_level : std::uint8_t { debug, info, warning, error, off };

/// `automatic`: text on a terminal, JSON lines otherwise.
enum class log_format : std::uint8_t { automatic, text, json };

struct log_settings {
  log_level level{log_level::info};
  log_format format{log_format::automatic};
  bool operator==(const log_settings&) const = default;
};

/// One `name=value` of a line. Borrows its texts: make it in the call of `log` only. There is no
/// conversion from `secret_text`. **Why** the constructors are not explicit: `{"status", 201}`.
struct log_field {
  using value_type = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  log_field(std::string_view name_, std::string_view text) : name{name_}, value{text} {}
  log_field(std::string_view name_, const char* text)
      : name{name_}, value{std::string_view{text}} {}
  log_field(std::string_view name_, const std::string& text)
      : name{name_}, value{std::string_view{text}} {}
  log_field(std::string_view name_, std::same_as<bool> auto truth) : name{name_}, value{truth} {}
  log_field(std::string_view name_, std::signed_integral auto number)
      : name{name_}, value{static_cast<std::int64_t>(number)} {}
  template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>) log_field(std::string_view name_, Number number)
      : name{name_}, value{static_cast<std::uint64_t>(number)} {}
  log_field(std::string_view name_, std::floating_point auto number)
      : name{name_}, value{static_cast<double>(number)} {}

  std::string_view name;
  value_type value;
};

/// On whose behalf something is done, as the fields `request_id` and `trace_id` of a line. What is
/// empty is left out. Borrows its texts, as log_field does. Whoever knows both ids becomes one.
struct log_request {
  log_request(std::string_view request_id_, std::string_view trace_id_)
      : request_id{request_id_}, trace_id{trace_id_} {}
  template <class Known>
  requires requires(const Known& k) { k.request_id(), k.trace_id(); }
  log_request(const Known& k) : log_request{k.request_id(), k.trace_id()} {}

  std::string_view request_id, trace_id;
};

/// Owned by `logging`; everybody else asks `log_enabled`.
extern std::atomic<log_level> lowest_log_level;

/// Whether a line of this level would be written: one relaxed load.
inline bool log_enabled(log_level level) {
  return level >= lowest_log_level.load(std::memory_order_relaxed);
}

/// Queues one line for standard error; never waits for the terminal or the disk. The fields that
/// belong to every line of a payment or a reservation are named `payment_id` and `reservation_id`.
/// Texts may hold anything a client sent: they are escaped, and cut at limits::log_field_bytes_max.
/// Of `info` and above, one line of each kind is written in limits::log_repeat_every; the others
/// are counted in the field `repeated` of the next. A kind is a component, a message, and who it is
/// about, as the fields `store`, `database`, `service`, `consumer`, `board` and `version` say.
/// **Requires** no secret, token, Authorization header or password in `message` or `fields`.
/// **Ensures** nothing at all before a `logging` exists and after it ended. **Thread**: any.
void log(log_level level, std::string_view component, std::string_view message,
         std::initializer_list<log_field> fields = {});
/// The same with the ids of a request, in front of the other fields.
void log(log_level level, const log_request& by, std::string_view component,
         std::string_view message, std::initializer_list<log_field> fields = {});

/// How the log is doing, for the metrics.
struct log_counts {
  std::size_t queued_lines{0};  ///< wait for the log's thread now
  std::uint64_t lost_lines{0};  ///< were overrun because the queue was full
};
log_counts log_state();

/// The log of the process: makes `log` write while it lives. `main` owns the only one, made first
/// and destroyed last; the destructor writes every queued line and says how many were lost.
class logging {
 public:
  explicit logging(const log_settings& how);
  ~logging();
  logging(const logging&) = delete;
  logging& operator=(const logging&) = delete;
};

}  // namespace boxoffice
