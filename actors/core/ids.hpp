#pragma once

#include "actors/core/time.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace boxoffice {

/// A 64-bit id of one kind of thing; 0 is "none". Outside it is a short text (see `to_text`).
template <class Tag>
struct id {
  std::uint64_t value{0};

  constexpr auto operator<=>(const id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

using concert_id = id<struct concert_tag>;
using schedule_id = id<struct schedule_tag>;
using reservation_id = id<struct reservation_tag>;
using payment_id = id<struct payment_tag>;
using transaction_id = id<struct transaction_tag>;
using queue_token = id<struct queue_token_tag>;
using event_id = id<struct event_tag>;

/// The user as the token names them (claim `sub`): 1 to 40 characters of `[A-Za-z0-9_-]`.
struct user_id {
  std::string value;

  auto operator<=>(const user_id&) const = default;
};

/// Whether `text` has the outside form of an id: `[A-Za-z0-9_-]{1,40}`.
bool is_id_text(std::string_view text);

/// The outside form: a prefix of the kind and Crockford base 32, e.g. `pay_3v8k2m`. Ids carry what
/// is needed to route them, so a well-formed text of another kind or with other letters is simply
/// an id that does not exist: `parse` is empty.
std::string to_text(concert_id);      // con_
std::string to_text(schedule_id);     // sch_
std::string to_text(reservation_id);  // res_
std::string to_text(payment_id);      // pay_
std::string to_text(transaction_id);  // txn_
std::string to_text(queue_token);     // qt_
std::string to_text(event_id);        // evt_

template <class Id>
std::optional<Id> parse_id(std::string_view text);

// Layouts. Concert and schedule ids count from 1 within the catalogue.

inline constexpr unsigned schedule_bits = 24;  // at most 16,777,215 schedules
inline constexpr unsigned reservation_sequence_bits = 36;

/// A reservation id carries its schedule: [schedule:24][sequence:36].
constexpr reservation_id make_reservation_id(schedule_id schedule, std::uint64_t sequence) {
  return {(schedule.value << reservation_sequence_bits) | sequence};
}
constexpr schedule_id schedule_of(reservation_id reservation) {
  return {reservation.value >> reservation_sequence_bits};
}
constexpr std::uint64_t sequence_of(reservation_id reservation) {
  return reservation.value & ((std::uint64_t{1} << reservation_sequence_bits) - 1);
}

inline constexpr unsigned token_random_bits = 39;

/// A queue token carries its concert: [concert:24][random:39].
constexpr queue_token make_queue_token(concert_id concert, std::uint64_t random) {
  return {(concert.value << token_random_bits) |
          (random & ((std::uint64_t{1} << token_random_bits) - 1))};
}
constexpr concert_id concert_of(queue_token token) { return {token.value >> token_random_bits}; }

inline constexpr int shard_bits = 6;
inline constexpr std::uint32_t shard_count = 1U << shard_bits;

/// The shard of everything that belongs to a user (point account, payments).
std::uint32_t shard_of(const user_id& user);

/// A payment id carries its time and its shard, and grows with time:
/// [1][milliseconds since 1970:42][sequence:8][shard:6]. **Why** the time first: payments of one
/// moment then lie side by side in every index that their ids are in, whatever their shards.
constexpr payment_id make_payment_id(std::uint32_t shard, time_point at, std::uint32_t sequence) {
  constexpr int time_bits = 42, sequence_bits = 8;
  constexpr auto lowest = [](std::uint64_t of, int bits) {
    return of & ((std::uint64_t{1} << bits) - 1);
  };
  auto id = std::uint64_t{1};
  id = id << time_bits |
       lowest(static_cast<std::uint64_t>(at.time_since_epoch().count()), time_bits);
  id = id << sequence_bits | lowest(sequence, sequence_bits);
  return {id << shard_bits | lowest(shard, shard_bits)};
}
/// The next younger age (`age_of`).
inline constexpr std::uint64_t payment_age_step = shard_count;
/// False for an id of before decision 0015: [shard:6][milliseconds since 1970:42][sequence:15].
constexpr bool begins_with_time(payment_id payment) { return payment.value >> 56 == 1; }
constexpr std::uint32_t shard_of(payment_id payment) {
  return static_cast<std::uint32_t>(begins_with_time(payment) ? payment.value % payment_age_step
                                                              : payment.value >> 57);
}
/// The part that grows with time, without the shard.
constexpr std::uint64_t age_of(payment_id payment) {
  return begins_with_time(payment) ? payment.value - shard_of(payment)
                                   : payment.value & ((std::uint64_t{1} << 57) - 1);
}

}  // namespace boxoffice

template <class Tag>
struct std::hash<boxoffice::id<Tag>> {
  std::size_t operator()(boxoffice::id<Tag> id) const noexcept {
    return static_cast<std::size_t>((id.value ^ (id.value >> 31)) * 0x9E3779B97F4A7C15ULL);
  }
};

template <>
struct std::hash<boxoffice::user_id> {
  std::size_t operator()(const boxoffice::user_id& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
