#include "actors/audit/findings.hpp"

#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace boxoffice::audit {
namespace {

bool is_live(const reservation_row& r, std::int64_t now) {
  switch (r.status) {
    case reservation_status::confirmed:
      return true;
    case reservation_status::held:
      return now < r.expires_at;
    case reservation_status::expired:
    case reservation_status::released:
    case reservation_status::refunded:
      break;
  }
  return false;
}

/// Whether it may still have claims: a hold keeps them past its deadline, until they are needed.
bool may_claim(const reservation_row& r) {
  return r.status == reservation_status::held || r.status == reservation_status::confirmed;
}

bool has_seat(const reservation_row& r, const claim_row& c) {
  return r.schedule == c.schedule &&
         std::ranges::any_of(r.seats, [&](const basket_seat& s) { return s.seat == c.seat; });
}

/// One seat of one live reservation.
struct holding {
  std::uint64_t schedule;
  std::uint32_t seat;
  const reservation_row* holder;

  [[nodiscard]] auto place() const { return std::tuple{schedule, seat}; }
};

std::vector<holding> live_holdings(const books& all, std::int64_t now) {
  std::vector<holding> live;
  for (const auto& r : all.reservations) {
    if (!is_live(r, now)) continue;
    for (const auto& s : r.seats)
      live.push_back({r.schedule, s.seat, &r});
  }
  std::ranges::stable_sort(live, {}, &holding::place);
  return live;
}

std::vector<const claim_row*> sorted_claims(const books& all) {
  std::vector<const claim_row*> claims;
  claims.reserve(all.claims.size());
  for (const auto& c : all.claims)
    claims.push_back(&c);
  std::ranges::stable_sort(claims, {}, [](const claim_row* c) {
    return std::tuple{c->schedule, c->seat};
  });
  return claims;
}

void check_holders(const std::vector<holding>& live, findings& out) {
  for (std::size_t i = 1; i < live.size(); ++i) {
    const auto& a = live[i - 1];
    const auto& b = live[i];
    if (a.place() != b.place() || a.holder == b.holder) continue;
    const bool sales = a.holder->status == reservation_status::confirmed &&
                       b.holder->status == reservation_status::confirmed;
    out.add(sales ? rule::sold_twice : rule::two_live_holders,
            {seat_name(a.schedule, a.seat), reservation_name(a.schedule, a.holder->id),
             reservation_name(b.schedule, b.holder->id)},
            sales ? "Both reservations have bought the seat."
                  : "Both reservations have the seat, and neither has ended.");
  }
}

bool is_held_by(const std::vector<holding>& live, const claim_row& c) {
  const std::tuple place{c.schedule, c.seat};
  for (auto h = std::ranges::lower_bound(live, place, {}, &holding::place);
       h != live.end() && h->place() == place; ++h)
    if (h->holder->id == c.reservation) return true;
  return false;
}

void check_claims_of(const std::vector<holding>& live, const std::vector<const claim_row*>& claims,
                     findings& out) {
  for (const auto& h : live) {
    const auto place_of = [](const claim_row* c) { return std::tuple{c->schedule, c->seat}; };
    bool claimed = false;
    for (auto c = std::ranges::lower_bound(claims, h.place(), {}, place_of);
         c != claims.end() && place_of(*c) == h.place() && !claimed; ++c)
      // A claim of another live holder: two_live_holders has said so.
      claimed = (*c)->reservation == h.holder->id || is_held_by(live, **c);
    if (!claimed)
      out.add(rule::claim_missing,
              {reservation_name(h.schedule, h.holder->id), seat_name(h.schedule, h.seat)},
              "The reservation lives, and the seat is not claimed for it.");
  }
}

void check_claims(const ledgers& in, const std::vector<holding>& live,
                  const std::vector<const claim_row*>& claims, findings& out) {
  const claim_row* before = nullptr;
  for (const auto* c : claims) {
    const auto* holder = in.reservations.find(c->reservation);
    if (holder == nullptr || !may_claim(*holder) || !has_seat(*holder, *c))
      out.add(rule::claim_without_holder,
              {seat_name(c->schedule, c->seat), reservation_name(c->schedule, c->reservation)},
              "The seat is claimed for a reservation that does not have it.");
    else if (before != nullptr && before->schedule == c->schedule && before->seat == c->seat &&
             !(is_held_by(live, *before) && is_held_by(live, *c)))
      out.add(
          rule::claimed_twice,
          {seat_name(c->schedule, c->seat), reservation_name(before->schedule, before->reservation),
           reservation_name(c->schedule, c->reservation)},
          "The seat is claimed for two reservations.");
    before = c;
  }
}

void check_basket(const reservation_row& r, findings& out) {
  std::int64_t sum = 0;
  std::set<std::uint32_t> seats;
  for (const auto& s : r.seats) {
    sum += s.price;
    seats.insert(s.seat);
  }
  if (sum == r.amount && seats.size() == r.seats.size() && !seats.empty()) return;
  out.add(rule::basket_differs, {reservation_name(r.schedule, r.id)},
          "Its amount is " + std::to_string(r.amount) + "; it has " + std::to_string(seats.size()) +
              " seats for " + std::to_string(sum) + ".");
}

/// Payments of one user are of one shard and grow; a tombstone refuses all that are not younger.
bool is_undone(const reservation_row& r) {
  const payment_id paid{r.payment};
  const payment_id undone{r.reverted};
  return undone && shard_of(paid) == shard_of(undone) && age_of(paid) <= age_of(undone);
}

/// Now, or before it was given back.
bool was_paid(const reservation_row& r) {
  return r.payment != 0 && r.status != reservation_status::held &&
         r.status != reservation_status::expired;
}

/// How long holds of a schedule last, in milliseconds, and how many do.
using hold_times = std::map<std::int64_t, std::size_t>;

/// What most of them have; 0: there are none.
std::int64_t usual(const hold_times& times) {
  const auto most =
      std::ranges::max_element(times, {}, [](const auto& each) { return each.second; });
  return most == times.end() ? 0 : most->first;
}

/// All holds of a schedule are given the same time, and once, who asks for it, the same again.
void check_deadlines(const books& all, findings& out) {
  struct known {
    hold_times plain, extended;
    std::int64_t lasts{0}, lasts_extended{0};
  };
  std::unordered_map<std::uint64_t, known> schedules;
  for (const auto& r : all.reservations) {
    auto& of = schedules[r.schedule];
    ++(r.extended_at == 0 ? of.plain : of.extended)[r.expires_at - r.held_at];
  }
  for (auto& [id, of] : schedules) {
    of.lasts = usual(of.plain);
    of.lasts_extended = usual(of.extended);
  }
  for (const auto& r : all.reservations) {
    const auto& of = schedules.at(r.schedule);
    const auto lasts = r.expires_at - r.held_at;
    const auto expected = r.extended_at == 0 ? of.lasts : of.lasts_extended;
    if (lasts != expected)
      out.add(rule::deadline_differs, {reservation_name(r.schedule, r.id)},
              "It lasts " + std::to_string(lasts) + " ms, others of its schedule " +
                  std::to_string(expected) + ".");
    else if (r.extended_at != 0 && !of.plain.empty() &&
             (lasts <= of.lasts || r.extended_at >= r.held_at + of.lasts))
      out.add(rule::deadline_differs, {reservation_name(r.schedule, r.id)},
              "It was extended when it was over, or by nothing.");
  }
}

}  // namespace

void check_seats(const ledgers& in, std::int64_t now, findings& out) {
  const auto live = live_holdings(in.all, now);
  const auto claims = sorted_claims(in.all);
  check_holders(live, out);
  check_claims_of(live, claims, out);
  check_claims(in, live, claims, out);
  check_deadlines(in.all, out);
  for (const auto& r : in.all.reservations) {
    check_basket(r, out);
    if (r.status == reservation_status::confirmed && is_undone(r))
      out.add(
          rule::confirmed_after_revert,
          {reservation_name(r.schedule, r.id), payment_name(r.payment), payment_name(r.reverted)},
          "The payment confirmed it although it, or a younger one, had been undone.");
    if (r.admitted_at != 0 && !was_paid(r))
      out.add(rule::admitted_unpaid, {reservation_name(r.schedule, r.id)},
              "Its ticket was admitted, and no payment has confirmed it.");
  }
}

}  // namespace boxoffice::audit
