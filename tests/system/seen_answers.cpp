#include "tests/system/seen_answers.hpp"

#include "tests/system/plain_client.hpp"

#include <exception>
#include <fcntl.h>
#include <sstream>
#include <string_view>
#include <unistd.h>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

constexpr std::string_view problems = "boxoffice_http_problems_total{";
constexpr std::string_view requests = "boxoffice_http_request_seconds_count{";
constexpr std::string_view undeclared = "boxoffice_http_undeclared_answers_total ";

}  // namespace

void note_seen_answers(const std::string& url) {
  std::string page;
  try {
    page = plain_client{url}.send({.target = "/metrics"}).body;
  } catch (const std::exception&) {
    return;
  }
  std::istringstream lines{page};
  std::string seen;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(problems) || line.starts_with(requests))
      seen.append(line.substr(line.find('{'), line.rfind('}') - line.find('{') + 1)) += '\n';
    if (line.starts_with(undeclared)) {
      EXPECT_EQ(line.substr(undeclared.size()), "0") << "answers that are not declared";
    }
  }
  // All of it at once: many tests write at a time.
  const int file = ::open(BOXOFFICE_SEEN_ANSWERS, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return;
  [[maybe_unused]] const auto written = ::write(file, seen.data(), seen.size());
  ::close(file);
}

}  // namespace boxoffice::system_test
