#include "tests/rush/book_checks.hpp"

#include "actors/core/ids.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace boxoffice::rush {
namespace {

using status = reservation_row_status;
using state = payment_row_state;

template <class Id>
std::string named(std::int64_t number) {
  return to_text(Id{static_cast<std::uint64_t>(number)});
}
std::string reservation_name(std::int64_t id) { return "reservation " + std::to_string(id); }
std::string payment_name(std::int64_t id) { return named<payment_id>(id); }

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool is_live(status s) { return s == status::held || s == status::confirmed; }

/// The states in which the buyer's money is taken and the seats are theirs.
bool keeps_seats(const payment_row& row) { return row.state == state::completed; }

struct steps_of_payment {
  std::size_t uses{0}, refunds{0}, completed_events{0}, refunded_events{0};
  std::int64_t used{0}, given_back{0};
};

std::map<std::int64_t, steps_of_payment> gather_steps(const books& all) {
  std::map<std::int64_t, steps_of_payment> steps;
  for (const auto& row : all.ledger) {
    if (row.kind == ledger_row_kind::charge) continue;
    auto& of = steps[row.reference];
    const bool use = row.kind == ledger_row_kind::use;
    ++(use ? of.uses : of.refunds);
    (use ? of.used : of.given_back) += row.amount;
  }
  for (const auto& event : all.events)
    ++(event.kind == 0 ? steps[event.payment].completed_events
                       : steps[event.payment].refunded_events);
  return steps;
}

/// What a payment at rest must have left in the other books.
struct expected_steps {
  std::size_t uses, refunds, completed_events, refunded_events;
};

void check_steps(findings& out, std::int64_t id, const payment_row& row,
                 const steps_of_payment& did) {
  const auto name = payment_name(id);
  const auto expect = [&](const expected_steps& want) {
    out.expect(did.uses == want.uses && did.refunds == want.refunds,
               name + " has " + std::to_string(did.uses) + " debits and " +
                   std::to_string(did.refunds) + " refunds in the ledger, not " +
                   std::to_string(want.uses) + " and " + std::to_string(want.refunds));
    out.expect(did.completed_events == want.completed_events &&
                   did.refunded_events == want.refunded_events,
               name + " has " + std::to_string(did.completed_events) +
                   " events of its payment and " + std::to_string(did.refunded_events) +
                   " of its refund, not " + std::to_string(want.completed_events) + " and " +
                   std::to_string(want.refunded_events));
    out.expect(did.uses == 0 || did.used == -row.amount,
               name + " took another amount than its own");
    out.expect(did.refunds == 0 || did.given_back == row.amount,
               name + " gave back another amount than it took");
  };
  switch (row.state) {
    case state::completed:
      return expect({1, 0, 1, 0});
    case state::failed:
      return expect({0, 0, 0, 0});
    case state::compensated:
      return expect({did.uses, did.uses, 0, 0});
    case state::refunded:
      return expect({1, 1, 1, 1});
    case state::started:
    case state::debited:
    case state::refunding:
    case state::parked:
    case state::refund_started:
    case state::refund_released:
      out.expect(false, name + " has not ended: state " +
                            std::to_string(static_cast<std::int64_t>(row.state)));
      return;
  }
}

}  // namespace

findings check_seats(const books& all, books_are how) {
  findings out;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> claimed;
  for (const auto& claim : all.claims) {
    const auto [at, fresh] = claimed.try_emplace({claim.schedule, claim.seat}, claim.reservation);
    out.expect(fresh, "seat " + std::to_string(claim.seat) + " is claimed by " +
                          reservation_name(claim.reservation) + " and " +
                          reservation_name(at->second));
  }
  // A hold past its deadline may stand until the sweeper comes by; more than this is too long.
  constexpr std::int64_t swept_ms_max = 5000;
  const auto now = now_ms();
  std::size_t live_seats = 0;
  for (const auto& [id, row] : all.reservations) {
    if (!is_live(row.status)) continue;
    for (const auto seat : row.seats) {
      ++live_seats;
      const auto claim = claimed.find({row.schedule, seat});
      out.expect(
          claim != claimed.end() && claim->second == id,
          reservation_name(id) + " is live and does not claim its seat " + std::to_string(seat));
    }
    if (how == books_are::at_rest)
      out.expect(row.status == status::confirmed || row.expires_at + swept_ms_max > now,
                 reservation_name(id) + " is still held, long after its deadline");
  }
  out.expect(live_seats == all.claims.size(),
             std::to_string(all.claims.size()) + " seats are claimed, but live reservations have " +
                 std::to_string(live_seats));
  return out;
}

