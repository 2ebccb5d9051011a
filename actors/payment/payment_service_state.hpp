#pragma once

#include "actors/payment/payment_parts.hpp"
#include "actors/payment/payment_service.hpp"
#include "actors/payment/pending_starts.hpp"
#include "actors/payment/saga_host.hpp"
#include "actors/payment/saga_operations.hpp"

#include <optional>
#include <vector>

namespace boxoffice {

/// The front of the payment service: hands requests to those who decide about them, reports of the
/// committer to those who wait for them, and starts over from the store when a batch fails.
class payment_service_state {
 public:
  using interface = accepts_also<payment_service_actor, saga_decided, saga_failed,
                                 reservation_reply, commit_report, continuation>;
  static constexpr auto name = "payment";

  payment_service_state(interface::pointer self, payment_context context);
  payment_service_state(const payment_service_state&) = delete;
  payment_service_state& operator=(const payment_service_state&) = delete;

  // From clients.
  void on(const start_payment& m) { admit(m); }
  void on(const refund_payment& m) { admit(m); }
  void on(const find_payment& m);
  void on(const find_open_payment& m) { admit(m); }
  // From operators.
  void on(const list_sagas& m) { operations_.list(m, sender_of(self_)); }
  void on(const read_saga& m) { operations_.read(m, sender_of(self_)); }
  void on(const resume_saga& m) { admit(m); }
  void on(const abort_saga& m) { admit(m); }
  void on(const read_figures& m);
  // From sagas, participants and the committer.
  void on(saga_decided& m) { sagas_.decided(m); }
  void on(const saga_failed& m) { sagas_.failed(m); }
  void on(const reservation_reply& m);
  void on(const commit_report& m);

 private:
  /// Somebody whose answer was lost with memory.
  struct orphaned_client {
    waiting_client waits;
    payment_id payment;  ///< none: a refusal
  };
  /// Everything the service knows, from the store.
  struct stored_memory {
    std::vector<payment_reader::open_saga> open;
    std::size_t parked{0};
    payment_id last;
    key_page keys;
    struct end {
      std::optional<payment_outcome> answer;
      std::optional<payment> row;
    };
    std::vector<end> orphans;  ///< in the order asked
  };

  template <class Command>
  void admit(const Command& m);
  void take(const start_payment& m, const caf::actor& from);
  void take(const refund_payment& m, const caf::actor& from);
  void take(const find_open_payment& m, const caf::actor& from);
  void take(const resume_saga& m, const caf::actor& from);
  void take(const abort_saga& m, const caf::actor& from);

  void invalidate();
  void load();
  void recover(stored_memory& m);
  void answer_orphan(const orphaned_client& o, const stored_memory::end& found);
  void keep_measuring();

  interface::pointer self_;
  payment_parts parts_;
  saga_host sagas_;
  pending_starts starts_;
  saga_operations operations_;
  payment_journal::outcome settled_;  // reused between reports
  std::vector<orphaned_client> orphans_;
};

}  // namespace boxoffice
