#pragma once

#include "actors/caf/actor.hpp"
#include "actors/payment/payment_store.hpp"
#include "actors/payment/protocol.hpp"
#include "actors/payment/saga.hpp"
#include "actors/point/protocol.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What the payment desk, its sagas and its jobs tell each other, always within one process.
namespace boxoffice {

/// From the desk: the row is durable, begin (or begin again after a restart).
struct run_saga {};
/// From the desk: what the saga last decided is durable.
struct saga_written {};
/// From the desk: `due` has come.
struct wake_saga {};

/// From a saga: make this durable, wake me then.
struct saga_decided {
  payment_id payment;
  std::uint32_t generation{0};
  saga_decision decision;
};

using saga_actor =
    accepts<run_saga, saga_written, wake_saga, point_step_reply, confirm_reply, revert_reply>;
/// What a saga may tell its desk.
using saga_owner_actor = accepts<saga_decided>;

/// Who waits for the end of a payment or refund, or for a refusal.
struct payment_client {
  caf::actor to;  ///< none after a restart: then only the key waits
  std::uint64_t ticket{0};
  request_key key;
};

/// The key of a request as the store has it.
struct payment_key_read {
  std::uint64_t job{0};
  boxoffice::fault fault{fault::none};
  std::optional<remembered_payment> found;
};
/// A saga that an operator wants to move, as the store has it.
struct parked_saga_read {
  std::uint64_t job{0};
  boxoffice::fault fault{fault::none};
  std::optional<payment> found;
};
/// A payment as the store has it.
struct payment_row_read {
  std::uint64_t job{0};
  boxoffice::fault fault{fault::none};
  std::optional<payment> found;
};

/// Somebody whose answer was lost with the desk's memory.
struct orphaned_client {
  payment_client client;
  payment_id payment;  ///< none: a refusal
  enum class wanted : std::uint8_t { purchase, refund } what{wanted::purchase};
  time_point answer_by{};
  time_point hold_expires_at{};
};

/// Everything a desk knows, from the store.
struct payment_memory_read {
  std::uint32_t generation{0};
  boxoffice::fault fault{fault::none};
  std::vector<payment_reader::open_saga> open;
  std::size_t parked{0};
  payment_id last;
  std::vector<digest> scopes;
  struct orphan_fate {
    std::optional<payment_outcome> answer;
    std::optional<payment> row;
  };
  std::vector<orphan_fate> orphans;  ///< in the order asked
};

struct payment_keys_pruned {
  std::uint64_t rows{0};
};
struct payment_desk_tick {};

using payment_desk_internal_actor =
    accepts_also<payment_desk_actor, saga_decided, reservation_reply, payment_key_read,
                 payment_row_read, parked_saga_read, payment_memory_read, commit_report,
                 payment_keys_pruned, payment_desk_tick>;

template <class Inspector>
auto inspect(Inspector& f, run_saga&) {
  return fields(f);
}
template <class Inspector>
auto inspect(Inspector& f, saga_written&) {
  return fields(f);
}
template <class Inspector>
auto inspect(Inspector& f, wake_saga&) {
  return fields(f);
}
template <class Inspector>
auto inspect(Inspector& f, payment_keys_pruned& m) {
  return fields(f, m.rows);
}
template <class Inspector>
auto inspect(Inspector& f, payment_desk_tick&) {
  return fields(f);
}

}  // namespace boxoffice

// Never leave the process.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::saga_decided)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::payment_key_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::payment_row_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::parked_saga_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::payment_memory_read)
