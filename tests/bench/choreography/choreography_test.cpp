#include "actors/core/fault_points.hpp"
#include "actors/node/real_sources.hpp"
#include "bench/actors/bench_node.hpp"
#include "bench/choreography/choreographed_node.hpp"
#include "bench/choreography/timed_purchase.hpp"
#include "storage/sqlite/audit_reader.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <ostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

namespace boxoffice::bench {
namespace {

constexpr std::uint32_t seats = 200;

/// A client that gives its seats back while it pays: their release is in the mailbox of the
/// reservation service before the confirm is.
class hasty_client {
 public:
  explicit hasty_client(std::uint32_t every) : every_{every} {}
  reaction hears(const purchase_event& e) {
    if (e.kind == purchase_event_kind::points_debited && ++debited_ % every_ == 0)
      caf::anon_send(reservation_, release_reservation{0, e.user, e.reservation, {}});
    return reaction::handles;
  }
  /// Before the first purchase.
  void meets(const choreographed_node& node) { reservation_ = node.services().reservation; }

 private:
  const std::uint32_t every_;
  std::uint32_t debited_{0};
  reservation_service_actor reservation_;
};

schedule_id put_on_sale(choreographed_node& node, std::uint32_t users, std::uint64_t points_each) {
  const auto& services = node.services();
  const auto concert = open_concert(node.system(), services.catalogue);
  charge_users(node.system(), services.point, users, points_each);
  return open_schedule(node.system(), services.catalogue,
                       {.concert = concert, .seats = seats, .now = system_clock_source{}.now()});
}

TEST(Choreography, PurchasesRefusalsAndCompensationsLeaveCleanBooks) {
  constexpr std::uint32_t users = 20;
  const scratch_directory scratch;
  hasty_client hasty{7};
  choreographed_node node{scratch.path(), [&](const purchase_event& e) { return hasty.hears(e); }};
  hasty.meets(node);
  // Ten purchases each, and points for about eight of them.
  const auto on_sale = put_on_sale(node, users, 8 * seat_price.value);
  timed_purchase work{{node.services().reservation, node.payment(), on_sale, users}};
  const auto result = run_closed_loop(node.system(), work, {.count = seats, .in_flight = 16});

  std::size_t refused = 0, compensated = 0;
  for (const auto& p : work.unpaid()) {
    if (p.state == saga_state::failed && p.failure == payment_failure::insufficient_points)
      ++refused;
    if (p.state == saga_state::compensated && p.failure == payment_failure::reservation_released)
      ++compensated;
  }
  EXPECT_GT(result.done, 0U);
  EXPECT_GT(refused, 0U);
  EXPECT_GT(compensated, 0U);
  EXPECT_EQ(result.done + refused + compensated, seats);
  const auto report = audit_when_drained(scratch.path());
  EXPECT_EQ(report.counts.payments, seats);
  EXPECT_EQ(report.counts.events, result.done);
}

// --- kill points -------------------------------------------------------------------------------

/// When the process ends: the `count`-th time that it passes this.
struct kill_point {
  enum class moment : std::uint8_t { before_commit, after_commit, event_heard } at;
  long count;
};

std::ostream& operator<<(std::ostream& out, const kill_point& p) {
  constexpr std::array names{"BeforeCommit", "AfterCommit", "EventHeard"};
  return out << names.at(static_cast<std::size_t>(p.at)) << p.count;
}

kill_point armed{};
std::atomic<long> left{0};

void pass_moment(kill_point::moment passed) {
  if (left.load() > 0 && passed == armed.at && left.fetch_sub(1) == 1) std::raise(SIGKILL);
}

void pass_fault_point(fault_point passed) {
  if (passed == fault_point::batch_begins) pass_moment(kill_point::moment::before_commit);
  if (passed == fault_point::batch_unacknowledged) pass_moment(kill_point::moment::after_commit);
}

/// What a client heard of its payment.
struct told {
  payment_id payment;
  saga_state state{};
};

told buy(choreographed_node& node, schedule_id on_sale, std::uint64_t number) {
  const auto user = bench_user(number % 3);
  caf::scoped_actor client{node.system()};
  hold_seats hold;
  hold.user = user;
  hold.schedule = on_sale;
  hold.seats = {"A-" + std::to_string(number + 1)};
  client->send(node.services().reservation, std::move(hold));
  told heard;
  client->receive([&](const hold_reply& reply) {
    client->send(node.payment(), start_payment{0, {}, user, reply.outcome.held.id});
  });
  client->receive([&](const payment_reply& reply) {
    heard = {reply.outcome.paid.id, reply.outcome.paid.state};
  });
  return heard;
}

/// In a process of its own: buys one seat after the other until it is killed, and writes to
/// `answers` what its clients hear.
[[noreturn]] void sell_until_killed(const std::filesystem::path& data_dir, const kill_point& at,
                                    int answers) {
  at_fault_point = pass_fault_point;
  hasty_client hasty{2};
  choreographed_node node{data_dir, [&](const purchase_event& e) {
                            pass_moment(kill_point::moment::event_heard);
                            return hasty.hears(e);
                          }};
  hasty.meets(node);
  const auto on_sale = put_on_sale(node, 2, 10 * seat_price.value);  // the third user has none
  armed = at;
  left = at.count;
  for (std::uint64_t number = 0; number < seats; ++number) {
    const auto heard = buy(node, on_sale, number);
    if (::write(answers, &heard, sizeof heard) != sizeof heard) break;
  }
  ::_exit(0);
}

class ChoreographyKillPoints : public ::testing::TestWithParam<kill_point> {};

TEST_P(ChoreographyKillPoints, LoseNothing) {
  const scratch_directory scratch;
  std::array<int, 2> answers{};
  ASSERT_EQ(::pipe(answers.data()), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) sell_until_killed(scratch.path(), GetParam(), answers[1]);
  ::close(answers[1]);
  std::vector<told> heard;
  for (told one; ::read(answers[0], &one, sizeof one) == sizeof one;)
    heard.push_back(one);
  ::close(answers[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;

  const choreographed_node again{scratch.path()};
  const auto report = audit_when_drained(scratch.path());
  EXPECT_LE(report.counts.payments, heard.size() + 1);
  const auto books = open_audit_reader(scratch.path())->read();
  for (const auto& one : heard) {
    const auto found =
        std::ranges::find(books.payments, one.payment.value, &audit::payment_row::id);
    ASSERT_NE(found, books.payments.end()) << to_text(one.payment);
    EXPECT_EQ(static_cast<saga_state>(found->state), one.state) << to_text(one.payment);
  }
}

std::vector<kill_point> kill_points() {
  using enum kill_point::moment;
  std::vector<kill_point> all;
  // Two purchases, of which the second is compensated.
  for (long count = 1; count <= 15; ++count)
    all.push_back({count % 2 == 0 ? after_commit : before_commit, count});
  for (long count = 1; count <= 5; ++count)
    all.push_back({event_heard, count});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Each, ChoreographyKillPoints, ::testing::ValuesIn(kill_points()),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace boxoffice::bench
