#include "actors/outbox/consumer_opening.hpp"

#include "actors/outbox/relay_reads.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <utility>

namespace boxoffice {

consumer_opening::consumer_opening(surroundings in, caf::actor self,
                                   store_reads<payment_reader>& reads, const recovery& memory,
                                   counter& fillings)
    : in_{std::move(in)},
      self_{std::move(self)},
      reads_{reads},
      memory_{memory},
      fillings_{fillings} {}

void consumer_opening::ask(std::uint64_t position, std::uint64_t correlation) {
  under_way_ = true;
  reading_ = false;
  parts_.reset();
  position_ = position;
  asked_ = correlation;
  caf::send_as(self_, caf::actor_cast<caf::actor>(in_.to), ask_applied{asked_});
}

void consumer_opening::stop() {
  under_way_ = false;
  reading_ = false;
  parts_.reset();
}

// What the consumer holds is for it to say. An answer to an older question is none.
void consumer_opening::on(const applied_so_far& m) {
  if (!under_way_ || reading_ || parts_ || m.correlation != asked_) return;
  reading_ = true;
  auto read = [consumer = in_.consumer, what = in_.fills ? in_.what : purpose::deliveries,
               fillable = static_cast<bool>(in_.fills), m,
               position = position_](payment_reader& reader) {
    auto found = judge(reader, consumer, what, m, position);
    found.fill = found.fill && fillable;
    return found;
  };
  reads_.ask_within(memory_, std::move(read), [this, m](fault failed, verdict& found) {
    reading_ = false;
    if (failed != fault::none || !under_way_ || parts_) return;
    pruned_ = found.pruned;
    if (found.fill) return fill();
    const bool missed =
        m.are == applied_so_far::books::none && position_ > 0 && position_ < found.pruned;
    open_at(position_, m.through, found.pruned, missed ? opened::gap::yes : opened::gap::no);
  });
}

// A board is filled when it lacks what it was given; when events behind its position were pruned,
// since nobody knows what it heard of them elsewhere; and when it would not recognise a repetition.
consumer_opening::verdict consumer_opening::judge(payment_reader& reader,
                                                  const std::string& consumer, purpose what,
                                                  const applied_so_far& said,
                                                  std::uint64_t position) {
  verdict v;
  v.pruned = reader.pruned_through();
  if (said.are == applied_so_far::books::none) return v;
  if (what == purpose::filling) {
    v.fill = said.through == 0;
    return v;
  }
  const bool lacks =
      said.through < position &&
      (said.through < v.pruned || lacks_more_than_parked(reader, consumer, said.through, position));
  v.fill = lacks || position < v.pruned || position < said.known_after;
  return v;
}

// The sales are of one moment, with what is parked in that moment: nothing may be on its way to the
// store that changes it.
void consumer_opening::fill() {
  if (in_.store_is_told()) return;  // it is asked again
  reading_ = true;
  const auto since = std::chrono::floor<std::chrono::minutes>(in_.time.now()) -
                     std::chrono::minutes{limits::sales_window_max};
  // What is parked for a consumer that hears of events elsewhere is of another time.
  const auto without_parked_of = in_.what == purpose::deliveries ? in_.consumer : std::string{};
  reads_.ask_within(
      memory_,
      [without_parked_of,
       minute =
           std::int64_t{
               std::chrono::floor<std::chrono::minutes>(since).time_since_epoch().count()}](
          payment_reader& reader) { return reader.sales(without_parked_of, minute); },
      [this](fault failed, sales_baseline& found) {
        reading_ = false;
        if (failed != fault::none || !under_way_) return;
        const auto now = static_cast<std::uint64_t>(to_unix_ms(in_.time.now()));
        parts_.emplace((now << 20U) + (self_.id() & 0xF'FFFFU), std::move(found));
        log(log_level::warning, "outbox", "a board is filled from the payments",
            {{"consumer", in_.consumer},
             {"position", position_},
             {"through", parts_->through()},
             {"schedules", parts_->schedules()}});
        give_up_at_ = in_.time.now() + limits::board_fill_patience;
        send_part();
      });
}

void consumer_opening::send_part() {
  auto part = parts_->part();
  part.correlation = ++correlation_;
  caf::send_as(self_, caf::actor_cast<caf::actor>(in_.fills), std::move(part));
}

void consumer_opening::on(const board_filled& m) {
  if (!under_way_ || !parts_) return;
  using taken = baseline_parts::taken;
  switch (parts_->board_took(m)) {
    case taken::ignored:
      return;
    case taken::part:
    case taken::begins_anew:
      give_up_at_ = in_.time.now() + limits::board_fill_patience;
      return send_part();
    case taken::all:
      break;
  }
  fillings_.add();
  for (const auto schedule : parts_->left_out())
    log(log_level::error, "outbox",
        "a board has no sales of a schedule that its store refuses: `boxoffice rebuild ranking` "
        "counts them once the cause is gone",
        {{"consumer", in_.consumer}, {"schedule", to_text(schedule)}});
  const auto through = parts_->through();
  open_at(through, through, pruned_, opened::gap::no);
}

void consumer_opening::open_at(std::uint64_t position, std::uint64_t held, std::uint64_t pruned,
                               opened::gap missed) {
  stop();
  in_.done({position, held, pruned, missed});
}

void consumer_opening::poll(std::uint64_t correlation) {
  if (!under_way_ || reading_) return;
  if (!parts_) return ask(position_, correlation);
  if (in_.time.now() < give_up_at_) return send_part();
  log(log_level::warning, "outbox", "a board does not take what it is filled with: once more",
      {{"consumer", in_.consumer}});
  ask(position_, correlation);
}

}  // namespace boxoffice
