#include "storage/sqlite/migrations/migrate.hpp"

#include "storage/sqlite/stores.hpp"
#include "storage/storage_error.hpp"
#include "tests/storage/samples.hpp"
#include "tests/storage/temp_directory.hpp"

#include <array>
#include <fstream>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

namespace boxoffice::sqlite {
namespace {

constexpr std::array first_only{migration{1, "a", "CREATE TABLE a (x INTEGER)"}};
constexpr std::array both{migration{1, "a", "CREATE TABLE a (x INTEGER)"},
                          migration{2, "b", "CREATE TABLE b (x INTEGER)"}};
constexpr std::array second_broken{migration{1, "a", "CREATE TABLE a (x INTEGER)"},
                                   migration{2, "b", "CREATE TABLE b (x INTEGER); nonsense"}};

TEST(Migrate, CreatesThenHasNothingToDo) {
  const test::temp_directory dir;
  const auto lines = migrate_sqlite(dir.path());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "concert: created, version 3");
  EXPECT_EQ(migrate_sqlite(dir.path())[1], "reservation: version 5, nothing to do");
  EXPECT_EQ(migrate_queue_ranking(dir.path()), "queue_ranking: created, version 5");
}

TEST(Migrate, GoesOnFromWhereTheFileIs) {
  const test::temp_directory dir;
  const auto file = dir.path() / "s.db";
  migrate(file, {"s", first_only});
  const auto done = migrate(file, {"s", both});
  EXPECT_EQ(done.from, 1);
  EXPECT_EQ(done.to, 2);
  EXPECT_TRUE(SQLite::Database{file.string()}.tableExists("b"));
}

TEST(Migrate, AFailedStepLeavesTheVersionBefore) {
  const test::temp_directory dir;
  const auto file = dir.path() / "s.db";
  EXPECT_THROW(migrate(file, {"s", second_broken}), storage_error);
  EXPECT_TRUE(SQLite::Database{file.string()}.tableExists("a"));
  EXPECT_FALSE(SQLite::Database{file.string()}.tableExists("b"));
  EXPECT_EQ(migrate(file, {"s", both}).from, 1);
}

TEST(Migrate, RefusesANewerFileAndChangesNothing) {
  const test::temp_directory dir;
  const auto file = dir.path() / "s.db";
  migrate(file, {"s", both});
  try {
    migrate(file, {"s", first_only});
    FAIL() << "a newer file was taken";
  } catch (const schema_too_new& e) {
    const std::string text = e.what();
    EXPECT_NE(text.find(file.string()), std::string::npos) << text;
    EXPECT_NE(text.find("version 2"), std::string::npos) << text;
  }
  EXPECT_EQ(migrate(file, {"s", both}).from, 2);
}

TEST(Migrate, RefusesWhatIsNotItsDatabase) {
  const test::temp_directory dir;
  const auto file = dir.path() / "s.db";
  migrate(file, {"other", both});
  EXPECT_THROW(migrate(file, {"s", both}), storage_error);
  const auto text = dir.path() / "t.db";
  std::ofstream{text} << std::string(5000, 'x');
  try {
    migrate(text, {"s", both});
    FAIL() << "a text was taken for a database";
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::damaged) << e.what();
  }
}

TEST(Schema, TimelinesOfBeforeAreKept) {
  const test::temp_directory dir;
  const auto file = dir.path() / "payment.db";
  migrate(file, {"payment", payment_schema.migrations.first(2)});
  {
    SQLite::Database old{file.string(), SQLite::OPEN_READWRITE};
    old.exec(
        "INSERT INTO payment VALUES (5, 1, 1, 'u', 3, 1, 0, '', 0, 0, 1, 0, 9, 9, 0, 9, 0);"
        "INSERT INTO saga_note VALUES (5, 2, 11, 1, 1, 'a \\ and'||char(10)||'b'),"
        " (5, 1, 10, 0, 0, 'started')");
  }
  const auto opened = open_payment_storage(file);
  const auto notes = opened.reader->timeline({5});
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].what, "started");
  EXPECT_EQ(notes[0].payment, payment_id{5});
  EXPECT_EQ(notes[1].what, "a \\ and\nb");
  EXPECT_EQ(notes[1].at, from_unix_ms(11));
  EXPECT_EQ(notes[1].state, saga_state::debited);
  EXPECT_EQ(notes[1].step, saga_step::confirm);
  EXPECT_FALSE(opened.reader->find({5})->from) << "nobody knows who asked for it";
}

