#pragma once

#include "actors/caf/deadline_timer.hpp"
#include "actors/core/deadlines.hpp"
#include "actors/payment/open_payments.hpp"
#include "actors/payment/payment_parts.hpp"
#include "actors/payment/saga_messages.hpp"

#include <functional>
#include <map>
#include <string>

namespace boxoffice {

/// Hosts one saga actor per open payment: writes what the sagas decide, tells them when it is
/// durable, wakes them, and answers their clients. A saga whose decision the store refuses is
/// parked; if the store refuses even that, it is parked in memory, and again after a restart.
/// **Thread**: the service's.
class saga_host {
 public:
  explicit saga_host(payment_parts& parts) : parts_{parts} {}
  ~saga_host();
  saga_host(const saga_host&) = delete;
  saga_host& operator=(const saga_host&) = delete;

  enum class started : bool { no, yes };
  /// Writes the first row of a saga, which runs once that is durable. No: the committer is full.
  [[nodiscard]] started start(saga_decision first, waiting_client waits);
  /// The same for a parked one that an operator sends on its way.
  [[nodiscard]] started move(saga_decision first, operator_command by);
  /// Takes up a saga of before a restart.
  void reopen(const payment_reader::open_saga& saga);
  /// Gives a client whose answer was lost back to its saga; no when that is not open.
  bool wait_again(payment_id payment, const waiting_client& client);
  /// Ends all sagas; hands over who waits for them.
  void clear(const std::function<void(const open_payment&, const waiting_client&)>& waits);

  void decided(saga_decided& m);
  void failed(const saga_failed& m);
  /// When the hold of a reopened saga ends, for its client.
  void reservation_found(const reservation_reply& m);

  // What became of a write.
  void made_durable(payment_entry& e);
  void refused(payment_entry& e, const std::string& reason);
  void revoked(payment_entry& e);

  [[nodiscard]] const open_payments& open() const { return open_; }
  /// Parked here, because the store does not take them as parked.
  [[nodiscard]] const std::map<payment_id, payment>& unsaved() const { return unsaved_; }

 private:
  [[nodiscard]] started open(saga_decision first, payment_entry entry, const request_key& key);
  void write(open_payment& p, saga_decision d);
  void run(open_payment& p);
  void end_actor(open_payment& p);
  void park(open_payment& p, const std::string& reason);
  void keep_unsaved(open_payment& p, const std::string& reason);
  void give_up_start(open_payment& p, payment_entry& e);
  void answer_pending(open_payment& p, time_point now);
  void drop(open_payment& p);

  void on_timer();
  void on_deadline(open_payment& p, time_point now);
  void watch(open_payment& p);

  payment_parts& parts_;
  open_payments open_;
  std::map<payment_id, payment> unsaved_;
  deadlines deadlines_;  // of payments; most have ended long before
  deadline_timer timer_;
};

}  // namespace boxoffice
