#include "tests/actors/payment/payment_world.hpp"

#include <string>
#include <tuple>

namespace boxoffice {
namespace {

using testing::conduct;
using testing::payment_world;

/// The way of a payment to the step that is disturbed.
enum class way : std::uint8_t {
  purchase,     ///< debit, confirm
  refused,      ///< the confirm is refused: refund
  given_up,     ///< the confirm happens and is never answered: revert, refund at the deadline
  user_refund,  ///< revert, refund of a completed payment
};

/// How the step is disturbed.
enum class trouble : std::uint8_t {
  none,
  refused,
  silent,              ///< never done, never answered, for longer than the deadline
  silent_after_doing,  ///< done, never answered, for longer than the deadline
  answered_late,       ///< after the step time, so it is asked again
  answered_very_late,  ///< after the deadline
  answered_twice,
  unavailable_first,
  in_doubt_first,
  crash_before,  ///< the desk dies as the command arrives, which is lost
  crash_after,   ///< the desk dies after the step was done
};

struct cell {
  way along;
  saga_step step;
  trouble what;
  saga_state end;
  payment_failure failure;
};

void PrintTo(const cell& c, std::ostream* out) {
  *out << "way " << static_cast<int>(c.along) << ", step " << static_cast<int>(c.step)
       << ", trouble " << static_cast<int>(c.what);
}

// What a purchase comes to when its debit or confirm is disturbed.
cell purchase_cell(saga_step step, trouble what) {
  const auto debit = step == saga_step::debit;
  switch (what) {
    case trouble::refused:
      return debit ? cell{way::purchase, step, what, saga_state::failed,
                          payment_failure::insufficient_points}
                   : cell{way::purchase, step, what, saga_state::compensated,
                          payment_failure::reservation_expired};
    case trouble::silent:
      return {way::purchase, step, what, debit ? saga_state::failed : saga_state::compensated,
              payment_failure::deadline_exceeded};
    case trouble::silent_after_doing:
    case trouble::answered_very_late:
      return {way::purchase, step, what, saga_state::compensated,
              payment_failure::deadline_exceeded};
    case trouble::none:
    case trouble::answered_late:
    case trouble::answered_twice:
    case trouble::unavailable_first:
    case trouble::in_doubt_first:
    case trouble::crash_before:
    case trouble::crash_after:
      break;
  }
  return {way::purchase, step, what, saga_state::completed, payment_failure::none};
}

// Undoing goes on until it is done, whatever happens to it.
cell undo_cell(way along, saga_step step, trouble what) {
  switch (along) {
    case way::refused:
      return {along, step, what, saga_state::compensated, payment_failure::reservation_expired};
    case way::given_up:
      return {along, step, what, saga_state::compensated, payment_failure::deadline_exceeded};
    case way::purchase:
    case way::user_refund:
      break;
  }
  return {along, step, what, saga_state::refunded, payment_failure::none};
}

std::vector<cell> all_cells() {
  std::vector<cell> cells;
  for (auto t = 0; t <= static_cast<int>(trouble::crash_after); ++t) {
    const auto what = static_cast<trouble>(t);
    cells.push_back(purchase_cell(saga_step::debit, what));
    cells.push_back(purchase_cell(saga_step::confirm, what));
    if (what == trouble::refused) continue;  // an undo is never refused
    cells.push_back(undo_cell(way::refused, saga_step::refund, what));
    cells.push_back(undo_cell(way::given_up, saga_step::revert, what));
    cells.push_back(undo_cell(way::given_up, saga_step::refund, what));
    cells.push_back(undo_cell(way::user_refund, saga_step::revert, what));
    cells.push_back(undo_cell(way::user_refund, saga_step::refund, what));
  }
  return cells;
}

class SagaTable : public ::testing::TestWithParam<cell> {
 protected:
  // The step misbehaves; what never ends by itself ends by `calm`.
  void disturb(saga_step step, trouble what) {
    auto& o = world.others;
    switch (what) {
      case trouble::none:
        return;
      case trouble::refused:
        o.script[step] = {conduct::refuses};
        return;
      case trouble::silent:
        o.always[step] = conduct::loses_command;
        return;
      case trouble::silent_after_doing:
        o.always[step] = conduct::loses_answer;
        return;
      case trouble::answered_late:
        o.script[step] = {conduct::answers_late};
        return;
      case trouble::answered_very_late:
        o.late_by = std::chrono::seconds{45};
        o.always[step] = conduct::answers_late;
        return;
      case trouble::answered_twice:
        o.script[step] = {conduct::answers_twice};
        return;
      case trouble::unavailable_first:
        o.script[step] = {conduct::unavailable, conduct::unavailable};
        return;
      case trouble::in_doubt_first:
        o.script[step] = {conduct::in_doubt};
        return;
      case trouble::crash_before:
        o.script[step] = {conduct::loses_command};
        break;
      case trouble::crash_after:
        o.script[step] = {conduct::loses_answer};
        break;
    }
    o.on_command = [this, step](saga_step s, payment_id) {
      if (s == step && !crashed) crash_due = true;
    };
  }
  // In small steps, so that a crash comes right where it is due.
  void pass(milliseconds time) {
    for (milliseconds spent{0}; spent <= time; spent += milliseconds{50}) {
      world.time.run();
      if (crash_due && !crashed) {
        crashed = true;
        world.restart();
      }
      world.time.advance(milliseconds{50});
    }
  }

