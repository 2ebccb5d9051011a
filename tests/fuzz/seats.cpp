// The seats of one schedule, as its actor drives them: seats that answer holds, writes that become
// durable late or never, memory that is thrown away and read again from the store. Beside it stands
// what a client may believe: who was told that he has a seat, and until when.
#include "actors/core/check.hpp"
#include "actors/reservation/decisions.hpp"
#include "actors/reservation/live_reservations.hpp"
#include "actors/reservation/seat.hpp"
#include "actors/reservation/seat_inventory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fuzzer/FuzzedDataProvider.h>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

constexpr schedule_id here{9};
constexpr seconds hold_time{30};

std::shared_ptr<const schedule> two_sections() {
  auto of = std::make_shared<schedule>();
  of->id = here;
  of->hold = hold_time;
  of->seats = seat_map{{{"A", 2, 3, {100}}, {"B", 1, 4, {50}}}};
  return of;
}

/// One write on its way: the row as it will be, and what lapsed with it.
struct write {
  std::optional<reservation> row;
  std::vector<reservation_id> lapsed;
};

/// What the service has of a schedule, and what the world knows of it.
class driven_schedule {
 public:
  explicit driven_schedule(FuzzedDataProvider& dice) : dice_{dice} { load(); }

  void step() {
    switch (dice_.ConsumeIntegralInRange(0, 9)) {
      case 0:
      case 1:
        return begin_hold();
      case 2:
        return answer_poll();
      case 3:
        return confirm();
      case 4:
        return revert();
      case 5:
        return release();
      case 6:
        now_ += milliseconds{dice_.ConsumeIntegralInRange(0, 20'000)};
        live_->advance(now_);
        return;
      case 7:
        return commit(dice_.ConsumeIntegralInRange<std::size_t>(1, 3));
      case 8:
        return write_lapses();
      default:
        if (dice_.ConsumeIntegralInRange(0, 3) == 0) fail();
    }
  }

  void finish() {
    while (!polls_.empty())
      answer_poll();
    commit(writes_.size());
    look();
    fail();
  }

  // What must be true whatever happened.
  void look() const {
    std::uint32_t available = 0, sold = 0;
    std::map<reservation_id, std::size_t> seats_of;
    for (seat_index at = 0; at < seat_count(); ++at) {
      const auto status = seats_->status_of(at);
      available += status == seat_status::available ? 1 : 0;
      sold += status == seat_status::sold ? 1 : 0;
      if (status == seat_status::available) continue;
      const auto holder = seats_->holder_of(at);
      const auto* row = live_->find(holder);
      check(row != nullptr, "a seat that is taken belongs to a live reservation");
      check(std::ranges::count(row->seats, at, &reserved_seat::seat) == 1, "of which it is a seat");
      check((status == seat_status::sold) == (row->status == reservation_status::confirmed),
            "and sold when that is confirmed");
      check(status == seat_status::sold || now_ < row->expires_at, "a hold ends at its deadline");
      ++seats_of[holder];
    }
    check(seats_->available() == available && seats_->sold() == sold, "seats are counted");
    for (const auto& [id, count] : seats_of)
      check(live_->find(id)->seats.size() == count, "all seats of a reservation or none");
    const auto shown = seats_->snapshot();
    check(shown->version == seats_->version() && shown->available == available, "readers see that");
    check(seats_->version() >= version_seen_, "versions grow");
    version_seen_ = seats_->version();
    look_at_choice();
    look_at_users();
  }

 private:
  static constexpr std::uint32_t seat_count() { return 10; }

  // --- what the world was told ---

  void told(const reservation& row) {
    for (const auto& s : row.seats) {
      auto& before = owners_[s.seat];
      if (takes_seats(row)) {
        // The old owner's time is over, or he gave it back, or his payment was undone.
        check(!before || before->id == row.id ||
                  before->status_at(now_) == reservation_status::expired,
              "a seat is given out once");
        before = row;
      } else if (before && before->id == row.id) {
        before.reset();
      }
    }
  }

  // --- commands ---

  void begin_hold() {
    if (polls_.size() >= 3) return;
    reservation row;
    row.id = {here, ++last_id_};
    row.user = {std::string(1, static_cast<char>('a' + dice_.ConsumeIntegralInRange(0, 2)))};
    row.held_at = live_->now();
    row.expires_at = row.held_at + hold_time;
    const auto count = dice_.ConsumeIntegralInRange<std::uint32_t>(1, 4);
    std::set<seat_index> wanted;
    if (dice_.ConsumeBool()) {
      const auto best = seats_->best(count, std::nullopt);
      wanted.insert(best.begin(), best.end());
    } else {
      for (std::uint32_t n = 0; n < count; ++n)
        wanted.insert(dice_.ConsumeIntegralInRange<seat_index>(0, seat_count() - 1));
    }
    if (wanted.empty()) return;
    for (const auto at : wanted)
      row.seats.push_back({at, of_->seats.price_of(at)});
    live_->claim(row);
    poll asked{row, true};
    for (const auto& s : row.seats) {
      auto [actor, fresh] = actors_.try_emplace(s.seat);
      if (fresh) actor->second = live_->seat_now(s.seat);
      asked.granted =
          actor->second.claim(row.id, row.expires_at, row.held_at) == seat_verdict::granted &&
          asked.granted;
    }
    polls_.push_back(std::move(asked));
  }

  void answer_poll() {
    if (polls_.empty()) return;
    const auto done = std::move(polls_.front());
    polls_.pop_front();
    const bool late = live_->now() >= done.row.expires_at;
    const bool written = dice_.ConsumeIntegralInRange(0, 7) != 0;  // or the committer is full
    if (!done.granted || late || !written) {
      free_seats(done.row);
      live_->withdraw(done.row.id);
      return;
    }
    auto lapsed = seats_->lapsed_under(done.row);
    live_->mark_lapses_written(lapsed);
    live_->grant(done.row.id);
    writes_.push_back({done.row, std::move(lapsed)});
  }

  const reservation* draw_row() {
    if (known_.empty()) return nullptr;
    const auto id = known_[dice_.ConsumeIntegralInRange<std::size_t>(0, known_.size() - 1)];
    if (live_->is_busy(id)) return nullptr;
    if (const auto* row = live_->find(id)) return row;
    // It is over: the service reads it from the store.
    const auto stored = store_.find(id);
    if (stored == store_.end() || live_->is_live(stored->second)) return nullptr;
    live_->recall(stored->second);
    recalled_ = id;
    return live_->find(id);
  }
  void forget_recalled() {
    const auto id = std::exchange(recalled_, {});
    if (id && !live_->is_busy(id)) live_->made_durable(id);
  }

  void change(const reservation_change& to) {
    if (to.what != reservation_change::effect::none) {
      const auto next = to.next;
      live_->change(next);
      writes_.push_back({next, {}});
      if (to.what == reservation_change::effect::sell_seats)
        for (const auto& s : next.seats)
          if (actors_.contains(s.seat)) actors_.at(s.seat).sell(next.id);
      if (to.what == reservation_change::effect::free_seats) free_seats(next);
    }
    forget_recalled();
  }

  payment_id draw_payment() {
    return make_payment_id(1, from_unix_ms(1), dice_.ConsumeIntegralInRange<std::uint8_t>(0, 7));
  }
  void confirm() {
    const auto* row = draw_row();
    if (row == nullptr) return;
    const auto payment = draw_payment();
    const auto decided = decide_confirm(*row, payment, live_->now());
    if (decided.refusal == confirm_refusal::none)
      check(!is_reverted(*row, payment) || row->payment == payment,
            "who was undone never confirms");
    change(decided.change);
  }
  void revert() {
    const auto* row = draw_row();
    if (row == nullptr) return;
    const auto payment = draw_payment();
    const auto undone =
        dice_.ConsumeBool() ? reservation_status::refunded : reservation_status::released;
    const auto to = decide_revert(*row, payment, undone, live_->now());
    check(to.what == reservation_change::effect::none || is_reverted(to.next, payment),
          "an undone payment is remembered");
    change(to);
  }
  void release() {
    const auto* row = draw_row();
    if (row == nullptr) return;
    const user_id by{dice_.ConsumeIntegralInRange(0, 3) == 0 ? "z" : row->user.value};
    const auto decided = decide_release(*row, by, live_->now());
    check(by == row->user || decided.refusal == release_refusal::not_found,
          "only its owner gives it back");
    change(decided.change);
  }

  void free_seats(const reservation& row) {
    for (const auto& s : row.seats)
      if (actors_.contains(s.seat)) actors_.at(s.seat).free(row.id);
  }

  // --- the store ---

  void write_lapses() {
    auto ended = live_->unwritten_lapses(dice_.ConsumeIntegralInRange<std::size_t>(1, 3));
    if (ended.empty()) return;
    live_->mark_lapses_written(ended);
    writes_.push_back({std::nullopt, std::move(ended)});
  }

  void apply(const write& w) {
    for (const auto id : w.lapsed) {
      auto& row = store_.at(id);
      check(row.status == reservation_status::held && row.expires_at <= now_,
            "only holds that are over lapse");
      row.status = reservation_status::expired;
      told(row);
    }
    if (!w.row) return;
    if (!store_.contains(w.row->id)) known_.push_back(w.row->id);
    store_[w.row->id] = *w.row;
    // UNIQUE (schedule, seat) over those that are held or confirmed.
    for (const auto& [id, row] : store_)
      if (id != w.row->id && takes_seats(row) && takes_seats(*w.row))
        for (const auto& s : row.seats)
          check(!std::ranges::count(w.row->seats, s.seat, &reserved_seat::seat),
                "the store has a seat once");
    told(*w.row);
  }
  static bool takes_seats(const reservation& row) {
    return row.status == reservation_status::held || row.status == reservation_status::confirmed;
  }

  void commit(std::size_t count) {
    for (; count > 0 && !writes_.empty(); --count) {
      const auto w = std::move(writes_.front());
      writes_.pop_front();
      apply(w);
      if (w.row) live_->made_durable(w.row->id);
    }
  }

  // A batch did not commit, or nobody knows: memory is void, and read again from the store.
  void fail() {
    if (dice_.ConsumeBool())
      for (const auto& w : writes_)
        apply(w);
    load();
  }

  void load() {
    writes_.clear();
    polls_.clear();
    actors_.clear();
    recalled_ = {};
    seats_ = std::make_unique<seat_inventory>(of_, versions_);
    live_ = std::make_unique<live_reservations>(*seats_, now_);
    for (const auto& [id, row] : store_)
      if (takes_seats(row)) check(live_->load(row), "what the store holds fits into the schedule");
    live_->advance(now_);
  }

  // --- looking ---

  void look_at_choice() const {
    for (std::uint32_t count = 1; count <= seat_count(); ++count) {
      const auto best = seats_->best(count, std::nullopt);
      check(best.empty() || best.size() == count, "as many as asked, or none");
      check(std::ranges::is_sorted(best) && std::ranges::adjacent_find(best) == best.end(),
            "each once");
      for (const auto at : best)
        check(seats_->status_of(at) == seat_status::available, "that are available");
      if (polls_.empty())
        check(best.empty() == (seats_->available() < count), "whenever there are enough");
    }
  }
  void look_at_users() const {
    for (const auto* name : {"a", "b", "c"}) {
      std::size_t wanted = 0;
      for (seat_index at = 0; at < seat_count(); ++at)
        if (seats_->status_of(at) != seat_status::available &&
            live_->find(seats_->holder_of(at))->user.value == name)
          ++wanted;
      for (const auto& p : polls_)
        if (p.row.user.value == name) wanted += p.row.seats.size();
      check(live_->seats_of({name}) == wanted, "a user's seats are counted, also those asked for");
    }
  }

  struct poll {
    reservation row;
    bool granted;
  };

  FuzzedDataProvider& dice_;
  std::shared_ptr<const schedule> of_{two_sections()};
  epoch_numbers versions_{1, epoch_numbers::narrow};
  time_point now_{milliseconds{1'000'000}};
  std::uint64_t last_id_{std::uint64_t{1} << 61U};
  std::unique_ptr<seat_inventory> seats_;
  std::unique_ptr<live_reservations> live_;
  std::map<seat_index, seat> actors_;
  std::deque<poll> polls_;
  std::deque<write> writes_;
  std::map<reservation_id, reservation> store_;
  std::vector<reservation_id> known_;
  reservation_id recalled_;
  std::map<seat_index, std::optional<reservation>> owners_;
  mutable std::uint64_t version_seen_{0};
};

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::driven_schedule driven{dice};
  for (int steps = 0; dice.remaining_bytes() > 0 && steps < 200; ++steps) {
    driven.step();
    driven.look();
  }
  driven.finish();
  return 0;
}