TEST(Schema, NobodyWasAdmittedBefore) {
  const test::temp_directory dir;
  const auto file = dir.path() / "reservation.db";
  migrate(file, {"reservation", reservation_schema.migrations.first(3)});
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec(
      "INSERT INTO reservation (id, schedule, concert, user, seats, amount, status, held_at,"
      " expires_at, payment, reverted) VALUES (5, 3, 1, 'u', x'00', 0, 4, 1, 9, 7, 0)");
  auto opened = open_reservation_storage(file);
  auto row = opened.reader->find({{3}, 5});
  ASSERT_TRUE(row);
  EXPECT_EQ(row->admitted_at, no_time);
}

TEST(Schema, NoHoldWasExtendedBefore) {
  const test::temp_directory dir;
  const auto file = dir.path() / "reservation.db";
  migrate(file, {"reservation", reservation_schema.migrations.first(4)});
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec(
      "INSERT INTO reservation (id, schedule, concert, user, seats, amount, status, held_at,"
      " expires_at, payment, reverted) VALUES (5, 3, 1, 'u', x'00', 0, 0, 1, 9, 0, 0)");
  auto opened = open_reservation_storage(file);
  auto row = opened.reader->find({{3}, 5});
  ASSERT_TRUE(row);
  EXPECT_EQ(row->extended_at, no_time);
  EXPECT_EQ(row->expires_at, from_unix_ms(9));
}

TEST(Schema, SchedulesOfBeforeOfferNoExtension) {
  const test::temp_directory dir;
  const auto file = dir.path() / "concert.db";
  migrate(file, {"concert", concert_schema.migrations.first(2)});
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec(
      "INSERT INTO concert VALUES (7, 't', 'a', NULL, 0, 0, 0);"
      "INSERT INTO schedule VALUES (2, 7, 3, 1, 2, 'hall', 120, 4)");
  auto opened = open_concert_storage(file);
  const auto all = opened.store->load();
  ASSERT_TRUE(all.find(schedule_id{2}));
  EXPECT_EQ(all.find(schedule_id{2})->hold_extension, seconds{0});
  EXPECT_EQ(all.find(schedule_id{2})->hold, seconds{120});
}

TEST(Schema, MarksOfBeforeAreKept) {
  const test::temp_directory dir;
  const auto file = dir.path() / "queue_ranking.db";
  migrate(file, {"queue_ranking", queue_ranking_schema.migrations.first(1)});
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec(
      "INSERT INTO applied_event VALUES ('a', 7, 1007), ('a', 9, 1009), ('b', 7, 1007)");
  const auto opened = open_queue_ranking_storage(file);
  EXPECT_EQ(opened.ranking->load_board("a", 0).applied_through, 9U);
  EXPECT_EQ(opened.ranking->load_board("b", 0).applied_through, 7U);
  EXPECT_EQ(opened.ranking->applied_among("a", {{{1007}, 7}, {{1008}, 8}, {{1008}, 9}}),
            std::vector<event_id>{{1007}});
}

TEST(Schema, TheLedgerIsAppendOnlyForAnybody) {
  const test::temp_directory dir;
  const auto file = dir.path() / "point.db";
  auto storage = open_point_storage(file);
  ASSERT_EQ(test::commit(*storage.store,
                         test::write(test::entry(1, "ada", transaction_kind::charge, 5, 5))),
            commit_outcome::committed);
  SQLite::Database db{file.string(), SQLite::OPEN_READWRITE};
  EXPECT_THROW(db.exec("UPDATE ledger SET amount = 6"), SQLite::Exception);
  EXPECT_THROW(db.exec("DELETE FROM ledger"), SQLite::Exception);
  EXPECT_THROW(db.exec("UPDATE account SET balance = -1"), SQLite::Exception);
  EXPECT_EQ(db.execAndGet("SELECT count(*) FROM ledger WHERE amount = 5").getInt(), 1);
}

}  // namespace
}  // namespace boxoffice::sqlite
