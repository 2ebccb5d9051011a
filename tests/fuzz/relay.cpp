// How far a consumer of the outbox is, with a consumer that refuses and answers late, writes that
// are lost or refused, restarts, and replays: events of a schedule are applied in order, and none
// that the store believes to be done is missing.
#include "actors/core/check.hpp"
#include "actors/outbox/relay_progress.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
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

constexpr time_point noon{milliseconds{1'000'000}};
constexpr int tries_max = 3;

class driven_relay {
 public:
  explicit driven_relay(FuzzedDataProvider& dice) : dice_{dice} { start(); }

  void step() {
    switch (dice_.ConsumeIntegralInRange(0, 9)) {
      case 0:
        return publish();
      case 1:
        return go_on();
      case 2:
      case 3:
        return consume(dice_.ConsumeIntegralInRange<std::size_t>(1, 4));
      case 4:
        return tell();
      case 5:
        return end_write(write_end::durable);
      case 6:
        return end_write(dice_.ConsumeBool() ? write_end::lost : write_end::refused);
      case 7:
        if (dice_.ConsumeIntegralInRange(0, 3) == 0) start();
        return;
      case 8:
        wanted_replay_ = draw_schedule();
        return;
      default:
        mood();
    }
  }

  // The consumer takes everything, and an operator replays all: then all of it is applied.
  void heal() {
    poison_.clear();
    store_refuses_ = false;
    start();
    for (int rounds = 0; rounds < 400; ++rounds) {
      wanted_replay_ = schedule_id{1 + static_cast<std::uint64_t>(rounds) % 3};
      go_on();
      consume(8);
      tell();
      begin_write();
      end_write(write_end::durable);
    }
    check(applied_.size() == events_.size(), "in the end every event is applied");
    check(parked_.empty() && position_ == last_sequence(), "and the store knows it");
  }

  void look() const {
    for (const auto& e : events_)
      if (e.sequence <= position_)
        check(applied_.contains(e.id) || parked_.contains(e.sequence),
              "what is passed is done or parked");
    std::uint64_t before = 0;
    for (const auto& e : progress_->waiting()) {
      check(e.sequence > before, "what waits stands in order");
      before = e.sequence;
      if (!progress_->replays()) check(e.sequence > progress_->position(), "behind the position");
    }
  }

 private:
  enum class write_end : std::uint8_t { durable, lost, refused };

  schedule_id draw_schedule() { return {dice_.ConsumeIntegralInRange<std::uint64_t>(1, 3)}; }
  [[nodiscard]] std::uint64_t last_sequence() const {
    return events_.empty() ? 0 : events_.back().sequence;
  }

  void publish() {
    if (events_.size() >= 40) return;
    payment_event e;
    e.sequence = last_sequence() + dice_.ConsumeIntegralInRange<std::uint64_t>(1, 2);
    e.id = {1000 + e.sequence};
    e.reservation = {draw_schedule(), e.sequence};
    events_.push_back(e);
  }

  // Some event becomes one that the consumer does not take, or takes again.
  void mood() {
    store_refuses_ = dice_.ConsumeIntegralInRange(0, 3) == 0;
    if (events_.empty()) return;
    const auto& e = events_[dice_.ConsumeIntegralInRange<std::size_t>(0, events_.size() - 1)];
    if (!poison_.erase(e.sequence)) poison_.insert(e.sequence);
  }

  // --- the relay, as outbox_relay drives it ---

  void start() {
    payment_reader::parked_schedules parked;
    for (const auto& [sequence, event] : parked_) {
      ++parked.events;
      const auto of = event.event.schedule();
      if (!std::ranges::count(parked.schedules, of, &payment_reader::parked_schedule::schedule))
        parked.schedules.push_back({of, sequence});
    }
    progress_ = std::make_unique<relay_progress>("boards", position_, parked, tries_max);
    if (dice_.ConsumeIntegralInRange(0, 7) == 0) fill();
    writing_.reset();
    heard_ = 0;
    handed_.clear();
  }

  // The consumer had lost everything, and was filled with all but what is parked.
  void fill() {
    const auto through = std::max(position_, last_sequence());
    for (const auto& e : events_)
      if (!parked_.contains(e.sequence)) applied_.insert(e.id);
    progress_->filled_through(through);
  }

