#pragma once

#include "tests/system/running_server.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::system_test {

/// What `boxoffice` with some words did.
struct ended_command {
  std::optional<int> code;
  std::string output, errors;
};

/// `boxoffice` with these words, as an operator of a running server; `token`: as somebody else.
inline ended_command run_command(running_server& server, std::vector<std::string> words,
                                 const std::string& token = {}) {
  constexpr std::chrono::seconds patience{20};
  words.insert(words.end(), {"--server", server.url()});
  if (token.empty())
    words.insert(words.end(), {"--set", "auth.secret=a-secret-for-rush-and-tests-only"});
  else
    words.insert(words.end(), {"--token", token});
  rush::child_process child{server_binary(), words, server.scratch() / "command.err"};
  ended_command out;
  out.output = child.read_rest(patience);
  out.code = child.wait(patience);
  out.errors = child.error_text();
  return out;
}

}  // namespace boxoffice::system_test
