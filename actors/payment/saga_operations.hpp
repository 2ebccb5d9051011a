#pragma once

#include "actors/payment/payment_parts.hpp"
#include "actors/payment/saga_host.hpp"

#include <map>

namespace boxoffice {

/// What operators ask about sagas, and what they want of parked ones. **Thread**: the service's.
class saga_operations {
 public:
  saga_operations(payment_parts& parts, saga_host& sagas) : parts_{parts}, sagas_{sagas} {}

  // Reads need nothing of memory but what the store does not take, so they are answered at any
  // time.
  void list(const list_sagas& m, const caf::actor& from);
  void read(const read_saga& m, const caf::actor& from);

  /// Sends a parked saga on its way, or gives it up.
  void carry_out(operator_command c);
  /// What was not yet written is not done.
  void clear();

 private:
  void move(const operator_command& c, const payment& parked);
  void answer(const operator_command& c, fault why, saga_refusal refusal, const payment& row) const;
  [[nodiscard]] bool is_ours(payment_id payment) const;

  payment_parts& parts_;
  saga_host& sagas_;
  std::map<payment_id, operator_command> deciding_;  // one at a time for each payment
};

}  // namespace boxoffice
