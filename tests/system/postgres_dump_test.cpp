// The dumps that docs/OPERATIONS.md describes, taken in the middle of a rush.
#include "tests/rush/audit_run.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/shell_block.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

constexpr std::array dumped{"concert", "reservation", "point", "payment"};

std::string upper(std::string text) {
  for (auto& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// Runs shell text with the databases' addresses in its environment, as the page asks for.
std::string run_shell(const std::filesystem::path& scratch, const std::string& text,
                      const rush::postgres_databases& databases) {
  for (const std::string each : dumped)
    setenv(upper(each).c_str(), databases.url(each).c_str(), 1);
  setenv("DUMPS", scratch.c_str(), 1);
  const auto script = scratch / "pasted.sh";
  std::ofstream{script} << text;
  rush::child_process shell{
      "/bin/bash", {"-euo", "pipefail", script.string()}, scratch / "pasted.err"};
  const auto said = shell.read_rest(seconds{120});
  if (shell.wait(seconds{120}) == 0) return {};
  return "failed: " + said + shell.error_text();
}

// Dumps are taken one after another: a later one may have seen more of an earlier one than that
// holds, and the restored store is named as set back. Nothing else may be said.
bool says_only_that_dumps_are_of_different_moments(const std::string& faults) {
  std::istringstream lines{faults};
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && !line.starts_with("store_set_back ")) return false;
  return true;
}

TEST(PostgresDump, TakenInTheMiddleOfARushAddsUp) {
  const rush::postgres_databases databases{test::postgres_server_url()};
  const rush::postgres_databases restored{test::postgres_server_url()};
  const rush::scratch_directory dumps{"boxoffice-dumps"};
  const auto dump = shell_block("docs/OPERATIONS.md", "dump");
  ASSERT_FALSE(dump.empty());

  running_server server{databases};
  rush_on rush{server,
               {.seats = 200, .waiting_room = std::nullopt, .hold = seconds{3}},
               {.buyers = 400, .how = {.refund = 0.2}, .seed = announced_seed(4)}};
  std::string trouble = "no dump was taken";
  std::thread other;
  rush.at(800, [&] {
    other = std::thread{[&] { trouble = run_shell(dumps.path(), dump, databases); }};
  });
  rush.finish();
  if (other.joinable()) other.join();
  ASSERT_EQ(trouble, "");
  EXPECT_EQ(rush.measured().server_errors(), 0U);
  ASSERT_EQ(server.process().stop(), 0);

  ASSERT_EQ(run_shell(dumps.path(),
                      "for s in concert reservation point payment; do\n"
                      "  name=${s^^}\n"
                      "  pg_restore --exit-on-error -d \"${!name}\" \"$DUMPS/$s.dump\"\n"
                      "done\n",
                      restored),
            "");
  running_server again{restored};
  const auto drained = [&] {
    return rush::audit(server_binary(), again.data_dir(), {"--drained"});
  };
  const auto adds_up = [&] {
    const auto audited = drained();
    if (audited.code == 0) return true;
    return audited.code == 1 && !audited.faults().empty() &&
           says_only_that_dumps_are_of_different_moments(audited.faults());
  };
  EXPECT_TRUE(eventually(adds_up)) << drained().faults();
  const auto paid = again.read_books().payments.size();
  EXPECT_GT(paid, 0U) << "dumped before the first payment";
  EXPECT_LT(paid, rush.log().count(rush::acknowledged::payment)) << "dumped after the last payment";
}

}  // namespace
}  // namespace boxoffice::system_test
