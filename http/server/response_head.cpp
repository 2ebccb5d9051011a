#include "http/server/response_head.hpp"

#include "logging/log.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include <boost/beast/http/status.hpp>

namespace boxoffice::http {
namespace {

void append_number(std::string& out, std::size_t value) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// IMF-fixdate, made once a second. **Source**: RFC 9110, 5.6.7.
std::string_view http_date(time_point now) {
  thread_local std::chrono::sys_seconds made_for{std::chrono::seconds{-1}};
  thread_local std::array<char, 64> text{};
  thread_local std::size_t size = 0;
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != made_for) {
    constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{second - day};
    size = static_cast<std::size_t>(std::snprintf(
        text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
        days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
        months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
        static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count())));
    made_for = second;
  }
  return {text.data(), size};
}

}  // namespace

bool is_bodiless(boost::beast::http::status code) {
  return code == boost::beast::http::status::no_content ||
         code == boost::beast::http::status::not_modified;
}

void render_refusal(response& answer, std::string_view request_id) {
  if (!answer.refusal) return;
  const auto& why = *answer.refusal;
  answer.content_type = problem_type;
  answer.body = why.body(request_id);
  if (const auto wait = why.retry_after())
    answer.with("Retry-After", std::to_string(wait->count()));
  if (why.code() == problem_code::unauthenticated)
    answer.with("WWW-Authenticate", "Bearer realm=\"boxoffice\"");
}

void append_head(std::string& out, const response& answer, const head_context& context) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<unsigned>(answer.status));
  out.push_back(' ');
  out.append(boost::beast::http::obsolete_reason(answer.status)).append("\r\n");
  append_field(out, "Date", http_date(context.now));
  if (!is_bodiless(answer.status)) {
    if (!answer.content_type.empty()) append_field(out, "Content-Type", answer.content_type);
    if (!answer.pieces && !answer.stream) {
      out.append("Content-Length: ");
      append_number(out, answer.text().size());
      out.append("\r\n");
    } else if (context.version == 11) {
      append_field(out, "Transfer-Encoding", "chunked");
    }
  }
  append_field(out, "X-Request-Id", context.request_id);
  for (const auto& [name, value] : answer.headers) {
    if (value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos) {
      append_field(out, name, value);
    } else {
      log(log_level::error, "http", "header with a line break left out",
          {{"request_id", context.request_id}, {"header", name}});
    }
  }
  if (!context.keep_alive) {
    append_field(out, "Connection", "close");
  } else if (context.version == 10) {
    append_field(out, "Connection", "keep-alive");
  }
  out.append("\r\n");
}

}  // namespace boxoffice::http
