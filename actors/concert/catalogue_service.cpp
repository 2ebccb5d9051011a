#include "actors/concert/catalogue_service.hpp"

#include "actors/concert/catalogue_draft.hpp"
#include "actors/concert/catalogue_log.hpp"
#include "actors/durable/journal.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/store_reads.hpp"
#include "config/cluster_limits.hpp"
#include "logging/log.hpp"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace boxoffice {
namespace {

/// The owner of the master data, around a catalogue_draft. One per process; ends with the node.
class catalogue_service {
 public:
  using interface = accepts_also<catalogue_actor, commit_report, continuation>;
  static constexpr auto name = "concert";

  catalogue_service(interface::pointer self, const concert_context& context, catalogue loaded)
      : self_{self},
        context_{context},
        draft_{std::move(loaded)},
        writes_{context.commits, [to = caf::actor_cast<caf::actor>(self)](
                                     const commit_report& report) { caf::anon_send(to, report); }},
        reads_{context.store, context.writer, caf::actor_cast<caf::actor>(self), name},
        memory_{limits::loading_commands_max, [this] { load(); }, timer_of(self),
                call_deadlines{context.time, context.metrics, name}},
        concerts_{context.metrics.gauge("boxoffice_concerts", "Concerts in the catalogue")},
        schedules_{context.metrics.gauge("boxoffice_schedules", "Schedules in the catalogue")} {
    entity_ = writes_.new_entity();
    memory_.loaded();
    publish();
    if (!context_.followed) return;
    // A former life may have had followers, who trust what they have for as long.
    nobody_else_after_ = context_.time.now() + limits::follower_lease;
    restart_log();
    look_after_followers();
  }

  void on(create_concert& m) { admit({sender_of(self_), m.correlation, std::move(m), {}}); }
  void on(create_schedule& m) { admit({sender_of(self_), m.correlation, std::move(m), {}}); }
  void on(const change_waiting_room& m) { admit({sender_of(self_), m.correlation, m, {}}); }

  void on(const follow_catalogue& m) {
    const auto now = context_.time.now();
    const bool is_new = m.epoch != context_.store.epoch();
    const auto known = is_new ? 0 : m.version;
    followers_.heard(m.follower, known, now);
    followings_.push_back({sender_of(self_), m.correlation, known, now, is_new});
    answer_followers(now);
    answer_shared(now);
  }

  void on(const read_figures& m) {
    figures_reply reply{m.correlation, memory_.serves() ? fault::none : fault::unavailable};
    reply.commits.push_back(times_of(name, context_.commits.latency()));
    answer(self_, sender_of(self_), std::move(reply));
  }

  void on(const commit_report& report) {
    writes_.settle(report, settled_);
    for (const auto& r : settled_.durable)
      draft_.made_durable(r.write);
    if (!settled_.durable.empty()) {
      memory_.proven();
      publish();
    }
    for (auto& r : settled_.durable)
      shared(std::move(r));
    if (settled_.refused) refused(*settled_.refused, settled_.reason);
    for (auto& r : settled_.revoked)
      admit(std::move(r));  // decided again
    if (!settled_.failed()) return;
    log(log_level::warning, name, "a commit did not succeed: reading the catalogue back",
        {{"in_doubt", settled_.in_doubt.size()}, {"lost", settled_.lost.size()}});
    for (const auto& r : settled_.lost)
      reply(r, fault::unavailable);
    in_doubt_ = std::move(settled_.in_doubt);
    memory_.reload(recovery::cause::failed);
  }

 private:
  /// A change that somebody asked for, and what it writes.
  struct request {
    caf::actor from;
    std::uint64_t correlation{0};
    std::variant<create_concert, create_schedule, change_waiting_room> what;
    concert_write write;
  };
  using catalogue_journal = journal<concert_write, request>;

  void admit(request r) {
    const auto call = call_of(r.what);
    if (memory_.serves(call)) return decide(r);
    const auto shared = std::make_shared<request>(std::move(r));
    memory_.admit(call, [this, shared](fault why) {
      if (why == fault::none)
        decide(*shared);
      else
        reply(*shared, why);
    });
  }

  void decide(request& r) {
    auto made = std::visit([this](const auto& m) { return decide(m); }, r.what);
    switch (made.outcome) {
      case catalogue_draft::verdict::done:
        break;
      case catalogue_draft::verdict::concert_not_found:
        return answer(
            self_, r.from,
            catalogue_reply{
                r.correlation, fault::none, catalogue_refusal::concert_not_found, {}, {}});
    }
    r.write = made.write;
    auto w = made.write;
    if (writes_.submit(entity_, w, r) == catalogue_journal::submitted::accepted)
      draft_.apply(made.write);
    else
      reply(r, fault::overloaded);
  }
  catalogue_draft::decision decide(const create_concert& m) {
    auto draft = m.draft;
    draft.id = {context_.ids.next()};
    return draft_.add_concert(std::move(draft));
  }
  catalogue_draft::decision decide(const create_schedule& m) {
    auto draft = m.draft;
    draft.hold_extension = m.hold_extension;
    draft.id = {context_.ids.next()};
    return draft_.add_schedule(std::move(draft));
  }
  catalogue_draft::decision decide(const change_waiting_room& m) {
    return draft_.change_waiting_room(m.concert, m.rule);
  }

