#include "actors/audit/auditor.hpp"

#include "config/limits.hpp"
#include "tests/actors/virtual_time.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using testing::virtual_time;

/// Books with one account whose balance is off, until it is mended.
class scripted_reader final : public audit::books_reader {
 public:
  audit::books read() override {
    ++reads;
    if (broken) throw std::runtime_error{"the disk is gone"};
    audit::books all;
    const auto ann = all.users.of("ann");
    all.balances.push_back({ann, balance});
    if (mends_itself) balance = 0;
    return all;
  }

  std::int64_t balance{0};
  bool broken{false};
  bool mends_itself{false};
  int reads{0};
};

class Auditor : public ::testing::Test {
 protected:
  virtual_time time_;
  scripted_reader reader_;
  auditor_actor auditor_{time_.owns(
      spawn_auditor(time_.system(), audit_context{.time = time_.clock(),
                                                  .reader = reader_,
                                                  .jobs = time_.reads(),
                                                  .terms = {.how = audit::reading::online},
                                                  .metrics = time_.metrics()}))};
  testing::inbox<invariants_reply> inbox_{time_};

  const invariants_reply& asked(std::uint64_t correlation) {
    inbox_.send(auditor_, read_invariants{correlation});
    return inbox_.last<invariants_reply>();
  }
};

TEST_F(Auditor, TellsWhenTheBooksAddUp) {
  const auto& reply = asked(7);
  EXPECT_EQ(reply.correlation, 7U);
  EXPECT_EQ(reply.fault, fault::none);
  EXPECT_EQ(reply.checked_at, time_.now());
  ASSERT_TRUE(reply.report);
  EXPECT_TRUE(reply.report->ok());
  EXPECT_EQ(reply.report->counts.accounts, 1U);
  EXPECT_EQ(reader_.reads, 1);
}

TEST_F(Auditor, AccusesOnlyAfterASecondReading) {
  reader_.balance = 5;
  const auto& reply = asked(1);
  ASSERT_TRUE(reply.report);
  ASSERT_EQ(reply.report->violations.size(), 1U);
  EXPECT_EQ(reply.report->violations.front().broken, audit::rule::ledger_sum);
  EXPECT_EQ(reader_.reads, 2);
}

TEST_F(Auditor, ForgivesWhatTheSecondReadingExplains) {
  reader_.balance = 5;
  reader_.mends_itself = true;
  EXPECT_TRUE(asked(1).report->ok());
}

TEST_F(Auditor, AskersShareTheCheckThatRuns) {
  time_.reads().hold();
  inbox_.send(auditor_, read_invariants{1});
  inbox_.send(auditor_, read_invariants{2});
  EXPECT_TRUE(inbox_.all<invariants_reply>().empty());
  time_.reads().resume();
  time_.run();
  EXPECT_EQ(inbox_.all<invariants_reply>().size(), 2U);
  EXPECT_EQ(reader_.reads, 1);
}

TEST_F(Auditor, AReportIsKeptForAWhile) {
  asked(1);
  time_.advance(limits::audit_kept - milliseconds{1});
  const auto& kept = asked(2);
  EXPECT_EQ(kept.checked_at, testing::beginning);
  EXPECT_EQ(reader_.reads, 1);
  time_.advance(milliseconds{1});
  EXPECT_EQ(asked(3).checked_at, time_.now());
  EXPECT_EQ(reader_.reads, 2);
}

TEST_F(Auditor, IsUnavailableWhileADatabaseCannotBeRead) {
  reader_.broken = true;
  const auto& reply = asked(1);
  EXPECT_EQ(reply.fault, fault::unavailable);
  EXPECT_FALSE(reply.report);
  reader_.broken = false;
  EXPECT_TRUE(asked(2).report) << "a failure is not kept";
}

TEST_F(Auditor, TakesNoMoreAskersThanItCanAnswer) {
  time_.reads().hold();
  for (std::size_t i = 0; i < limits::audit_waiting_max; ++i)
    inbox_.post(auditor_, read_invariants{i});
  EXPECT_EQ(asked(999).fault, fault::overloaded);
  time_.reads().resume();
  time_.run();
  EXPECT_EQ(inbox_.all<invariants_reply>().size(), limits::audit_waiting_max + 1);
}

TEST_F(Auditor, IsUnavailableWhenItsThreadIsGone) {
  time_.reads().stop();
  EXPECT_EQ(asked(1).fault, fault::unavailable);
}

}  // namespace
}  // namespace boxoffice
