// A waiting room beside a plain list of who stands in line. Writes become durable late, or fail and
// are undone, youngest first; restarts begin with what was written.
#include "actors/queue/room.hpp"

#include "actors/core/check.hpp"
#include "config/limits.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fuzzer/FuzzedDataProvider.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

constexpr concert_id here{4};
constexpr queue_times times{seconds{10}, seconds{6}};

bool is_live(const queue_entry& e) {
  return e.state == token_state::waiting || e.state == token_state::active;
}

using entries = std::map<queue_token, queue_entry>;

class driven_room {
 public:
  explicit driven_room(FuzzedDataProvider& dice) : dice_{dice} {}

  void step() {
    command();
    decided(room_->take_changes());
    switch (dice_.ConsumeIntegralInRange(0, 7)) {
      case 0:
        undo_all();
        break;
      case 1:
        if (dice_.ConsumeIntegralInRange(0, 3) == 0) restart();
        break;
      default:
        commit(dice_.ConsumeIntegralInRange<std::size_t>(0, 3));
    }
    look();
  }

 private:
  static user_id user_of(std::uint64_t n) { return {"u" + std::to_string(n % 5)}; }

  queue_token draw_token() {
    return {here, dice_.ConsumeIntegralInRange<std::uint64_t>(0, last_token_)};
  }

