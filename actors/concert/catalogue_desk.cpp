#include "actors/concert/catalogue_desk.hpp"

#include "actors/concert/catalogue_book.hpp"
#include "config/limits.hpp"
#include "config/log.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace boxoffice {

/// The store was read again; null when it could not be.
struct catalogue_reloaded {
  std::uint32_t generation{0};
  std::shared_ptr<const catalogue> found;
};
struct reload_catalogue_tick {};

template <class Inspector>
auto inspect(Inspector& f, reload_catalogue_tick&) {
  return fields(f);
}

}  // namespace boxoffice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::catalogue_reloaded)

namespace boxoffice {
namespace {

/// The shell around catalogue_book. One per process; ends with the node.
class catalogue_desk {
 public:
  using interface =
      accepts_also<catalogue_actor, commit_report, catalogue_reloaded, reload_catalogue_tick>;

  catalogue_desk(interface::pointer self, const concert_context& context, catalogue loaded)
      : self_{self},
        context_{context},
        book_{std::move(loaded)},
        concerts_{context.meters.level("boxoffice_concerts", "Concerts in the catalogue")},
        schedules_{context.meters.level("boxoffice_schedules", "Schedules in the catalogue")} {
    writer_ = context_.commits.enroll([handle = interface{self}](const commit_report& report) {
      caf::anon_send(handle, report);
    });
    publish();
  }

  void on(create_concert& m) {
    if (reloading_) return refuse(m.ticket, fault::unavailable);
    proceed(m.ticket, book_.add_concert(std::move(m.draft)));
  }
  void on(create_schedule& m) {
    if (reloading_) return refuse(m.ticket, fault::unavailable);
    proceed(m.ticket, book_.add_schedule(std::move(m.draft)));
  }
  void on(const change_waiting_room& m) {
    if (reloading_) return refuse(m.ticket, fault::unavailable);
    proceed(m.ticket, book_.change_waiting_room(m.concert, m.rule));
  }

  void on(const commit_report& report) {
    if (report.generation != generation_) return;
    switch (report.outcome) {
      case commit_outcome::committed:
        return settle(report.last_ticket);
      case commit_outcome::failed:
        return give_up();
      case commit_outcome::in_doubt:
        return look_it_up(report.last_ticket);
    }
  }

  void on(const catalogue_reloaded& m) {
    if (m.generation != generation_) return;
    if (!m.found) {
      self_->delayed_send(self_, pause_, reload_catalogue_tick{});
      pause_ = std::min(pause_ * 2, limits::store_retry_max);
      return;
    }
    reloading_ = false;
    pause_ = limits::store_retry_first;
    book_ = catalogue_book{*m.found};
    publish();
    for (const auto& w : doubtful_)
      reply(w, book_.holds(w.write) ? fault::none : fault::unavailable);
    doubtful_.clear();
  }

  void on(const reload_catalogue_tick&) { reload(); }

 private:
  struct waiting {
    std::uint64_t commit_ticket;
    std::uint64_t ticket;
    caf::actor from;
    concert_write write;
  };

  void refuse(std::uint64_t ticket, boxoffice::fault why) {
    answer(self_, sender_of(self_), catalogue_reply{ticket, why, {}, {}, {}});
  }

  void proceed(std::uint64_t ticket, catalogue_book::decision made) {
    switch (made.outcome) {
      case catalogue_book::verdict::done:
        break;
      case catalogue_book::verdict::concert_not_found:
        answer(self_, sender_of(self_),
               catalogue_reply{ticket, fault::none, catalogue_refusal::concert_not_found, {}, {}});
        return;
      case catalogue_book::verdict::ids_exhausted:
        log(log_level::error, "concert", "all ids are given away");
        return refuse(ticket, fault::unavailable);
    }
    using queue = committer<concert_write>;
    if (context_.commits.submit(writer_, generation_, next_ticket_, made.write) ==
        queue::submitted::full) {
      take_back_last();
      return refuse(ticket, fault::overloaded);
    }
    in_flight_.push_back({next_ticket_++, ticket, sender_of(self_), std::move(made.write)});
  }

  // The last decision found no room in the committer's queue: back to what is under way.
  void take_back_last() {
    book_.forget_unsettled();
    for (const auto& w : in_flight_)
      book_.decide(w.write);
  }

  void settle(std::uint64_t last_ticket) {
    std::vector<waiting> done;
    while (!in_flight_.empty() && in_flight_.front().commit_ticket <= last_ticket) {
      book_.settle(in_flight_.front().write);
      done.push_back(std::move(in_flight_.front()));
      in_flight_.pop_front();
    }
    publish();
    for (const auto& w : done)
      reply(w, fault::none);
  }

  void give_up() {
    ++generation_;
    book_.forget_unsettled();
    auto void_now = std::exchange(in_flight_, {});
    for (const auto& w : void_now)
      reply(w, fault::unavailable);
  }

  // What was in the batch may be there; what came after it is surely not.
  void look_it_up(std::uint64_t last_ticket) {
    log(log_level::warning, "concert", "the outcome of a commit is in doubt: reading back");
    ++generation_;
    auto void_now = std::exchange(in_flight_, {});
    for (auto& w : void_now) {
      if (w.commit_ticket <= last_ticket)
        doubtful_.push_back(std::move(w));
      else
        reply(w, fault::unavailable);
    }
    reloading_ = true;
    reload();
  }

  void reload() {
    const auto posted = context_.writer.post(
        [handle = interface{self_}, generation = generation_, &store = context_.store] {
          catalogue_reloaded result{generation, nullptr};
          try {
            result.found = std::make_shared<const catalogue>(store.load());
          } catch (const std::exception& e) {
            log(log_level::error, "concert", "cannot read the catalogue", {{"reason", e.what()}});
          }
          caf::anon_send(handle, std::move(result));
        });
    if (posted == job_runner::posted::no)
      self_->delayed_send(self_, limits::store_retry_max, reload_catalogue_tick{});
  }

  void publish() {
    auto next = book_.snapshot();
    concerts_.set(static_cast<std::int64_t>(next->concerts.size()));
    schedules_.set(static_cast<std::int64_t>(next->schedules.size()));
    context_.view.publish(std::move(next));
  }

  void reply(const waiting& w, boxoffice::fault why) {
    catalogue_reply r{w.ticket, why, {}, {}, {}};
    if (why == fault::none) {
      if (const auto* c = std::get_if<std::shared_ptr<const concert>>(&w.write)) {
        r.concert = (*c)->id;
      } else {
        const auto& s = std::get<std::shared_ptr<const schedule>>(w.write);
        r.concert = s->concert;
        r.schedule = s->id;
      }
    }
    answer(self_, w.from, r);
  }

  interface::pointer self_;
  concert_context context_;
  catalogue_book book_;
  gauge& concerts_;
  gauge& schedules_;
  std::uint32_t writer_{0};
  std::uint32_t generation_{1};
  std::uint64_t next_ticket_{1};
  std::deque<waiting> in_flight_;
  std::vector<waiting> doubtful_;
  bool reloading_{false};
  std::chrono::milliseconds pause_{limits::store_retry_first};
};

}  // namespace

catalogue_actor spawn_catalogue(caf::actor_system& system, const concert_context& context,
                                catalogue loaded) {
  return spawn_actor<catalogue_desk>(system, context, std::move(loaded));
}

}  // namespace boxoffice
