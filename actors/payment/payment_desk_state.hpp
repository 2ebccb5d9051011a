#pragma once

#include "actors/caf/wheel_timer.hpp"
#include "actors/core/deadlines.hpp"
#include "actors/payment/payment_desk.hpp"
#include "actors/payment/payment_ids.hpp"
#include "actors/payment/payment_meters.hpp"
#include "actors/payment/payment_rules.hpp"
#include "actors/payment/saga_messages.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace boxoffice {

/// The front of the payment service: recognises retries, decides what may start, hosts one saga
/// actor per open payment, writes what they decide, answers, and starts over from the store when a
/// commit fails.
///
/// Life cycle: starting (commands wait) → serving ⇄ recovering (commands are `unavailable`). A
/// generation is the span between two failures; what carries an older number is void.
class payment_desk_state {
 public:
  using interface = payment_desk_internal_actor;

  payment_desk_state(interface::pointer self, payment_context context);
  ~payment_desk_state();
  payment_desk_state(const payment_desk_state&) = delete;
  payment_desk_state& operator=(const payment_desk_state&) = delete;

  // From clients.
  void on(const start_payment& m) { admit(m); }
  void on(const refund_payment& m) { admit(m); }
  void on(const find_payment& m) { admit(m); }
  void on(const find_open_payment& m) { admit(m); }

  // From operators.
  void on(const list_sagas& m);
  void on(const read_saga& m);
  void on(const resume_saga& m) { admit(m); }
  void on(const abort_saga& m) { admit(m); }

  // From sagas, participants, the committer and the jobs.
  void on(saga_decided& m);
  void on(const reservation_reply& m);
  void on(const payment_key_read& m);
  void on(const payment_row_read& m);
  void on(const parked_saga_read& m);
  void on(const commit_report& m);
  void on(payment_memory_read& m);
  void on(const payment_keys_pruned& m);
  void on(const payment_desk_tick&);

 private:
  enum class phase : std::uint8_t { starting, serving, recovering };
  using purpose = orphaned_client::wanted;

  /// A request whose start is being decided: first its key, then (refunds) its payment, then its
  /// reservation are looked up.
  struct candidate {
    purpose what{purpose::purchase};
    payment_client client;
    user_id user;
    reservation_id reservation;
    payment_id payment;  ///< refunds
    queue_verdict queue;
    queue_token token;
    std::optional<boxoffice::payment> row;  ///< refunds, once read
    payment_id considered;                  ///< refunds: what close() gives free
    enum class stage : std::uint8_t { reading, asking } at{stage::reading};
    time_point answer_by{};
  };

  /// The place of one open saga.
  struct open_payment {
    payment row;  ///< durable once `saga` is there
    saga_actor saga;
    std::optional<payment_client> client;  ///< who is not yet answered
    purpose what{purpose::purchase};
    time_point hold_expires_at{};
    time_point answer_by{};
    time_point due{};                     ///< of the saga's step
    time_point armed{};                   ///< the earliest entry on the wheel
    std::optional<saga_decision> unsent;  ///< the committer was full
  };

  /// What an operator wants of a parked saga.
  struct operator_command {
    caf::actor to;
    std::uint64_t ticket{0};
    payment_id payment;
    enum class wanted : std::uint8_t { resume, abort } what{wanted::resume};
    std::string reason;  ///< abort
  };

  /// A write on its way.
  struct flight {
    std::uint64_t ticket{0};
    payment_id payment;
    std::optional<boxoffice::payment> row;
    enum class event : bool { none, appended } event{event::none};
    std::optional<operator_command> by_operator;  ///< answered with `row` when durable
    std::optional<payment_client> client;         ///< answered with `outcome` when durable
    payment_outcome outcome;
    purpose what{purpose::purchase};
    time_point answer_by{}, hold_expires_at{};
  };