findings check_ledger(const books& all) {
  findings out;
  std::map<std::string, std::int64_t> balances;
  for (const auto& row : all.ledger) {
    auto& balance = balances[row.user];
    balance += row.amount;
    out.expect(balance == row.balance_after,
               "the ledger of " + row.user + " breaks at " + named<transaction_id>(row.id) +
                   ": balance after it " + std::to_string(row.balance_after) + ", sum " +
                   std::to_string(balance));
    out.expect(balance >= 0, "the balance of " + row.user + " was below zero");
  }
  for (const auto& [user, balance] : all.balances)
    out.expect(balances[user] == balance, "the balance of " + user + " is " +
                                              std::to_string(balance) + ", its ledger says " +
                                              std::to_string(balances[user]));
  for (const auto& [user, balance] : balances)
    out.expect(all.balances.contains(user), user + " has a ledger and no account");
  return out;
}

findings check_payments(const books& all, books_are how) {
  findings out;
  auto steps = gather_steps(all);
  std::map<std::int64_t, std::int64_t> paid_by;
  for (const auto& [id, row] : all.payments) {
    const auto& did = steps[id];
    out.expect(did.uses <= 1 && did.refunds <= 1 && did.completed_events <= 1,
               payment_name(id) + " was carried out twice");
    if (how == books_are::at_rest) check_steps(out, id, row, did);
    if (!keeps_seats(row)) continue;
    const auto [other, fresh] = paid_by.try_emplace(row.reservation, id);
    out.expect(fresh, reservation_name(row.reservation) + " is paid by " + payment_name(id) +
                          " and " + payment_name(other->second));
    const auto reservation = all.reservations.find(row.reservation);
    out.expect(
        reservation != all.reservations.end() && reservation->second.status == status::confirmed &&
            reservation->second.payment == id,
        payment_name(id) + " is completed, but does not have " + reservation_name(row.reservation));
  }
  for (const auto& [id, did] : steps)
    out.expect(all.payments.contains(id), payment_name(id) + " moved points and does not exist");
  if (how == books_are::in_motion) return out;
  for (const auto& [id, row] : all.reservations) {
    const auto payment = all.payments.find(row.payment);
    const bool exists = payment != all.payments.end();
    if (row.status == status::confirmed)
      out.expect(exists && payment->second.state == state::completed,
                 reservation_name(id) + " is confirmed without a completed payment");
    if (row.status == status::refunded)
      out.expect(exists && payment->second.state == state::refunded,
                 reservation_name(id) + " is refunded without a refunded payment");
  }
  return out;
}

findings check_places(const books& all, const on_sale& sale) {
  findings out;
  std::set<std::pair<std::int64_t, std::string>> live;
  std::map<std::int64_t, int> active;
  for (const auto& [token, row] : all.places) {
    if (row.state != place_row_state::waiting && row.state != place_row_state::active) continue;
    out.expect(live.emplace(row.concert, row.user).second, row.user + " has two places in a line");
    if (row.state == place_row_state::active) ++active[row.concert];
  }
  const auto concert = parse_id<concert_id>(sale.concert_id);
  if (!concert || !sale.waiting_room) return out;
  const auto here = active[static_cast<std::int64_t>(concert->value)];
  out.expect(here <= sale.waiting_room->active_max,
             std::to_string(here) + " are active in " + sale.concert_id + ", at most " +
                 std::to_string(sale.waiting_room->active_max) + " may be");
  return out;
}

std::size_t sold_seats(const books& all, const on_sale& sale) {
  const auto schedule = parse_id<schedule_id>(sale.schedule_id);
  std::size_t sold = 0;
  for (const auto& [id, row] : all.reservations) {
    const bool here = schedule && row.schedule == static_cast<std::int64_t>(schedule->value);
    if (here && row.status == status::confirmed) sold += row.seats.size();
  }
  return sold;
}

findings check_books(const books& all, const acknowledgement_log& log, const on_sale& sale,
                     books_are how) {
  findings out = check_seats(all, how);
  out.append(check_ledger(all));
  out.append(check_payments(all, how));
  out.append(check_places(all, sale));
  out.append(check_acknowledged(all, log, sale, how));
  return out;
}

}  // namespace boxoffice::rush
