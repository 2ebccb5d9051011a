// What the world looks at by itself, beside what visitors make of their answers.
#include "actors/payment/saga.hpp"
#include "actors/ranking/protocol.hpp"
#include "tests/simulation/memory_books.hpp"
#include "tests/simulation/world.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace boxoffice::simulation {
namespace {

// What must not be asked twice has no other life to go to: it is durable when it is answered.
bool is_exempt(const std::any& reply, bool keyed_leave) {
  const auto& type = reply.type();
  return type == typeid(catalogue_reply) ||
         (keyed_leave && (type == typeid(charge_reply) || type == typeid(hold_reply) ||
                          type == typeid(payment_reply)));
}

}  // namespace

using namespace std::chrono_literals;

bool world::leaves(const process& from, const std::any& reply) {
  if (!is_exempt(reply, keyed_leave_) && !may_answer(from)) return false;
  judge_leaving(from, reply, is_replaced(from));
  return true;
}

void world::judge_leaving(const process& from, const std::any& reply, bool late) {
  if (late && !is_exempt(reply, keyed_leave_))
    promises_.fail("an answer leaves " + std::string{name_of(from.what())} +
                   " from memory after another process took its store over");
  if (const auto words = words_of(reply); !words.empty()) note(words);
  promises_.leaves(reply, now_);
}

bool world::is_replaced(const process& life) { return life.epoch() != stores_.epoch(life.what()); }

// Where nobody stands by, a process that was replaced is taken to know it when it answers.
bool world::may_answer(const process& from) {
  return in_pairs() ? from.board().may_answer() : !is_replaced(from);
}

bool world::has_owners() const {
  if (in_pairs())
    return std::ranges::all_of(pairs_, [](const auto& each) { return each->is_whole(); });
  return std::ranges::all_of(places_, [](const place& p) { return p.alive != nullptr; });
}

// Some time after the last fault somebody owns every store.
void world::expect_owners() {
  if (now_ < owned_by_) return;
  owned_by_ = time_point::max();
  for (std::size_t i = 0; i < pairs_.size(); ++i)
    if (!pairs_[i]->is_whole())
      promises_.fail_in_any_case("nobody owns the store of " +
                                 std::string{name_of(static_cast<service>(i))} +
                                 " some time after the last fault");
}

// Every seat that nobody has can be had: at once, and again when every hold has run out.
void world::try_every_seat() {
  if (!faults_.touches_clocks()) probe_seats();  // else it is not said when a hold ends
  const auto end = now_ + 21s;                   // also when it was extended
  while (now_ < end && promises_.broken().empty())
    step();
  probe_seats();
}

void world::probe_seats() {
  const auto all = catalogue_.snapshot();
  for (const auto& [id, show] : all->schedules)
    for (seat_index seat = 0; seat < show->seats.seat_count(); ++seat) {
      if (!promises_.broken().empty()) return;
      hold_seats m;
      m.user = {"probe" + std::to_string(seat)};
      m.schedule = id;
      m.seats = {show->seats.name_of(seat)};
      const auto has_it = [&, seat, id = id](const auto& row) {
        const auto& r = row.second;
        const auto live = r.status == reservation_status::confirmed ||
                          (r.status == reservation_status::held && r.expires_at > now_);
        return live && r.schedule() == id &&
               std::ranges::count(r.seats, seat, &reserved_seat::seat) != 0;
      };
      const auto before = std::ranges::any_of(stores_.reservation.rows, has_it);
      const auto r = call<hold_reply>(desk::reservation, m);
      const auto free = r.fault == fault::none && r.outcome.refusal == hold_refusal::none;
      // A hold may have run out while it was asked.
      if (!before && !free)
        return promises_.fail("in the end seat " + to_text(id) + " " + m.seats.front() +
                              " is free and cannot be had");
      if (before && free && !std::ranges::any_of(stores_.reservation.rows, [&](const auto& row) {
            return row.first != r.outcome.held.id && row.second.expires_at <= now_;
          }))
        return promises_.fail("in the end seat " + to_text(id) + " " + m.seats.front() +
                              " is taken and can be had");
    }
}

void world::check_boards() {
  std::map<schedule_id, std::uint64_t> sold;
  for (const auto& [id, row] : stores_.payment.rows)
    if (row.state == saga_state::completed) sold[row.reservation.schedule] += row.seats;
  read_best_selling question;
  const auto board = call<best_selling_reply>(desk::best_selling, question);
  if (!promises_.broken().empty()) return;
  std::map<schedule_id, std::uint64_t> shown;
  for (const auto& line : board.lines)
    if (line.seats_sold != 0) shown[line.schedule] = line.seats_sold;
  if (board.fault != fault::none || shown != sold)
    promises_.fail("the best-selling board does not show what was sold");
}

void world::audit_now(audit::reading how) {
  if (!promises_.broken().empty()) return;
  audit::audit_terms terms;
  terms.how = how;
  terms.now = to_unix_ms(now_);
  terms.saga_grace = 3'600'000;  // a run is shorter: its own end judges
  const auto report = audit::check_books(books_of(stores_), terms);
  if (report.ok()) return;
  const auto& first = report.violations.front();
  promises_.fail(std::string{"audit: "} + audit::name_of(first.broken) + ": " + first.detail);
}

}  // namespace boxoffice::simulation
