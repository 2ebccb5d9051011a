// kill -9 in the middle of batches: after a restart each batch is there whole, or not at all.
#include "storage/sqlite/stores.hpp"
#include "tests/storage/samples.hpp"
#include "tests/storage/temp_directory.hpp"

#include <chrono>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr std::uint64_t batch_rows = 50;

// Commits batches for ever and writes the number of each acknowledged one to `out`.
[[noreturn]] void commit_until_killed(const std::filesystem::path& file, int out) {
  auto storage = open_reservation_storage(file);
  const auto done = storage.reader->load_schedule({1}).live.size() / batch_rows;
  for (auto n = done;; ++n) {
    std::vector<reservation_write> batch;
    for (std::uint64_t i = 1; i <= batch_rows; ++i) {
      const auto sequence = n * batch_rows + i;
      batch.push_back(
          test::write(test::held({1}, sequence, "ada", {static_cast<seat_index>(sequence)})));
    }
    if (storage.store->commit(batch) != commit_outcome::committed) ::_exit(1);
    if (::write(out, &n, sizeof n) != sizeof n) ::_exit(1);
  }
}

TEST(Crash, BatchesAreWholeOrAbsentAndAcknowledgedOnesAreThere) {
  const test::temp_directory dir;
  const auto file = dir.path() / "reservation.db";
  std::uint64_t last_acknowledged = 0;
  for (int round = 0; round < 8; ++round) {
    int acknowledged[2];
    ASSERT_EQ(::pipe(acknowledged), 0);
    const auto child = ::fork();
    if (child == 0) commit_until_killed(file, acknowledged[1]);
    ::close(acknowledged[1]);
    // Let some batches through, then kill at an arbitrary moment of the next ones.
    std::uint64_t n = 0;
    for (int i = 0; i < 3 + round; ++i) {
      ASSERT_EQ(::read(acknowledged[0], &n, sizeof n), static_cast<ssize_t>(sizeof n));
      last_acknowledged = n;
    }
    std::this_thread::sleep_for(std::chrono::microseconds{137 * round});
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(acknowledged[0], &n, sizeof n) == static_cast<ssize_t>(sizeof n))
      last_acknowledged = n;
    ::close(acknowledged[0]);

    auto storage = open_reservation_storage(file);
    const auto state = storage.reader->load_schedule({1});
    EXPECT_EQ(state.live.size() % batch_rows, 0U);
    EXPECT_EQ(state.live.back().id.number, state.live.size());
    EXPECT_GE(state.live.size(), (last_acknowledged + 1) * batch_rows);
    // And it goes on.
    const auto n_after = (std::uint64_t{1} << 40) + static_cast<std::uint64_t>(round);
    EXPECT_EQ(test::commit(
                  *storage.store,
                  test::write(test::held({2}, n_after, "ben", {static_cast<seat_index>(round)}))),
              commit_outcome::committed);
  }
}

}  // namespace
}  // namespace boxoffice