  // payment_desk.cpp: commands
  template <class Command>
  void admit(const Command& m);
  void take(const start_payment& m, const caf::actor& from);
  void take(const refund_payment& m, const caf::actor& from);
  void take(const find_payment& m, const caf::actor& from);
  void take(const find_open_payment& m, const caf::actor& from);
  void refuse(const find_payment& m, const caf::actor& to, fault why);
  void refuse(const find_open_payment& m, const caf::actor& to, fault why);
  void refuse(const start_payment& m, const caf::actor& to, fault why);
  void refuse(const refund_payment& m, const caf::actor& to, fault why);
  void consider(candidate c);
  void look_up(std::uint64_t number);
  void proceed(std::uint64_t number);
  void read_row(std::uint64_t number, payment_id payment);
  void ask_reservation(std::uint64_t number);
  void decide(std::uint64_t number, const reservation_reply& m);
  void give_up(std::uint64_t number, fault why);
  void finish(std::uint64_t number, const payment_outcome& refusal);
  std::optional<candidate> close(std::uint64_t number);
  [[nodiscard]] std::optional<payment> running(reservation_id reservation) const;

  // payment_desk_sagas.cpp: starting, writing, answering
  void start_purchase(std::uint64_t number, const reservation& held);
  void start(std::uint64_t number, saga_decision first, time_point hold_expires_at);
  void write(open_payment& p, saga_decision d);
  void run(open_payment& p);
  void became_durable(flight& f);
  static void tell(const payment& row);
  void answer_pending(open_payment& p, time_point now);
  void drop(payment_id payment);
  enum class submitted : bool { full, accepted };
  [[nodiscard]] submitted submit(payment_write w, flight f);
  void reply(const payment_client& to, fault why, key_verdict verdict, const payment_outcome& o);

  // payment_desk_operators.cpp: what operators ask and want
  void take(const resume_saga& m, const caf::actor& from);
  void take(const abort_saga& m, const caf::actor& from);
  void refuse(const resume_saga& m, const caf::actor& to, fault why);
  void refuse(const abort_saga& m, const caf::actor& to, fault why);
  void look_at(operator_command c);
  void move(const operator_command& c, const payment& parked);
  void answer_operator(const operator_command& c, fault why, saga_refusal refusal,
                       const payment& row);
  void forget_operators();

  // payment_desk_recovery.cpp: start, failure, timers
  void read_memory();
  void void_memory(commit_outcome how);
  void settle(const payment_memory_read& m);
  void settle_orphan(const orphaned_client& o, const payment_memory_read::orphan_fate& fate);
  void reopen(const payment_reader::open_saga& saga);
  void recover_later();
  void prune_keys();
  [[nodiscard]] bool is_over(std::uint64_t key) const;
  void turn(std::uint64_t key, time_point now);
  void turn_candidate(std::uint64_t number, time_point now);
  void turn_payment(open_payment& p, time_point now);
  void arm(open_payment& p);
  void watch(std::uint64_t candidate_number);
  void set_timer(time_point due, std::uint64_t key);
  void measure(time_point now);
  [[nodiscard]] bool serves(payment_id payment) const;
  [[nodiscard]] caf::actor desk() const { return caf::actor_cast<caf::actor>(self_); }
  [[nodiscard]] time_point now() const { return context_.time.now(); }

  interface::pointer self_;
  payment_context context_;
  payment_meters meters_;
  key_book keys_;
  payment_ids ids_;
  phase phase_{phase::starting};
  std::uint32_t writer_{0};
  std::uint32_t generation_{1};
  std::uint64_t last_ticket_{0};
  std::uint64_t last_candidate_{0};

  std::vector<std::function<void()>> before_start_;
  std::unordered_map<std::uint64_t, candidate> candidates_;
  std::set<std::pair<payment_id, user_id>> refunds_considered_;  // one at a time
  struct reader_of {
    caf::actor to;
    std::uint64_t ticket;
    user_id user;
  };
  std::unordered_map<std::uint64_t, reader_of> readers_;           // by number, like candidates_
  std::unordered_map<std::uint64_t, operator_command> operators_;  // by number, like candidates_
  std::set<payment_id> moving_;  // sagas of which an operator's command is being decided
  std::unordered_map<payment_id, open_payment> open_;
  std::unordered_map<reservation_id, payment_id> by_reservation_;
  std::deque<flight> flights_;
  std::vector<orphaned_client> orphans_;

  enum class keys_known : bool { no, yes } keys_known_{keys_known::no};
  milliseconds retry_{0};
  deadlines wheel_;
  wheel_timer<payment_desk_tick> timer_;
};

}  // namespace boxoffice
