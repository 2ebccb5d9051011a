#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// The rows of the service databases as they stand there: plain numbers and texts. **Why** nothing
/// of the domains is used here: the audit shares no rule with what it checks. Times are in
/// milliseconds since 1970, 0 is "never"; an id of 0 is "none".
namespace boxoffice::audit {

/// Stands for a user or a consumer, so that a million rows do not repeat a text.
enum class name_number : std::uint32_t {};

/// Numbers names from 0 in the order of their first mention.
class name_list {
 public:
  name_number of(std::string_view name) {
    if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
    const auto number = static_cast<name_number>(names_.size());
    names_.emplace_back(name);
    numbers_.emplace(name, number);
    return number;
  }
  /// Empty: never mentioned.
  [[nodiscard]] std::optional<name_number> find(std::string_view name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? std::nullopt : std::optional{found->second};
  }
  [[nodiscard]] const std::string& text(name_number number) const {
    return names_[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::vector<std::string> names_;
  std::unordered_map<std::string, name_number, hash, std::equal_to<>> numbers_;
};

// --- point ------------------------------------------------------------------------------------

struct balance_row {
  name_number user{};
  std::int64_t balance{0};
};

enum class ledger_kind : std::uint8_t { charge, use, refund };

struct ledger_row {
  std::uint64_t id{0};
  name_number user{};
  ledger_kind kind{ledger_kind::charge};
  std::int64_t amount{0};
  std::int64_t balance_after{0};
  std::uint64_t reference{0};  ///< the payment
};

enum class point_step : std::uint8_t { debit, refund };
enum class step_answer : std::uint8_t { done, refused };

/// What an account remembers to have answered to a step of a payment. A refund that was done
/// without a transaction had nothing to give back: the tombstone of its debit.
struct step_row {
  std::uint64_t payment{0};
  point_step step{point_step::debit};
  step_answer answer{step_answer::done};
  std::uint64_t transaction{0};  ///< the ledger row, 0 when none was written
};

// --- reservation ------------------------------------------------------------------------------

enum class reservation_status : std::uint8_t { held, confirmed, expired, released, refunded };

struct basket_seat {
  std::uint32_t seat{0};
  std::int64_t price{0};
};

struct reservation_row {
  std::uint64_t id{0};
  std::uint64_t schedule{0};
  name_number user{};
  std::vector<basket_seat> seats;
  std::int64_t amount{0};
  reservation_status status{reservation_status::held};
  std::int64_t held_at{0}, expires_at{0};
  std::uint64_t payment{0};   ///< who confirmed it
  std::uint64_t reverted{0};  ///< the youngest payment that was undone
  std::int64_t admitted_at{0};
  std::int64_t extended_at{0};
};

/// Who has a seat now.
struct claim_row {
  std::uint64_t schedule{0};
  std::uint32_t seat{0};
  std::uint64_t reservation{0};
};

// --- payment ----------------------------------------------------------------------------------

enum class payment_state : std::uint8_t {
  started,
  debited,
  completed,
  failed,
  refunding,
  compensated,
  parked,
  refund_started,
  refund_released,
  refunded,
};

enum class parking_reason : std::uint8_t { none, given };

struct payment_row {
  std::uint64_t id{0};
  std::uint64_t reservation{0};
  std::uint64_t schedule{0};
  name_number user{};
  std::int64_t amount{0};
  payment_state state{payment_state::started};
  parking_reason reason{parking_reason::none};
  std::uint32_t seats{0};
  std::int64_t balance{0};  ///< of its user, as the buyer was told
  std::int64_t created_at{0}, deadline{0}, completed_at{0}, changed_at{0};
  std::int64_t released_at{0};  ///< of its seats, by a refund
};

enum class event_kind : std::uint8_t { payment_completed, payment_refunded };

/// A row of the outbox.
struct event_row {
  std::uint64_t sequence{0};
  std::uint64_t id{0};
  event_kind kind{event_kind::payment_completed};
  std::uint64_t payment{0};
  name_number user{};
  std::uint64_t reservation{0};
  std::uint64_t schedule{0};
  std::uint32_t seats{0};
  std::int64_t amount{0};
};

/// How far the outbox was pruned, but for what is parked.
struct pruned_row {
  std::uint64_t through{0};
  std::int64_t until{0};  ///< the newest time of an event that is gone
};
/// How far a consumer says it is.
struct consumer_row {
  name_number consumer{};
  std::uint64_t sequence{0};
};

/// An event that was set aside for an operator: its consumer has not applied it.
struct parked_row {
  name_number consumer{};
  std::uint64_t sequence{0};
};

/// A remembered Idempotency-Key that names a payment.
struct key_row {
  std::uint64_t payment{0};
};

// --- queue_ranking ----------------------------------------------------------------------------

/// An event that a consumer has applied.
struct applied_row {
  name_number consumer{};
  std::uint64_t sequence{0};
  std::uint64_t event{0};
};

/// Up to where a consumer has forgotten what it applied.
struct forgotten_row {
  name_number consumer{};
  std::uint64_t through{0};
};

/// What a board says about a schedule: seats paid for and not refunded, of all time.
struct total_row {
  name_number consumer{};
  std::uint64_t schedule{0};
  std::int64_t seats{0};
};

/// What all databases hold. The rows of one database are of one moment. With a running server the
/// moments differ: payment first, then point and reservation, then queue_ranking.
/// A store that is behind what another has seen of it.
struct set_back_row {
  std::string store, detail;
};

struct books {
  name_list users, consumers;

  std::vector<balance_row> balances;
  std::vector<ledger_row> ledger;  ///< in the order in which it was written
  std::vector<step_row> steps;

  std::vector<reservation_row> reservations;
  std::vector<claim_row> claims;

  std::vector<payment_row> payments;
  std::vector<event_row> events;
  std::uint64_t last_sequence{0};    ///< ever given to an event; 0: the highest that is there
  std::optional<pruned_row> pruned;  ///< empty: the database is of before this was noted
  std::vector<consumer_row> positions;
  std::vector<parked_row> parked;
  std::vector<key_row> payment_keys;

  std::vector<applied_row> applied;
  std::vector<forgotten_row> forgotten;
  std::vector<total_row> totals;

  std::vector<set_back_row> set_backs;
};

}  // namespace boxoffice::audit