  void command() {
    switch (dice_.ConsumeIntegralInRange(0, 10)) {
      case 0:
      case 1:
      case 2:
        return join();
      case 3:
        return room_->leave(draw_token(), now_);
      case 4: {
        const auto token = draw_token();
        const auto other = dice_.ConsumeIntegralInRange(0, 3) == 0 ? 1U : 0U;
        return room_->use(token, user_of(token.number + other), now_);
      }
      case 5: {
        const auto token = draw_token();
        if (room_->find(token, now_) != nullptr) room_->touch(token, now_);
        return;
      }
      case 6: {
        const milliseconds more{dice_.ConsumeIntegralInRange(0, 20'000)};
        return room_->keep(draw_token(), now_ + more, now_);
      }
      case 7:
        return room_->tick(now_);
      case 8:
        rule_ = {dice_.ConsumeBool(), dice_.ConsumeIntegralInRange<std::uint32_t>(1, 4),
                 dice_.ConsumeIntegralInRange<std::uint32_t>(1, 5)};
        return room_->set_rule(rule_, now_);
      case 9:
        now_ += milliseconds{dice_.ConsumeIntegralInRange(0, 3'000)};
        if (dice_.ConsumeIntegralInRange(0, 7) != 0) return;
        now_ += seconds{700};
        return room_->excuse(now_);
      default:
        return ask();
    }
  }

  void join() {
    const auto user = user_of(++last_token_);
    const auto live = room_->live_token_of(user, now_);
    decided(room_->take_changes());
    const auto row = std::ranges::find_if(decided_, [&](const auto& each) {
      return each.second.user == user && is_live(each.second);
    });
    check(live.has_value() == (row != decided_.end()), "a live place is not given twice");
    if (live) return check(*live == row->first, "it is the one that there is");
    room_->join(user, {here, last_token_}, now_);
  }

  void ask() {
    const auto token = draw_token();
    const auto* entry = room_->find(token, now_);
    if (entry == nullptr) return;
    const bool waits = entry->state == token_state::waiting;
    check(waits || !is_live(*entry) || now_ < entry->expires_at, "the deadline decides");
    check(rule_.enabled || !waits, "without a rule nobody waits");
    const auto place = room_->place(token);
    check((place.position != 0) == waits && (place.eta_seconds != 0) == waits,
          "who waits has a position, and a time");
  }

  // What the actor does after each command: the changes of the room are one write.
  void decided(std::vector<room_change> changes) {
    for (const auto& [before, after] : changes) {
      const auto row = decided_.find(after.token);
      check(before.has_value() == (row != decided_.end()), "what was there is what was decided");
      if (before)
        check(row->second.state == before->state && is_live(*before), "only live ones change");
      const bool was_active = before && before->state == token_state::active;
      const bool is_active = after.state == token_state::active;
      if (was_active) --active_;
      if (is_active) ++active_;
      if (is_active && !was_active) enter(after);
      decided_[after.token] = after;
    }
    if (!changes.empty()) writes_.push_back(std::move(changes));
  }

  void enter(const queue_entry& who) {
    // Without a rule everybody enters at once, also beside one whose entry was undone.
    if (!rule_.enabled) return;
    for (const auto& [token, row] : decided_)
      check(row.state != token_state::waiting || row.sequence >= who.sequence,
            "nobody who came earlier is still waiting");
    check(active_ <= rule_.active_max, "never more than the rule lets in");
    entered_[who.token] = now_;
    const auto just_now = std::ranges::count_if(
        entered_, [&](const auto& each) { return each.second + milliseconds{1000} > now_; });
    check(just_now <= std::int64_t{rule_.admit_per_second}, "nor faster");
  }

  void commit(std::size_t count) {
    for (; count > 0 && !writes_.empty(); --count) {
      for (const auto& change : writes_.front())
        stored_[change.after.token] = change.after;
      writes_.pop_front();
    }
  }

  void undo_all() {
    for (auto write = writes_.rbegin(); write != writes_.rend(); ++write)
      for (auto change = write->rbegin(); change != write->rend(); ++change)
        room_->undo(*change);
    writes_.clear();
    begin_with_stored();
  }

  void restart() {
    if (dice_.ConsumeBool()) commit(writes_.size());
    writes_.clear();
    std::vector<queue_entry> rows;
    std::uint64_t last = 0;
    for (const auto& [token, row] : stored_) {
      last = std::max(last, row.sequence);
      if (is_live(row) || row.changed_at + limits::ended_token_kept > now_) rows.push_back(row);
    }
    room_ = std::make_unique<waiting_room>(here, times);
    room_->set_rule(rule_, now_);
    room_->restore(rows, last, now_);
    begin_with_stored();
  }

  void begin_with_stored() {
    decided_ = stored_;
    std::erase_if(entered_, [&](const auto& each) {
      const auto row = stored_.find(each.first);
      return row == stored_.end() || row->second.state == token_state::waiting;
    });
    active_ = static_cast<std::size_t>(std::ranges::count_if(
        stored_, [](const auto& row) { return row.second.state == token_state::active; }));
  }

  void look() const {
    std::map<std::uint64_t, queue_token> line;
    std::map<user_id, int> live;
    for (const auto& [token, row] : decided_) {
      if (!is_live(row)) continue;
      check(++live[row.user] == 1, "a user has one live place");
      if (row.state == token_state::waiting) line.emplace(row.sequence, token);
    }
    check(room_->active() == active_, "slots are counted");
    check(room_->waiting() == line.size(), "so is the line");
    std::uint32_t position = 0;
    for (const auto& [sequence, token] : line)
      check(room_->place(token).position == ++position, "positions follow the order of arrival");
    check(live.empty() || room_->next_tick(now_).has_value(), "somebody will look at who is here");
  }

  FuzzedDataProvider& dice_;
  std::unique_ptr<waiting_room> room_{std::make_unique<waiting_room>(here, times)};
  waiting_room_rule rule_;
  time_point now_{milliseconds{1'780'272'000'000}};
  std::uint64_t last_token_{0};
  entries stored_, decided_;  // decided: stored once all writes are
  std::deque<std::vector<room_change>> writes_;
  std::size_t active_{0};
  std::map<queue_token, time_point> entered_;  // when the rule let them in
};

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::driven_room driven{dice};
  for (int steps = 0; dice.remaining_bytes() > 0 && steps < 300; ++steps)
    driven.step();
  return 0;
}
