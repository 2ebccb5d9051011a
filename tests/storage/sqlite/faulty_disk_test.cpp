// What a store says, and what a restart finds, when the disk fails in or before COMMIT.
#include "tests/storage/sqlite/faulty_disk.hpp"

#include "storage/sqlite/storage_error.hpp"
#include "storage/sqlite/stores.hpp"
#include "tests/storage/samples.hpp"
#include "tests/storage/temp_directory.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

class FaultyDisk : public testing::Test {
 protected:
  using fault = test::faulty_disk::fault;

  static reservation_write hold(std::uint64_t n) {
    return test::write(test::held({1}, n, "ada", {static_cast<seat_index>(n)}));
  }
  std::size_t live() { return storage_.reader->load_schedule({1}).live.size(); }
  // What a process would find that starts now, while this one is dead where it stands.
  std::size_t live_after_power_cut() {
    const auto copy = directory_.path() / "copy";
    std::filesystem::create_directory(copy);
    for (const auto* name : {"reservation.db", "reservation.db-wal"})
      std::filesystem::copy_file(directory_.path() / name, copy / name);
    const auto count =
        open_reservation_storage(copy / "reservation.db").reader->load_schedule({1}).live.size();
    std::filesystem::remove_all(copy);
    return count;
  }

  test::temp_directory directory_;
  test::faulty_disk disk_;
  reservation_storage storage_{open_reservation_storage(directory_.path() / "reservation.db")};
};

TEST_F(FaultyDisk, AFullDiskFailsTheBatchAndItGoesOnWhenThereIsRoom) {
  ASSERT_EQ(test::commit(*storage_.store, hold(1)), commit_outcome::committed);
  disk_.fail(fault::full, 1'000'000);
  EXPECT_EQ(test::commit(*storage_.store, hold(2)), commit_outcome::failed);
  EXPECT_EQ(live(), 1U);
  EXPECT_EQ(live_after_power_cut(), 1U);
  disk_.fail(fault::none, 0);
  EXPECT_EQ(test::commit(*storage_.store, hold(2)), commit_outcome::committed);
  EXPECT_EQ(live(), 2U);
}

TEST_F(FaultyDisk, AFailedSyncIsMadeASureFailureAtOnce) {
  ASSERT_EQ(test::commit(*storage_.store, hold(1)), commit_outcome::committed);
  disk_.fail(fault::sync, 1);
  EXPECT_EQ(test::commit(*storage_.store, hold(2)), commit_outcome::failed);
  EXPECT_EQ(live(), 1U);
  EXPECT_EQ(live_after_power_cut(), 1U);
  EXPECT_EQ(test::commit(*storage_.store, hold(2)), commit_outcome::committed);
  EXPECT_EQ(live_after_power_cut(), 2U);
}

TEST_F(FaultyDisk, WhileADoubtIsOpenNobodyReads) {
  ASSERT_EQ(test::commit(*storage_.store, hold(1)), commit_outcome::committed);
  disk_.fail(fault::sync, 1'000'000);
  EXPECT_EQ(test::commit(*storage_.store, hold(2)), commit_outcome::in_doubt);
  EXPECT_THROW(live(), storage_error);
  EXPECT_THROW(storage_.reader->find_key(test::key(1).scope), storage_error);
  // The disk is well again: the next read settles it, and what it says holds after a restart too.
  disk_.fail(fault::none, 0);
  EXPECT_EQ(live(), 1U);
  EXPECT_EQ(live_after_power_cut(), 1U);
  EXPECT_EQ(test::commit(*storage_.store, hold(2)), commit_outcome::committed);
  EXPECT_EQ(live(), 2U);
}

TEST_F(FaultyDisk, TheNextCommitSettlesADoubtToo) {
  disk_.fail(fault::sync, 2);
  EXPECT_EQ(test::commit(*storage_.store, hold(1)), commit_outcome::in_doubt);
  EXPECT_EQ(test::commit(*storage_.store, hold(2)), commit_outcome::committed);
  EXPECT_EQ(live(), 1U);
  EXPECT_EQ(live_after_power_cut(), 1U);
}

}  // namespace
}  // namespace boxoffice
