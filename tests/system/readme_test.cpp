#include "tests/system/running_server.hpp"
#include "tests/system/shell_block.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

TEST(Readme, TheWalkThroughAPurchaseWorksWhenItIsPasted) {
  const auto walk = shell_block("README.md", "walk");
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
