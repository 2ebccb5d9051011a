#pragma once

#include "tests/system/ended_command.hpp"
#include "tests/system/visitor.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {

inline std::string ticket_path(const std::string& reservation) {
  return "/v1/reservations/" + reservation + "/ticket";
}

/// An operator at a door.
class door {
 public:
  explicit door(const std::string& url, const std::string& role = "operator")
      : who_{url, "door1", role} {}

  plain_answer ask(const json& body) { return who_.post("/v1/admin/tickets/verify", body); }
  json shown(const std::string& ticket, bool admit, const std::string& schedule = {}) {
    json body{{"ticket", ticket}, {"admit", admit}};
    if (!schedule.empty()) body["scheduleId"] = schedule;
    const auto answer = ask(body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.value();
  }
  json looked_at(const std::string& ticket) { return shown(ticket, false); }
  json admitted(const std::string& ticket) { return shown(ticket, true); }

 private:
  visitor who_;
};

/// `boxoffice verify` with these words.
inline ended_command verify(const std::filesystem::path& scratch, std::vector<std::string> words) {
  words.insert(words.begin(), "verify");
  rush::child_process child{server_binary(), words, scratch / "verify.err"};
  ended_command out;
  out.output = child.read_rest(std::chrono::seconds{20});
  out.code = child.wait(std::chrono::seconds{20});
  out.errors = child.error_text();
  return out;
}

}  // namespace boxoffice::system_test
