// `boxoffice migrate` on PostgreSQL: several at once, again, and against a newer schema.
#include "tests/servers/test_servers.hpp"
#include "tests/system/running_server.hpp"

#include <deque>
#include <filesystem>
#include <pqxx/pqxx>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

/// `boxoffice migrate`, started at once.
class migration {
 public:
  explicit migration(const rush::postgres_databases& at) {
    const auto settings = scratch_.path() / "settings.toml";
    at.write_settings(settings);
    process_.emplace(server_binary(),
                     std::vector<std::string>{"migrate", "--config", settings.string(),
                                              "--data-dir", (scratch_.path() / "data").string()},
                     scratch_.path() / "errors");
  }
  /// Its exit code; -1 when it does not end.
  int code() {
    said_ = process_->read_rest(seconds{60});
    return process_->wait(seconds{60}).value_or(-1);
  }
  [[nodiscard]] std::string said() const { return said_ + process_->error_text(); }

 private:
  rush::scratch_directory scratch_{"boxoffice-migrate"};
  std::optional<rush::child_process> process_;
  std::string said_;
};

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(PostgresMigration, OfTwoNodesAtOnceOneDoesItAndTheOtherWaits) {
  for (int round = 0; round < 5; ++round) {
    const rush::postgres_databases empty{test::postgres_server_url()};
    std::deque<migration> nodes;
    for (int i = 0; i < 3; ++i)
      nodes.emplace_back(empty);
    std::string all;
    for (auto& node : nodes) {
      EXPECT_EQ(node.code(), 0) << node.said();
      all += node.said();
    }
    for (const std::string service : {"concert", "reservation", "point", "payment"})
      EXPECT_EQ(times(all, service + ": created"), 1U) << all;
  }
}

TEST(PostgresMigration, DoesNothingTheSecondTimeAndNothingToANewerSchema) {
  const rush::postgres_databases at{test::postgres_server_url()};
  migration first{at};
  ASSERT_EQ(first.code(), 0) << first.said();
  migration second{at};
  EXPECT_EQ(second.code(), 0) << second.said();
  EXPECT_EQ(times(second.said(), "nothing to do"), 4U) << second.said();
  {
    pqxx::connection db{at.url("point")};
    pqxx::nontransaction{db}.exec("UPDATE schema_version SET version = 99");
  }
  migration third{at};
  EXPECT_EQ(third.code(), 1);
  EXPECT_NE(third.said().find("written by a newer boxoffice"), std::string::npos) << third.said();
}

}  // namespace
}  // namespace boxoffice::system_test
