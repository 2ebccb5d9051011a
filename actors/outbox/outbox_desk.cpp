#include "actors/outbox/outbox_desk.hpp"

#include "actors/commit/store_read.hpp"
#include "config/log.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace boxoffice {
namespace {

/// Where the event of a replay is parked, as the store has it.
struct replay_places_read {
  std::uint64_t job{0};
  boxoffice::fault fault{fault::none};
  enum class event : bool { unknown, known } is{event::unknown};
  std::vector<parked_event> places;
};

template <class Inspector>
auto inspect(Inspector& f, replay_places_read& m) {
  return fields(f, m.job, m.fault, m.is, m.places);
}

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

/// Keeps nothing but the replays whose event is being looked up. Started and ended by the node.
class outbox_desk {
 public:
  using interface = accepts_also<outbox_desk_actor, replay_places_read>;

  outbox_desk(interface::pointer self, outbox_context context)
      : self_{self}, context_{std::move(context)} {}

  void on(const list_outbox& m) {
    std::vector<std::string> names;
    for (const auto& c : context_.consumers)
      names.push_back(c.name);
    auto fill = [&reader = context_.reader, names = std::move(names), m](outbox_list& list) {
      switch (m.what) {
        case list_outbox::wanted::pending:
          return read_pending(reader, names, m, list);
        case list_outbox::wanted::parked:
          return read_parked(reader, m, list);
      }
    };
    const auto from = sender_of(self_);
    if (post_read(context_.reads, from, "outbox", outbox_list{m.ticket, fault::none, {}, {}},
                  std::move(fill)) == job_runner::posted::no)
      answer(self_, from, outbox_list{m.ticket, fault::overloaded, {}, {}});
  }

  void on(const replay_event& m) {
    replay_places_read blank;
    blank.job = ++last_job_;
    auto fill = [&reader = context_.reader, id = m.event](replay_places_read& r) {
      using event = replay_places_read::event;
      r.is = reader.find_event(id) ? event::known : event::unknown;
      r.places = reader.find_parked(id);
    };
    const auto from = sender_of(self_);
    const auto self = caf::actor_cast<caf::actor>(self_);
    if (post_read(context_.reads, self, "outbox", std::move(blank), std::move(fill)) ==
        job_runner::posted::no)
      return answer(self_, from, replay_reply{m.ticket, fault::overloaded, {}, {}});
    asked_.emplace(last_job_, asker{from, m.ticket});
  }

  void on(const replay_places_read& m) {
    const auto node = asked_.extract(m.job);
    if (!node) return;
    replay_reply reply{node.mapped().ticket, m.fault, replay_refusal::none, {}};
    for (const auto& place : m.places) {
      for (const auto& c : context_.consumers) {
        if (c.name != place.consumer) continue;
        self_->send(c.relay, replay_parked{place.event.schedule()});
        reply.consumers.push_back(c.name);
      }
    }
    if (m.is == replay_places_read::event::unknown)
      reply.refusal = replay_refusal::event_not_found;
    else if (reply.consumers.empty())
      reply.refusal = replay_refusal::event_not_parked;
    answer(self_, node.mapped().to, std::move(reply));
  }

 private:
  struct asker {
    caf::actor to;
    std::uint64_t ticket;
  };

  interface::pointer self_;
  outbox_context context_;
  std::unordered_map<std::uint64_t, asker> asked_;  // bounded by the queue of `reads`
  std::uint64_t last_job_{0};
};

}  // namespace

outbox_desk_actor spawn_outbox_desk(caf::actor_system& system, outbox_context context) {
  return spawn_actor<outbox_desk>(system, std::move(context));
}

}  // namespace boxoffice
