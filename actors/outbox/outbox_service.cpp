#include "actors/outbox/outbox_service.hpp"

#include "actors/durable/pruning.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/outbox/relay_metrics.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {
namespace {

// One more line than asked for tells that there are more.
void cut(outbox_list& list, std::size_t limit) {
  if (list.lines.size() <= limit) return;
  list.lines.resize(limit);
  list.follows = outbox_list::more::yes;
}

void read_pending(payment_reader& reader, const std::vector<std::string>& consumers,
                  const list_outbox& asked, outbox_list& list) {
  std::vector<std::pair<std::string, std::uint64_t>> positions;
  auto passed = ~std::uint64_t{0};
  for (const auto& name : consumers) {
    positions.emplace_back(name, reader.consumed_by(name));
    passed = std::min(passed, positions.back().second);
  }
  if (positions.empty()) return;
  for (auto& e : reader.events_after(std::max(passed, asked.after), asked.limit + 1)) {
    auto& line = list.lines.emplace_back(outbox_line{std::move(e), {}});
    for (const auto& [name, position] : positions)
      if (position < line.event.sequence) line.places.push_back({name, {}, {}});
  }
  cut(list, asked.limit);
}

void read_parked(payment_reader& reader, const list_outbox& asked, outbox_list& list) {
  for (auto& p : reader.parked_after(asked.after, asked.limit + 1)) {
    if (list.lines.empty() || list.lines.back().event.id != p.event.id)
      list.lines.push_back({std::move(p.event), {}});
    list.lines.back().places.push_back({std::move(p.consumer), std::move(p.reason), p.at});
  }
  cut(list, asked.limit);
}

/// Keeps nothing. Started and ended by the node.
class outbox_service_state {
 public:
  using interface = accepts_also<outbox_service_actor, continuation>;
  static constexpr auto name = "outbox";

  outbox_service_state(interface::pointer self, outbox_context context)
      : self_{self},
        context_{std::move(context)},
        reads_{context_.reader, context_.reads, caf::actor_cast<caf::actor>(self), name} {
    std::vector<std::string> names;
    for (const auto& c : context_.consumers)
      names.push_back(c.name);
    keep_pruning(
        self_, context_.commit_jobs, name,
        [&store = context_.store, &time = context_.time, kept = context_.kept, names] {
          const auto now = time.now();
          return store.prune_outbox({now - kept, now + kept}, limits::prune_rows_max, names);
        });
  }

  void on(const list_outbox& m) {
    std::vector<std::string> names;
    for (const auto& c : context_.consumers)
      names.push_back(c.name);
    reads_.reply(sender_of(self_), outbox_list{m.correlation, fault::none, {}, {}},
                 [names = std::move(names), m](payment_reader& reader, outbox_list& list) {
                   switch (m.what) {
                     case list_outbox::wanted::pending:
                       return read_pending(reader, names, m, list);
                     case list_outbox::wanted::parked:
                       return read_parked(reader, m, list);
                   }
                 });
  }

  void on(const read_figures& m) {
    figures_reply reply{m.correlation, fault::none};
    for (const auto& c : context_.consumers) {
      const relay_metrics of{context_.metrics, c.name};
      reply.consumers.push_back(
          {c.name, of.lag_events.value(), of.lag_seconds.value(), of.parked_events.value()});
    }
    answer(self_, sender_of(self_), std::move(reply));
  }

  void on(const replay_event& m) {
    reads_.ask(
        [id = m.event](payment_reader& reader) {
          return parked_places{reader.find_event(id).has_value(), reader.find_parked(id)};
        },
        [this, m, from = sender_of(self_)](fault failed, parked_places& found) {
          answer(self_, from, replay(m.correlation, failed, found));
        });
  }

 private:
  /// Where the event of a replay is parked, as the store has it.
  struct parked_places {
    bool event_known{false};
    std::vector<parked_event> places;
  };

  replay_reply replay(std::uint64_t correlation, fault failed, const parked_places& found) {
    replay_reply reply{correlation, failed, replay_refusal::none, {}};
    for (const auto& place : found.places) {
      for (const auto& c : context_.consumers) {
        if (c.name != place.consumer) continue;
        self_->send(c.relay, replay_parked{place.event.schedule()});
        reply.consumers.push_back(c.name);
      }
    }
    if (failed != fault::none) return reply;
    if (!found.event_known)
      reply.refusal = replay_refusal::event_not_found;
    else if (reply.consumers.empty())
      reply.refusal = replay_refusal::event_not_parked;
    return reply;
  }

  interface::pointer self_;
  outbox_context context_;
  store_reads<payment_reader> reads_;
};

}  // namespace

outbox_service_actor spawn_outbox_service(caf::actor_system& system, outbox_context context) {
  return spawn_actor<outbox_service_state>(system, std::move(context));
}

}  // namespace boxoffice
