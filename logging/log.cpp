#include "logging/log.hpp"

#include "logging/log_limiter.hpp"
#include "logging/log_limits.hpp"
#include "logging/log_line.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

#include <spdlog/async_logger.h>
#include <spdlog/details/periodic_worker.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>

namespace boxoffice {

std::atomic<log_level> lowest_log_level{log_level::off};

namespace {

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

spdlog::level::level_enum to_spdlog(log_level level) {
  switch (level) {
    case log_level::debug:
      return spdlog::level::debug;
    case log_level::info:
      return spdlog::level::info;
    case log_level::warning:
      return spdlog::level::warn;
    case log_level::error:
      return spdlog::level::err;
    case log_level::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

bool is_terminal() {
  const char* kind = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): before any thread
  return isatty(STDERR_FILENO) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

log_format decide(log_format wanted) {
  if (wanted != log_format::automatic) return wanted;
  return is_terminal() ? log_format::text : log_format::json;
}

/// The queue, its thread and the sink. Ends its thread after the last queued line.
struct log_backend {
  using steady = std::chrono::steady_clock;
  explicit log_backend(log_format as)
      : format{as},
        sink{std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>()},
        pool{std::make_shared<spdlog::details::thread_pool>(limits::log_queue_lines_max, 1)},
        logger{std::make_shared<spdlog::async_logger>(
            "boxoffice", sink, pool, spdlog::async_overflow_policy::overrun_oldest)},
        repeats{[this] { write_left_out(); }, limits::log_repeat_every} {
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        format == log_format::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc));
    logger->set_level(spdlog::level::trace);
    logger->set_error_handler([](const std::string&) {});  // standard error is gone: nowhere to say
  }

  void write(log_level level, std::string kind, std::string text) {
    if (level < log_level::info) return write({static_cast<int>(level), std::move(text), 0});
    std::optional<log_limiter::line> now;
    {
      const std::scoped_lock hold{lock};
      now = limiter.admit(kind, {static_cast<int>(level), std::move(text), 0}, steady::now());
    }
    if (now) write(*now);
  }
  /// What stopped repeating is told as well, a little later.
  void write_left_out(steady::time_point now = steady::now()) {
    std::vector<log_limiter::line> lines;
    {
      const std::scoped_lock hold{lock};
      lines = limiter.due(now);
    }
    for (const auto& each : lines)
      write(each);
  }
  void write(const log_limiter::line& line) {
    const auto text = line.repeated == 0 ? line.text : with_repeated(line);
    logger->log(to_spdlog(static_cast<log_level>(line.level)),
                spdlog::string_view_t{text.data(), text.size()});
  }
  [[nodiscard]] std::string with_repeated(const log_limiter::line& line) const {
    const auto* const before = format == log_format::json ? ",\"repeated\":" : " repeated=";
    return line.text + before + std::to_string(line.repeated);
  }

  log_format format;
  std::shared_ptr<spdlog::sinks::ansicolor_stderr_sink_mt> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
  std::mutex lock;
  log_limiter limiter{limits::log_kinds_max};  // guarded by lock
  spdlog::details::periodic_worker repeats;    // last: it ends first
};

// Who a line is about. Ids are not among these: there are as many as things that go wrong.
constexpr std::array<std::string_view, 6> fields_of_kind{"store",    "database", "service",
                                                         "consumer", "board",    "version"};

std::string kind_of(std::string_view component, std::string_view message,
                    std::span<const log_field> fields) {
  std::string kind{component};
  kind.append("\n").append(message);
  for (const auto& f : fields) {
    if (std::ranges::find(fields_of_kind, f.name) == fields_of_kind.end()) continue;
    kind.append("\n");
    if (const auto* text = std::get_if<std::string_view>(&f.value)) kind.append(*text);
    if (const auto* number = std::get_if<std::int64_t>(&f.value))
      kind.append(std::to_string(*number));
  }
  return kind;
}

std::mutex backend_lock;
std::shared_ptr<log_backend> backend;  // guarded by backend_lock

std::shared_ptr<log_backend> current_backend() {
  const std::scoped_lock hold{backend_lock};
  return backend;
}

void write(log_backend& to, log_level level, std::string_view component, std::string_view message,
           std::span<const log_field> fields) {
  auto line = to.format == log_format::json ? format_json(component, message, fields)
                                            : format_text(component, message, fields);
  to.write(level, level < log_level::info ? std::string{} : kind_of(component, message, fields),
           std::move(line));
}

}  // namespace

void log(log_level level, std::string_view component, std::string_view message,
         std::initializer_list<log_field> fields) {
  if (level == log_level::off || !log_enabled(level)) return;
  if (const auto to = current_backend()) write(*to, level, component, message, fields);
}

void log(log_level level, const log_request& by, std::string_view component,
         std::string_view message, std::initializer_list<log_field> fields) {
  if (level == log_level::off || !log_enabled(level)) return;
  std::vector<log_field> all;
  all.reserve(fields.size() + 2);
  if (!by.request_id.empty()) all.emplace_back("request_id", by.request_id);
  if (!by.trace_id.empty()) all.emplace_back("trace_id", by.trace_id);
  all.insert(all.end(), fields);
  if (const auto to = current_backend()) write(*to, level, component, message, all);
}

log_counts log_state() {
  const auto of = current_backend();
  if (!of) return {};
  return {of->pool->queue_size(), of->pool->overrun_counter()};
}

logging::logging(const log_settings& how) {
  auto made = std::make_shared<log_backend>(decide(how.format));
  {
    const std::scoped_lock hold{backend_lock};
    backend = std::move(made);
  }
  lowest_log_level.store(how.level, std::memory_order_relaxed);
}

logging::~logging() {
  const auto level = lowest_log_level.exchange(log_level::off, std::memory_order_relaxed);
  std::shared_ptr<log_backend> last;
  {
    const std::scoped_lock hold{backend_lock};
    last = std::exchange(backend, nullptr);
  }
  if (level < log_level::off) last->write_left_out(std::chrono::steady_clock::time_point::max());
  const std::uint64_t lost = last->pool->overrun_counter();
  if (lost > 0 && level <= log_level::warning) {
    const log_field field{"lost_lines", lost};
    write(*last, log_level::warning, "log", "lines were lost: the queue was full", {&field, 1});
  }
}

}  // namespace boxoffice
