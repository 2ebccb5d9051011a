#include "bench/choreography/payment_participant.hpp"

#include "actors/core/check.hpp"
#include "actors/durable/journal.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/request_keys.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/payment/payment_ids.hpp"
#include "actors/payment/payment_rules.hpp"
#include "bench/choreography/open_deliveries.hpp"

#include <optional>
#include <unordered_map>
#include <utility>

namespace boxoffice::bench {
namespace {

struct waiting_client {
  caf::actor to;  // none after a restart: then only the key waits
  std::uint64_t correlation{0};
  request_key key;
};

// A write that is under way, and what it means.
struct entry {
  payment_id payment;                     // none: a refusal that started nothing
  std::optional<std::uint64_t> delivery;  // of the event that ended it
  waiting_client client;
  payment_outcome answer;
};

class payment_participant_state {
 public:
  using interface =
      accepts_also<payment_participant_actor, reservation_reply, commit_report, continuation>;
  static constexpr auto name = "payment_participant";

  payment_participant_state(interface::pointer self, payment_participant_context context)
      : self_{self},
        context_{std::move(context)},
        reads_{context_.reader, context_.reads, caf::actor_cast<caf::actor>(self), name},
        memory_{limits::open_sagas_max, [this] { load(); }, timer_of(self)},
        keys_{context_.time},
        writes_{context_.commits, [me = caf::actor_cast<caf::actor>(self)](
                                      const commit_report& r) { caf::anon_send(me, r); }},
        ids_{context_.store.epoch()} {
    memory_.start();
  }

  void on(const start_payment& m) {
    const auto from = sender_of(self_);
    memory_.admit(m.call, [this, m, from](fault why) {
      const waiting_client client{from, m.correlation, m.key};
      if (why != fault::none) return reply(client, why, key_verdict::fresh, {});
      keys_.begin(
          m.key, m.call, reads_, memory_, [this, m, client] { ask_reservation(m, client); },
          [this, client](fault failed, key_verdict verdict, const payment_outcome* answer) {
            reply(client, failed, verdict, answer ? *answer : payment_outcome{});
          });
    });
  }

  void on(const reservation_reply& m) {
    const auto at = starting_.extract(m.correlation);
    if (at.empty()) return;
    const auto& [user, client] = at.mapped();
    if (m.fault != fault::none) {
      keys_.finish(client.key, known_keys::outcome::forgotten);
      return reply(client, m.fault, key_verdict::fresh, {});
    }
    const bool mine = m.present == reservation_reply::presence::found && m.found.user == user;
    const auto running = paying_.find(m.found.id.number);
    const auto outcome = decide_purchase(
        mine ? std::optional{m.found} : std::nullopt,
        running == paying_.end() ? std::nullopt : std::optional{open_.at(running->second).row},
        payment_refusal::none);
    if (outcome.refusal != payment_refusal::none) return refuse(client, outcome);
    start(client, m);
  }

  void on(deliver_purchase_events& m) {
    const auto delivery = deliveries_.add(sender_of(self_), m);
    memory_.admit({}, [this, delivery, events = m.events](fault why) {
      check(why == fault::none, "the payment store of the bench can be read");
      for (const auto& e : events)
        end(e, delivery);
    });
  }

  void on(const commit_report& m) {
    writes_.settle(m, settled_);
    check(!settled_.failed() && !settled_.refused, "the payment store of the bench commits");
    for (const auto& e : settled_.durable)
      made_durable(e);
  }

 private:
  struct open_payment {
    payment row;
    waiting_client client;
    time_point hold_expires_at{};
    std::uint64_t entity{0};
  };
  struct stored_memory {
    std::vector<payment_reader::open_saga> open;
    key_page keys;
  };

  void load() {
    reads_.ask_within(
        memory_,
        [](payment_reader& reader) {
          return stored_memory{reader.open_sagas(),
                               reader.key_scopes(0, limits::known_keys_portion)};
        },
        [this](fault failed, stored_memory& m) {
          check(failed == fault::none, "the payment store of the bench can be read");
          keys_.know(m.keys, reads_);
          for (auto& saga : m.open) {
            if (saga.key.present()) keys_.run(saga.key);
            add({std::move(saga.row), {{}, 0, saga.key}, no_time, writes_.new_entity()});
          }
          memory_.loaded();
        });
  }

  void ask_reservation(const start_payment& m, const waiting_client& client) {
    starting_.emplace(++last_start_, std::pair{m.user, client});
    self_->send(context_.reservation, find_reservation{last_start_, m.user, m.reservation, {}});
  }

