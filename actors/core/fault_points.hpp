#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace boxoffice {

/// Moments at which a crash is most likely to hurt: what is done and not yet said, said and not yet
/// done. In a server nothing is armed and passing one costs a load; the tests' build of the server
/// ends itself at one of them by name and count.
enum class fault_point : std::uint8_t {
  saga_row_wanted,   ///< a payment is decided, its saga is not yet written
  saga_row_durable,  ///< it is written, no command has left
  debit_sent,
  confirm_sent,
  revert_sent,
  refund_sent,
  debit_answered,  ///< heard, and nothing made of it yet
  confirm_answered,
  revert_answered,
  refund_answered,
  payment_unanswered,    ///< a payment has ended durably and its client does not know
  batch_begins,          ///< of any store, before its transaction
  batch_unacknowledged,  ///< committed, and nobody was told
  events_read,           ///< a relay has read events and not yet sent them
  events_sent,
  events_applied,      ///< the consumer has them, the relay's position is not written
  payments_recovered,  ///< at start: the open sagas are read, none runs yet
  schedule_recovered,  ///< at start: the holds of a schedule are read
  accounts_recovered,  ///< at start: the point service has read what it needs
};

inline constexpr std::array fault_point_names{
    std::string_view{"saga_row_wanted"},      std::string_view{"saga_row_durable"},
    std::string_view{"debit_sent"},           std::string_view{"confirm_sent"},
    std::string_view{"revert_sent"},          std::string_view{"refund_sent"},
    std::string_view{"debit_answered"},       std::string_view{"confirm_answered"},
    std::string_view{"revert_answered"},      std::string_view{"refund_answered"},
    std::string_view{"payment_unanswered"},   std::string_view{"batch_begins"},
    std::string_view{"batch_unacknowledged"}, std::string_view{"events_read"},
    std::string_view{"events_sent"},          std::string_view{"events_applied"},
    std::string_view{"payments_recovered"},   std::string_view{"schedule_recovered"},
    std::string_view{"accounts_recovered"}};
static_assert(fault_point_names.size() ==
              static_cast<std::size_t>(fault_point::accounts_recovered) + 1);

/// What happens at each point that is passed; null: nothing. Set before any thread starts.
inline std::atomic<void (*)(fault_point)> at_fault_point{nullptr};

/// **Thread**: any.
inline void pass(fault_point point) {
  if (auto* const then = at_fault_point.load(std::memory_order_relaxed)) then(point);
}

}  // namespace boxoffice
