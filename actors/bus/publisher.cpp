#include "actors/bus/publisher.hpp"

#include "logging/log.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace boxoffice {

/// The broker has said what became of the batch with this number.
struct batch_published {
  std::uint64_t number{0};
  event_publisher::answer told;
};

namespace {

/// The shell around an event_publisher. Started and ended by the node.
class publisher {
 public:
  using interface = accepts_also<event_consumer_actor, batch_published>;
  static constexpr auto name = "bus";

  publisher(interface::pointer self, publisher_context context)
      : self_{self},
        context_{std::move(context)},
        published_{count("boxoffice_bus_published_total", "Events that the broker has confirmed")},
        failures_{
            count("boxoffice_bus_failures_total", "Batches that the broker did not take whole")} {}

  // A repetition takes the place of what it repeats: its relay has one batch at a time.
  void on(const deliver_events& m) {
    if (m.events.empty()) return;
    open_ = delivery{sender_of(self_), m.correlation, m.events};
    publish();
  }

  void on(const ask_applied& m) {
    answer(self_, sender_of(self_), applied_so_far{m.correlation, {}, 0, 0});
  }

  void on(const batch_published& m) {
    if (m.number != number_) return;
    const auto batch = std::exchange(under_way_, {});
    const auto confirmed = std::min(m.told.confirmed, batch.size());
    published_.add(confirmed);
    take_off(batch, confirmed);
    if (m.told.how != event_publisher::ending::whole) failures_.add();
    using lasting = event_refused::lasting;
    switch (m.told.how) {
      case event_publisher::ending::whole:
        failed_.clear();
        return publish();
      case event_publisher::ending::try_later:
        tell_why(m.told.reason);
        open_.reset();  // it comes again
        break;
      case event_publisher::ending::doubtful:
        return refuse(batch, confirmed, lasting::for_now, m.told.reason);
      case event_publisher::ending::rejected:
        return refuse(batch, confirmed, lasting::for_good, m.told.reason);
    }
  }

 private:
  struct delivery {
    caf::actor from;
    std::uint64_t correlation;
    std::vector<payment_event> events;
  };

  counter& count(const char* metric, const char* meaning) {
    return context_.metrics.counter(metric, meaning, {{"sink", context_.sink}});
  }

  void publish() {
    if (!under_way_.empty() || !open_) return;
    std::vector<event_record> batch;
    batch.reserve(open_->events.size());
    for (const auto& e : open_->events) {
      batch.push_back(context_.encode(e));
      under_way_.push_back(e.sequence);
    }
    context_.to.publish(std::move(batch), [handle = interface{self_},
                                           number = ++number_](event_publisher::answer told) {
      caf::anon_send(handle, batch_published{number, std::move(told)});
    });
  }

  // What is delivered now may be a repetition of the batch, or of its end.
  void take_off(const std::vector<std::uint64_t>& batch, std::size_t confirmed) {
    if (!open_) return;
    auto& events = open_->events;
    auto end = events.begin();
    for (std::size_t i = 0; i < confirmed && end != events.end(); ++i)
      if (end->sequence == batch[i]) ++end;
    if (end == events.begin()) return;
    answer(self_, open_->from, events_applied{open_->correlation, std::prev(end)->sequence});
    events.erase(events.begin(), end);
    if (events.empty()) open_.reset();
  }

  void refuse(const std::vector<std::uint64_t>& batch, std::size_t confirmed,
              event_refused::lasting how, const std::string& reason) {
    if (!open_ || confirmed == batch.size() || open_->events.front().sequence != batch[confirmed])
      return publish();
    const auto refused = *std::exchange(open_, std::nullopt);
    log(log_level::error, refused.events.front().from, name, "a broker does not take an event",
        {{"consumer", context_.sink},
         {"event_id", to_text(refused.events.front().id)},
         {"reason", reason}});
    answer(
        self_, refused.from,
        event_refused{refused.correlation, batch[confirmed], how, context_.sink + ": " + reason});
  }

  void tell_why(const std::string& reason) {
    if (std::exchange(failed_, reason) != reason)
      log(log_level::warning, name, "a broker does not take events now: they wait in the outbox",
          {{"consumer", context_.sink}, {"reason", reason}});
  }

  interface::pointer self_;
  publisher_context context_;
  counter& published_;
  counter& failures_;
  std::optional<delivery> open_;          // the newest, as far as it is not answered
  std::vector<std::uint64_t> under_way_;  // sequences that the broker has been handed
  std::uint64_t number_{0};
  std::string failed_;  // why, the last time
};

}  // namespace

event_consumer_actor spawn_publisher(caf::actor_system& system, publisher_context context) {
  return spawn_actor<publisher>(system, std::move(context));
}

}  // namespace boxoffice
