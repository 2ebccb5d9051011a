#pragma once

#include "actors/durable/journal.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/request_keys.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/payment/payment_ids.hpp"
#include "actors/payment/payment_metrics.hpp"
#include "actors/payment/payment_service.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace boxoffice {

/// Who waits for the end of a payment or refund, or for a refusal.
struct payment_client {
  caf::actor to;  ///< none after a restart: then only the key waits
  std::uint64_t correlation{0};
  request_key key;
  call_context call{};
};

enum class payment_purpose : std::uint8_t { purchase, refund };

constexpr payment_purpose purpose_of(const payment& p) {
  return p.completed_at == no_time ? payment_purpose::purchase : payment_purpose::refund;
}

/// A client and when it is told "pending" at the latest.
struct waiting_client {
  payment_client client;
  payment_purpose what{payment_purpose::purchase};
  time_point answer_by{}, hold_expires_at{};
};

/// What an operator wants of a parked saga.
struct operator_command {
  caf::actor to;
  std::uint64_t correlation{0};
  payment_id payment;
  enum class wanted : std::uint8_t { resume, abort } what{wanted::resume};
  std::string reason;  ///< abort
};

/// A write of the payment service that is on its way, and what it means.
struct payment_entry {
  payment_id payment;  ///< none: an answer that started nothing
  std::optional<boxoffice::payment> row;
  enum class event : bool { none, appended } event{event::none};
  std::optional<operator_command> by_operator;  ///< answered with `row` when durable
  std::optional<waiting_client> waits;          ///< answered with `outcome` when durable
  payment_outcome outcome;
};
using payment_journal = journal<payment_write, payment_entry>;

/// What the parts of the payment service share. **Thread**: the service's.
struct payment_parts {
  payment_parts(const caf::actor& service, timer_fn timer, payment_context how,
                std::function<void()> load, const char* part)
      : self{service},
        later{std::move(timer)},
        context{std::move(how)},
        metrics{context.metrics},
        reads{context.reader, context.reads, service, part},
        memory{context.open_sagas_max, std::move(load), later,
               call_deadlines{context.time, context.metrics, part}},
        keys{context.time},
        writes{context.commits,
               [service](const commit_report& report) { caf::anon_send(service, report); }} {}

  [[nodiscard]] time_point now() const { return context.time.now(); }
  void reply(const payment_client& to, fault why, key_verdict verdict,
             const payment_outcome& outcome) const {
    if (to.to) caf::send_as(self, to.to, payment_reply{to.correlation, why, verdict, outcome});
  }

  caf::actor self;
  timer_fn later;
  payment_context context;
  payment_metrics metrics;
  store_reads<payment_reader> reads;
  recovery memory;
  request_keys<payment_reader> keys;
  payment_journal writes;
  payment_ids ids{context.store.epoch()};
};

}  // namespace boxoffice
