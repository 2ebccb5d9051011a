#include "config/log.hpp"

#include "config/limits.hpp"
#include "config/log_line.hpp"

#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unistd.h>
#include <utility>

#include <spdlog/async_logger.h>
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
  explicit log_backend(log_format as)
      : format{as},
        sink{std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>()},
        pool{std::make_shared<spdlog::details::thread_pool>(limits::log_queue_lines_max, 1)},
        logger{std::make_shared<spdlog::async_logger>(
            "boxoffice", sink, pool, spdlog::async_overflow_policy::overrun_oldest)} {
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        format == log_format::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc));
    logger->set_level(spdlog::level::trace);
    logger->set_error_handler([](const std::string&) {});  // standard error is gone: nowhere to say
  }

  log_format format;
  std::shared_ptr<spdlog::sinks::ansicolor_stderr_sink_mt> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

std::mutex backend_lock;
std::shared_ptr<log_backend> backend;  // guarded by backend_lock

std::shared_ptr<log_backend> current_backend() {
  const std::scoped_lock hold{backend_lock};
  return backend;
}

void write(log_backend& to, log_level level, std::string_view component, std::string_view message,
           std::span<const log_field> fields) {
  const auto line = to.format == log_format::json ? format_json(component, message, fields)
                                                  : format_text(component, message, fields);
  to.logger->log(to_spdlog(level), spdlog::string_view_t{line.data(), line.size()});
}

}  // namespace

void log(log_level level, std::string_view component, std::string_view message,
         std::initializer_list<log_field> fields) {
  if (level == log_level::off || !log_enabled(level)) return;
  if (const auto to = current_backend()) write(*to, level, component, message, fields);
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
  const std::uint64_t lost = last->pool->overrun_counter();
  if (lost > 0 && level <= log_level::warning) {
    const log_field field{"lost_lines", lost};
    write(*last, log_level::warning, "log", "lines were lost: the queue was full", {&field, 1});
  }
}

}  // namespace boxoffice
