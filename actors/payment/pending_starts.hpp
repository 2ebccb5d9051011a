#pragma once

#include "actors/caf/deadline_timer.hpp"
#include "actors/core/deadlines.hpp"
#include "actors/payment/payment_parts.hpp"
#include "actors/payment/payment_rules.hpp"
#include "actors/payment/saga_host.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace boxoffice {

/// A request whose start is being decided: its key is its own; then (refunds) its payment and its
/// reservation are looked up.
struct pending_start {
  payment_purpose what{payment_purpose::purchase};
  payment_client client;
  user_id user;
  reservation_id reservation;
  payment_id payment;                            ///< refunds
  payment_refusal queue{payment_refusal::none};  ///< what the waiting room has against it
  queue_token token;
};

/// Decides which payments and refunds start. **Thread**: the service's.
class pending_starts {
 public:
  pending_starts(payment_parts& parts, saga_host& sagas) : parts_{parts}, sagas_{sagas} {}

  /// A request, whose key decides first whether anything is to be done.
  void begin(pending_start s);
  /// The reservation service has answered; no when nobody here asked.
  bool reservation_found(const reservation_reply& m);
  [[nodiscard]] std::size_t size() const { return deciding_.size(); }
  /// Surely nothing was begun: all of them are unavailable.
  void clear();

 private:
  struct candidate {
    pending_start of;
    std::optional<payment> row;  // refunds, once read
    bool holds_turn{false};      // refunds: `refunding_` has it
    bool asks{false};            // the reservation service
    time_point answer_by{};
  };

  void decide(pending_start s);
  void refund_of(std::uint64_t number);
  void ask_reservation(std::uint64_t number);
  void decide(std::uint64_t number, const reservation_reply& m);
  void start_purchase(std::uint64_t number, const reservation_reply& found);
  void start(std::uint64_t number, saga_decision first, time_point hold_expires_at);
  void refuse(std::uint64_t number, const payment_outcome& refusal);
  void give_up(std::uint64_t number, fault why);
  std::optional<candidate> close(std::uint64_t number);
  void watch(std::uint64_t number);
  void on_timer();
  void on_deadline(std::uint64_t number, time_point now);

  payment_parts& parts_;
  saga_host& sagas_;
  std::unordered_map<std::uint64_t, candidate> deciding_;  // by number
  std::uint64_t last_{0};
  std::set<std::pair<payment_id, user_id>> refunding_;  // one at a time
  deadlines deadlines_;
  deadline_timer timer_;
};

}  // namespace boxoffice
