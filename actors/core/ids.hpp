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
using payment_id = id<struct payment_tag>;
using transaction_id = id<struct transaction_tag>;
using event_id = id<struct event_tag>;

/// A reservation's id carries its schedule, which answers for it. The number alone is unique among
/// all reservations: it is the key in the store.
struct reservation_id {
  schedule_id schedule;
  std::uint64_t number{0};

  constexpr auto operator<=>(const reservation_id&) const = default;
  constexpr explicit operator bool() const { return number != 0; }
};

/// A queue token carries its concert, whose waiting room answers for it; its number is random, and
/// unique among all tokens.
struct queue_token {
  concert_id concert;
  std::uint64_t number{0};

  constexpr auto operator<=>(const queue_token&) const = default;
  constexpr explicit operator bool() const { return number != 0; }
};

/// The user as the token names them (claim `sub`): 1 to 40 characters of `[A-Za-z0-9_-]`.
struct user_id {
  std::string value;

  auto operator<=>(const user_id&) const = default;
};

/// Whether `text` has the outside form of an id: `[A-Za-z0-9_-]{1,40}`.
bool is_id_text(std::string_view text);

/// The outside form: a prefix of the kind and Crockford base 32, e.g. `pay_3v8k2m`; where an id
/// carries another, both, e.g. `res_1nq8k_1nq8kz0c3`. Ids carry what is needed to route them, so a
/// well-formed text of another kind or with other letters is simply an id that does not exist:
/// `parse` is empty. An id of before decision 0016 keeps the text under which it was told.
std::string to_text(concert_id);      // con_
std::string to_text(schedule_id);     // sch_
std::string to_text(reservation_id);  // res_
std::string to_text(payment_id);      // pay_
std::string to_text(transaction_id);  // txn_
std::string to_text(queue_token);     // qt_
std::string to_text(event_id);        // evt_

template <class Id>
std::optional<Id> parse_id(std::string_view text);

/// Before decision 0016 the number of an id began with what it carries, counted from 1:
/// [schedule:24][sequence:36] and [concert:24][random:39].
constexpr reservation_id old_reservation_id(std::uint64_t number) {
  return {{number >> 36U}, number};
}
constexpr queue_token old_queue_token(std::uint64_t number) { return {{number >> 39U}, number}; }
/// No number of today is one of these: those begin with an epoch (epoch_numbers), or belong to a
/// concert whose id does.
constexpr bool is_old(reservation_id id) { return id == old_reservation_id(id.number); }
constexpr bool is_old(queue_token token) { return token == old_queue_token(token.number); }

inline constexpr int shard_bits = 6;
inline constexpr std::uint32_t shard_count = 1U << shard_bits;

/// The shard of everything that belongs to a user (point account, payments).
std::uint32_t shard_of(const user_id& user);

/// A payment id carries its shard, and grows: [1][epoch in milliseconds:42][sequence:8][shard:6],
/// where a sequence that is used up carries into the milliseconds. **Why** the shard last: payments
/// of one moment then lie side by side in every index that their ids are in, whatever their shards.
constexpr payment_id make_payment_id(std::uint32_t shard, time_point epoch,
                                     std::uint32_t sequence) {
  constexpr int time_bits = 42, sequence_bits = 8;
  constexpr auto lowest = [](std::uint64_t of, int bits) {
    return of & ((std::uint64_t{1} << bits) - 1);
  };
  auto id = std::uint64_t{1};
  id = id << time_bits |
       lowest(static_cast<std::uint64_t>(epoch.time_since_epoch().count()), time_bits);
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
struct std::hash<boxoffice::reservation_id> {
  std::size_t operator()(const boxoffice::reservation_id& id) const noexcept {
    return std::hash<boxoffice::id<void>>{}({id.number});
  }
};

template <>
struct std::hash<boxoffice::queue_token> {
  std::size_t operator()(const boxoffice::queue_token& token) const noexcept {
    return std::hash<boxoffice::id<void>>{}({token.number});
  }
};

template <>
struct std::hash<boxoffice::user_id> {
  std::size_t operator()(const boxoffice::user_id& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};