  payment_world world;
  bool crash_due{false}, crashed{false};
};

TEST_P(SagaTable, MoneySeatAndOutboxAgreeInTheEnd) {
  const auto& c = GetParam();
  auto& o = world.others;
  o.balances[{"u"}] = points{1000};
  const auto held = world.hold("u", 300);
  if (c.along == way::refused) o.script[saga_step::confirm] = {conduct::refuses};
  if (c.along == way::given_up) o.always[saga_step::confirm] = conduct::loses_answer;
  if (c.along != way::user_refund) disturb(c.step, c.what);
  const auto paying = world.pay("u", held, 7);
  world.box.post(world.desk, paying);
  pass(std::chrono::seconds{31});
  ASSERT_EQ(world.store.rows.size(), 1U);
  const auto id = world.store.rows.begin()->first;
  if (c.along == way::user_refund) {
    ASSERT_EQ(world.store.rows[id].state, saga_state::completed);
    disturb(c.step, c.what);
    world.box.post(world.desk, world.refund("u", id, 8));
    pass(std::chrono::seconds{60});
  }
  o.always.clear();
  pass(std::chrono::seconds{60});

  EXPECT_EQ(world.store.rows[id].state, c.end);
  EXPECT_EQ(world.store.rows[id].failure, c.failure);
  world.expect_agreement(id);
  EXPECT_EQ(o.balances[{"u"}], c.what == trouble::refused && c.step == saga_step::debit
                                   ? points{0}
                                   : points{1000} + o.sum(id));
  if (c.what == trouble::crash_before || c.what == trouble::crash_after) {
    EXPECT_TRUE(crashed);
  }

  // Stragglers of every kind change nothing (docs/PROMISES.md, G11).
  const auto sum = o.sum(id);
  const auto status = o.reservations[held].status;
  if (is_terminal(c.end) && c.end != saga_state::failed) {
    world.box.send(world.points_desk, debit_points{1, id, {"u"}, {300}});
    world.box.send(world.reservations, confirm_reservation{1, id, held});
    EXPECT_EQ(o.sum(id), sum);
    EXPECT_EQ(o.reservations[held].status, status);
  }
  // The key has its answer, and a replay gives the same.
  const auto remembered = world.store.keys.at(digest{7, 7});
  ASSERT_TRUE(remembered.answer);
  const auto again = world.pay("u", held, 7);
  world.box.send(world.desk, again);
  EXPECT_EQ(world.reply_to(again.correlation).key, key_verdict::replayed);
  EXPECT_EQ(world.reply_to(again.correlation).outcome.paid.state, remembered.answer->paid.state);
  EXPECT_EQ(world.store.rows.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(EveryStep, SagaTable, ::testing::ValuesIn(all_cells()));

}  // namespace
}  // namespace boxoffice