  void go_on() {
    begin_write();
    if (!progress_->is_idle() || progress_->owes_store()) return;
    if (wanted_replay_ && !progress_->replays()) {
      if (!writing_) (void)progress_->begin_replay(*std::exchange(wanted_replay_, std::nullopt));
    }
    if (const auto schedule = progress_->replays()) {
      std::vector<parked_event> found;
      for (const auto& [sequence, event] : parked_)
        if (event.event.schedule() == *schedule && found.size() < 3) found.push_back(event);
      progress_->give_again(found);
    } else {
      const auto after = progress_->position();
      std::vector<payment_event> found;
      for (const auto& e : events_) {
        if (e.sequence <= after || found.size() == 4) continue;
        found.push_back(e);
      }
      progress_->give(std::move(found), noon);
    }
    handed_ = progress_->waiting();
    heard_ = 0;
  }

  // --- the consumer ---

  void consume(std::size_t most) {
    for (const auto& e : handed_) {
      if (most-- == 0) return;
      if (e.sequence <= heard_) continue;
      if (poison_.contains(e.sequence)) return refuse(e);
      apply(e);
      heard_ = e.sequence;
    }
  }
  void apply(const payment_event& e) {
    if (!applied_.insert(e.id).second) return;
    auto& last = last_of_[e.schedule()];
    check(e.sequence > last, "events of a schedule are applied in order");
    last = e.sequence;
  }
  void refuse(const payment_event& e) {
    const bool for_now = dice_.ConsumeBool();
    const auto said = progress_->consumer_refused(e.sequence, "no", for_now, noon);
    check(for_now || said != relay_progress::refused::try_later, "refused for good is parked");
    if (said == relay_progress::refused::parked) {
      handed_ = progress_->waiting();
      heard_ = 0;
    }
  }
  void tell() {
    if (heard_ != 0) (void)progress_->consumer_applied(heard_);
  }

  // --- the store ---

  void begin_write() {
    if (writing_ || (told_ == progress_->passed() && !progress_->owes_store())) return;
    writing_ = dice_.ConsumeBool() ? progress_->unstored(1) : progress_->unstored();
    for (const auto& p : writing_->parked)
      check(p.event.sequence <= writing_->position, "nothing is parked beyond the position");
    check(writing_->position >= position_, "the store never hears of going back");
  }

  void end_write(write_end how) {
    begin_write();
    if (!writing_) return;
    const auto news = *std::exchange(writing_, std::nullopt);
    if (how == write_end::lost) return;  // it is written again
    if (how == write_end::refused || (store_refuses_ && !news.parked.empty())) {
      if (news.parked.size() == 1) progress_->cannot_store(news.parked.front().event.sequence);
      return;
    }
    position_ = told_ = news.position;
    for (const auto& p : news.parked)
      parked_.insert_or_assign(p.event.sequence, p);
    for (const auto id : news.replayed)
      std::erase_if(parked_, [&](const auto& each) { return each.second.event.id == id; });
    // A crash may come between this and what the relay makes of it.
    if (dice_.ConsumeIntegralInRange(0, 7) == 7) return start();
    progress_->stored(news);
    look();
  }

  FuzzedDataProvider& dice_;
  std::vector<payment_event> events_;  // the outbox
  std::uint64_t position_{0};          // what the store has
  std::map<std::uint64_t, parked_event> parked_;
  std::unique_ptr<relay_progress> progress_;
  std::optional<relay_progress::unsaved> writing_;
  std::uint64_t told_{~std::uint64_t{0}};
  std::optional<schedule_id> wanted_replay_;
  std::vector<payment_event> handed_;  // to the consumer
  std::uint64_t heard_{0};             // of them, what it applied
  std::set<event_id> applied_;
  std::map<schedule_id, std::uint64_t> last_of_;
  std::set<std::uint64_t> poison_;
  bool store_refuses_{false};
};

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::driven_relay driven{dice};
  for (int steps = 0; dice.remaining_bytes() > 0 && steps < 400; ++steps) {
    driven.step();
    driven.look();
  }
  driven.heal();
  return 0;
}
