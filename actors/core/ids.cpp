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

template <class Id>
std::string write_id(Id id) {
  std::string digits;
  for (std::uint64_t rest = id.value; rest != 0 || digits.empty(); rest >>= 5)
    digits.push_back(alphabet[rest & 31]);
  std::reverse(digits.begin(), digits.end());
  return std::string{prefix_of<Id>()} + digits;
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
std::string to_text(reservation_id id) { return write_id(id); }
std::string to_text(payment_id id) { return write_id(id); }
std::string to_text(transaction_id id) { return write_id(id); }
std::string to_text(queue_token id) { return write_id(id); }
std::string to_text(event_id id) { return write_id(id); }

template <class Id>
std::optional<Id> parse_id(std::string_view text) {
  constexpr auto prefix = prefix_of<Id>();
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.empty() || text.size() > 13 || text.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos || value >> 59 != 0) return std::nullopt;
    value = (value << 5) | digit;
  }
  return Id{value};
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
