#include "tests/system/running_server.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

// The shell block between the walk's markers of the README.
std::string walk_of_the_readme() {
  std::ifstream in{"README.md"};  // tests run in the root of the repository
  std::string line, walk;
  bool inside = false;
  while (std::getline(in, line)) {
    if (line == "<!-- walk -->") {
      inside = true;
    } else if (line == "<!-- /walk -->") {
      return walk;
    } else if (inside && !line.starts_with("```")) {
      walk += line + '\n';
    }
  }
  return {};
}

TEST(Readme, TheWalkThroughAPurchaseWorksWhenItIsPasted) {
  const auto walk = walk_of_the_readme();
  ASSERT_FALSE(walk.empty());
  running_server server{
      {"demo.load=true",
       "demo.file=" + (std::filesystem::current_path() / "config/demo.json").string()}};
  const auto script = server.scratch() / "walk.sh";
  std::ofstream{script} << walk;
  ASSERT_EQ(setenv("BASE", server.url().c_str(), 1), 0);
  rush::child_process shell{
      "/bin/bash", {"-euo", "pipefail", script.string()}, server.scratch() / "walk.err"};
  const auto output = shell.read_rest(std::chrono::seconds{60});
  EXPECT_EQ(shell.wait(std::chrono::seconds{60}), 0) << output << shell.error_text();
  unsetenv("BASE");
  EXPECT_NE(output.find("\"status\":\"COMPLETED\""), std::string::npos) << output;
  EXPECT_NE(output.find("\"status\":\"CONFIRMED\""), std::string::npos) << output;
  EXPECT_NE(output.find("\"seatsSold\":1"), std::string::npos) << output;
}

}  // namespace
}  // namespace boxoffice::system_test
