#include "actors/core/ids.hpp"

#include <algorithm>

namespace boxoffice {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

template <class Id>
constexpr std::string_view prefix_of() {
  if constexpr (std::is_same_v<Id, concert_id>) return "con_";
  if constexpr (std::is_same_v<Id, schedule_id>) return "sch_";
  if constexpr (std::is_same_v<Id, reservation_id>) return "res_";
  if constexpr (std::is_same_v<Id, payment_id>) return "pay_";
  if constexpr (std::is_same_v<Id, transaction_id>) return "txn_";
  if constexpr (std::is_same_v<Id, queue_token>) return "qt_";
  if constexpr (std::is_same_v<Id, event_id>) return "evt_";
}

std::string digits_of(std::uint64_t value) {
  std::string digits;
  for (auto rest = value; rest != 0 || digits.empty(); rest >>= 5)
    digits.push_back(alphabet[rest & 31]);
  std::ranges::reverse(digits);
  return digits;
}

std::optional<std::uint64_t> number_in(std::string_view digits) {
  if (digits.empty() || digits.size() > 13 || digits.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos || value >> 59 != 0) return std::nullopt;
    value = (value << 5) | digit;
  }
  return value;
}

template <class Tag>
std::string write_id(id<Tag> of) {
  return std::string{prefix_of<id<Tag>>()} + digits_of(of.value);
}
template <class Id>
std::string write_id(Id of, std::uint64_t carried) {
  return std::string{prefix_of<Id>()} + (is_old(of) ? std::string{} : digits_of(carried) + '_') +
         digits_of(of.number);
}

template <class Tag>
std::optional<id<Tag>> read_id(std::string_view digits, id<Tag> /*of*/) {
  const auto value = number_in(digits);
  if (!value) return std::nullopt;
  return id<Tag>{*value};
}
// Spelled as it would be told, or it is none: a thing has one id.
template <class Id>
std::optional<Id> read_pair(std::string_view digits, Id (*old)(std::uint64_t)) {
  const auto gap = digits.find('_');
  const auto number = number_in(gap == digits.npos ? digits : digits.substr(gap + 1));
  if (!number) return std::nullopt;
  if (gap == digits.npos) return old(*number);
  const auto carried = number_in(digits.substr(0, gap));
  if (!carried) return std::nullopt;
  const Id found{{*carried}, *number};
  if (is_old(found)) return std::nullopt;
  return found;
}
std::optional<reservation_id> read_id(std::string_view digits, reservation_id /*of*/) {
  return read_pair(digits, old_reservation_id);
}
std::optional<queue_token> read_id(std::string_view digits, queue_token /*of*/) {
  return read_pair(digits, old_queue_token);
}

}  // namespace

bool is_id_text(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string to_text(concert_id id) { return write_id(id); }
std::string to_text(schedule_id id) { return write_id(id); }
std::string to_text(reservation_id id) { return write_id(id, id.schedule.value); }
std::string to_text(payment_id id) { return write_id(id); }
std::string to_text(transaction_id id) { return write_id(id); }
std::string to_text(queue_token token) { return write_id(token, token.concert.value); }
std::string to_text(event_id id) { return write_id(id); }

template <class Id>
std::optional<Id> parse_id(std::string_view text) {
  constexpr auto prefix = prefix_of<Id>();
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  return read_id(text, Id{});
}

template std::optional<concert_id> parse_id(std::string_view);
template std::optional<schedule_id> parse_id(std::string_view);
template std::optional<reservation_id> parse_id(std::string_view);
template std::optional<payment_id> parse_id(std::string_view);
template std::optional<transaction_id> parse_id(std::string_view);
template std::optional<queue_token> parse_id(std::string_view);
template std::optional<event_id> parse_id(std::string_view);

std::uint32_t shard_of(const user_id& user) {
  // FNV-1a: the same on every node and every build, unlike std::hash.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : user.value)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return static_cast<std::uint32_t>((hash ^ (hash >> 32)) % shard_count);
}

}  // namespace boxoffice