  void start(const waiting_client& client, const reservation_reply& found) {
    const auto& held = found.found;
    payment wanted;
    wanted.id = ids_.next(shard_of(held.user));
    wanted.reservation = held.id;
    wanted.concert = held.concert;
    wanted.user = held.user;
    wanted.amount = held.amount;
    wanted.seats = static_cast<std::uint32_t>(held.seats.size());
    wanted.seat_names = found.seat_names;
    auto first = saga::begin(std::move(wanted), {}, context_.time.now());
    purchase_event requested;
    requested.payment = first.row->id;
    requested.user = held.user;
    requested.reservation = held.id;
    requested.amount = held.amount;
    context_.carried.put(requested);
    payment_write w;
    w.row = first.row;
    w.notes = std::move(first.notes);
    w.key = client.key;
    w.key_payment = first.row->id;
    w.at = context_.time.now();
    const auto entity = writes_.new_entity();
    submit(entity, w, {first.row->id, std::nullopt, {}, {}});
    add({std::move(*first.row), client, held.expires_at, entity});
  }

  void add(open_payment p) {
    paying_.emplace(p.row.reservation.number, p.row.id);
    open_.emplace(p.row.id, std::move(p));
  }

  // A payment that is not open has ended before: the event was delivered again.
  void end(const purchase_event& e, std::uint64_t delivery) {
    const auto found = open_.find(e.payment);
    if (found == open_.end()) return deliveries_.handled(self_, delivery);
    auto& p = found->second;
    const auto now = context_.time.now();
    p.row.balance = e.balance;
    p.row.failure = e.failure;
    p.row.changed_at = now;
    payment_write w;
    switch (e.kind) {
      case purchase_event_kind::seats_confirmed:
        p.row.state = saga_state::completed;
        p.row.completed_at = now;
        w.event = make_event(p.row, event_kind::payment_completed, now);
        break;
      case purchase_event_kind::points_refunded:
        p.row.state = saga_state::compensated;
        break;
      case purchase_event_kind::points_refused:
      case purchase_event_kind::payment_requested:
      case purchase_event_kind::points_debited:
      case purchase_event_kind::seats_refused:
        p.row.state = saga_state::failed;
        break;
    }
    entry ends{e.payment, delivery, p.client, outcome_of(p.row, p.hold_expires_at)};
    w.row = p.row;
    w.notes.push_back({e.payment, now, p.row.state, saga_step::none, "heard"});
    if (p.client.key.present()) {
      w.key = p.client.key;
      w.key_payment = e.payment;
      w.answer = ends.answer;
    }
    w.at = now;
    submit(p.entity, w, std::move(ends));
  }

  void refuse(const waiting_client& client, const payment_outcome& refusal) {
    if (!client.key.present() || !is_remembered(refusal.refusal)) {
      keys_.finish(client.key, known_keys::outcome::forgotten);
      return reply(client, fault::none, key_verdict::fresh, refusal);
    }
    payment_write w;
    w.key = client.key;
    w.answer = refusal;
    w.at = context_.time.now();
    submit(writes_.new_entity(), w, {{}, std::nullopt, client, refusal});
  }

  void submit(std::uint64_t entity, payment_write& w, entry e) {
    const auto taken = writes_.submit(entity, w, e);
    check(taken == payment_writes::submitted::accepted, "the committer of the bench has room");
  }

  void made_durable(const entry& e) {
    const bool starts = e.payment && !e.delivery;
    if (starts) return context_.carried.forget(e.payment, purchase_event_kind::payment_requested);
    if (e.client.key.present()) keys_.finish(e.client.key, known_keys::outcome::stored);
    reply(e.client, fault::none, key_verdict::fresh, e.answer);
    if (!e.payment) return;
    if (e.answer.paid.state == saga_state::completed)
      for (const auto& relay : context_.relays)
        self_->send(relay, outbox_appended{});
    paying_.erase(e.answer.paid.reservation.number);
    open_.erase(e.payment);
    deliveries_.handled(self_, *e.delivery);
  }

  void reply(const waiting_client& to, fault why, key_verdict verdict,
             const payment_outcome& outcome) {
    answer(self_, to.to, payment_reply{to.correlation, why, verdict, outcome});
  }

  struct id_hash {
    std::size_t operator()(payment_id id) const { return std::hash<std::uint64_t>{}(id.value); }
  };
  using payment_writes = journal<payment_write, entry>;

  interface::pointer self_;
  payment_participant_context context_;
  store_reads<payment_reader> reads_;
  recovery memory_;
  request_keys<payment_reader> keys_;
  payment_writes writes_;
  payment_ids ids_;
  payment_writes::outcome settled_;
  open_deliveries deliveries_;
  std::unordered_map<std::uint64_t, std::pair<user_id, waiting_client>> starting_;
  std::uint64_t last_start_{0};
  std::unordered_map<payment_id, open_payment, id_hash> open_;
  std::unordered_map<std::uint64_t, payment_id> paying_;  // by the number of the reservation
};

}  // namespace

payment_participant_actor spawn_payment_participant(caf::actor_system& system,
                                                    payment_participant_context context) {
  return spawn_actor<payment_participant_state>(system, std::move(context));
}

}  // namespace boxoffice::bench