  void refused(const request& r, const std::string& reason) {
    log(log_level::error, name, "the store refuses a write of the catalogue", {{"reason", reason}});
    reply(r, fault::internal);
    memory_.reload(recovery::cause::refused);
  }

  void load() {
    reads_.ask_within(
        memory_, [](concert_store& store) { return store.load(); },
        [this](fault failed, catalogue& found) {
          if (failed != fault::none) return memory_.failed();
          draft_ = catalogue_draft{std::move(found)};
          entity_ = writes_.new_entity();
          publish();
          restart_log();
          for (auto& r : std::exchange(in_doubt_, {}))
            if (draft_.holds(r.write))
              shared(std::move(r));
            else
              reply(r, fault::unavailable);
          memory_.loaded();
        });
  }

  void publish() {
    auto next = draft_.snapshot();
    concerts_.set(static_cast<std::int64_t>(next->concerts.size()));
    schedules_.set(static_cast<std::int64_t>(next->schedules.size()));
    context_.view.publish(std::move(next));
  }

  // --- followers ---------------------------------------------------------------------------------

  void restart_log() {
    if (!context_.followed) return;
    log_.restart(*context_.view.snapshot());
    answer_followers(context_.time.now());
  }

  // What was made is told once every follower has it: whoever is told may ask any node for it.
  void shared(request r) {
    if (!context_.followed) return reply(r, fault::none);
    if (const auto* c = std::get_if<std::shared_ptr<const concert>>(&r.write))
      log_.changed((*c)->id);
    else
      log_.changed(std::get<std::shared_ptr<const schedule>>(r.write)->id);
    sharings_.push_back({std::move(r), log_.version()});
    const auto now = context_.time.now();
    answer_followers(now);
    answer_shared(now);
  }

  void answer_shared(time_point now) {
    if (now < nobody_else_after_) return;
    std::erase_if(sharings_, [&](const sharing& s) {
      if (!followers_.all_have(s.version, now)) return false;
      reply(s.what, fault::none);
      return true;
    });
  }

  void answer_followers(time_point now) {
    const auto current = context_.view.snapshot();
    std::erase_if(followings_, [&](const following& f) {
      if (!f.is_new && f.known == log_.version() && now - f.since < limits::follow_hold)
        return false;
      auto changes = log_.after(f.known, *current);
      changes.correlation = f.correlation;
      changes.epoch = context_.store.epoch();
      answer(self_, f.from, std::move(changes));
      return true;
    });
  }

  void look_after_followers() {
    const auto now = context_.time.now();
    answer_followers(now);
    answer_shared(now);
    followers_.forget_silent(now);
    run_later(self_, limits::follow_hold / 3, [this] { look_after_followers(); });
  }

  void reply(const request& to, fault why) {
    catalogue_reply r{to.correlation, why, {}, {}, {}};
    if (why == fault::none) {
      if (const auto* c = std::get_if<std::shared_ptr<const concert>>(&to.write)) {
        r.concert = (*c)->id;
      } else {
        const auto& s = std::get<std::shared_ptr<const schedule>>(to.write);
        r.concert = s->concert;
        r.schedule = s->id;
      }
    }
    answer(self_, to.from, r);
  }

  interface::pointer self_;
  concert_context context_;
  catalogue_draft draft_;
  catalogue_journal writes_;
  store_reads<concert_store> reads_;
  recovery memory_;
  std::uint64_t entity_{0};
  catalogue_journal::outcome settled_;  // reused between reports
  std::vector<request> in_doubt_;       // the next load tells
  struct following {
    caf::actor from;
    std::uint64_t correlation{0}, known{0};
    time_point since{};
    bool is_new{false};  // it waits to hear that there is nothing, too
  };
  struct sharing {
    request what;
    std::uint64_t version{0};
  };
  catalogue_log log_;
  catalogue_followers followers_;
  std::vector<following> followings_;  // have everything, and wait for the next change
  std::vector<sharing> sharings_;      // durable, and not yet everywhere
  time_point nobody_else_after_{};
  gauge& concerts_;
  gauge& schedules_;
};

}  // namespace

catalogue_actor spawn_catalogue(caf::actor_system& system, const concert_context& context,
                                catalogue loaded) {
  return spawn_actor<catalogue_service>(system, context, std::move(loaded));
}

}  // namespace boxoffice
