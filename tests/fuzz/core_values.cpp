// Times, ids, and the book of idempotency keys: what is written is read back, what is read has one
// text, and the calendar is counted a second time.
#include "actors/core/check.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace boxoffice {
namespace {

// --- Times -------------------------------------------------------------------------------------

constexpr std::int64_t day_ms = 86'400'000;

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_of_month(int year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

// Days from 0000-01-01, of which 1970-01-01 is the 719,528th.
std::int64_t days_before(int year, int month, int day) {
  std::int64_t days = std::int64_t{year} * 365;
  if (year > 0) days += (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + 1;
  for (int m = 1; m < month; ++m)
    days += days_of_month(year, m);
  return days + day - 1;
}

/// RFC 3339 by a pattern: `9` stands for a digit, `T` and `Z` for themselves in either case.
bool has_form(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    const bool letter = pattern[i] == 'T' && (text[i] == 'T' || text[i] == 't');
    if (pattern[i] == '9' ? !digit : !letter && text[i] != pattern[i]) return false;
  }
  return true;
}

std::optional<std::int64_t> reference_ms(std::string_view text) {
  const auto number = [](std::string_view digits) {
    int value = 0;
    for (const char c : digits)
      value = value * 10 + (c - '0');
    return value;
  };
  if (!has_form(text.substr(0, 19), "9999-99-99T99:99:99")) return std::nullopt;
  const int year = number(text.substr(0, 4)), month = number(text.substr(5, 2));
  const int day = number(text.substr(8, 2)), hour = number(text.substr(11, 2));
  const int minute = number(text.substr(14, 2)), second = number(text.substr(17, 2));
  if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  auto rest = text.substr(19);
  int ms = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    ms = number((std::string{digits} + "00").substr(0, 3));
    rest.remove_prefix(digits.size());
  }
  std::int64_t offset = 0;
  if (rest != "Z" && rest != "z") {
    if (!has_form(rest, "+99:99") && !has_form(rest, "-99:99")) return std::nullopt;
    const int hours = number(rest.substr(1, 2)), minutes = number(rest.substr(4, 2));
    if (hours > 23 || minutes > 59) return std::nullopt;
    offset = (rest[0] == '-' ? -1 : 1) * (hours * 60 + minutes) * std::int64_t{60'000};
  }
  const auto days = days_before(year, month, day);
  const auto since_0000 =
      days * day_ms + (hour * 3600 + minute * 60 + second) * std::int64_t{1000} + ms - offset;
  if (since_0000 < 0 || since_0000 >= days_before(9999, 12, 31) * day_ms + day_ms)
    return std::nullopt;
  return since_0000 - 719'528 * day_ms;
}

std::string draw_time(FuzzedDataProvider& dice) {
  std::string text = dice.ConsumeBool() ? "0000-01-01T00:00:00Z" : "9999-12-31T23:59:59.999-23:59";
  for (auto more = dice.ConsumeIntegralInRange(0, 6); more > 0; --more)
    text[dice.ConsumeIntegralInRange<std::size_t>(0, text.size() - 1)] =
        "0123456789-+:.TZ"[dice.ConsumeIntegralInRange(0, 15)];
  return text;
}

void read_times(FuzzedDataProvider& dice) {
  const auto text = dice.ConsumeBool() ? draw_time(dice) : dice.ConsumeRandomLengthString(40);
  const auto read = parse_rfc3339(text);
  const auto wanted = reference_ms(text);
  check(read.has_value() == wanted.has_value(), "both calendars know the same moments");
  if (read) {
    check(to_unix_ms(*read) == *wanted, "and count them alike");
    check(parse_rfc3339(to_rfc3339(*read)) == read, "a moment that was read has a text");
  }
  const auto first = -719'528 * day_ms, last = (days_before(9999, 12, 31) - 719'527) * day_ms - 1;
  const auto at = from_unix_ms(dice.ConsumeIntegralInRange(first, last));
  const auto written = to_rfc3339(at);
  check(has_form(written, "9999-99-99T99:99:99.999Z"), "every moment has a text of one form");
  check(parse_rfc3339(written) == at, "which is read as that moment");
}

// --- Ids ---------------------------------------------------------------------------------------

template <class Id>
void has_one_text(Id of) {
  const auto text = to_text(of);
  check(parse_id<Id>(text) == of, "an id is read from its text");
  check(is_id_text(text), "which has the outside form");
}

template <class Id>
void read_id(std::string_view text) {
  if (const auto read = parse_id<Id>(text)) check(to_text(*read) == text, "a thing has one id");
}

void read_ids(FuzzedDataProvider& dice) {
  constexpr const char* prefixes[] = {"con_", "sch_", "res_", "pay_", "txn_", "qt_", "evt_", ""};
  const auto text = dice.PickValueInArray(prefixes) + dice.ConsumeRandomLengthString(32);
  read_id<concert_id>(text);
  read_id<schedule_id>(text);
  read_id<reservation_id>(text);
  read_id<payment_id>(text);
  read_id<transaction_id>(text);
  read_id<queue_token>(text);
  read_id<event_id>(text);

  const auto number = dice.ConsumeIntegralInRange<std::uint64_t>(1, ~std::uint64_t{0});
  const auto carried = dice.ConsumeIntegralInRange<std::uint64_t>(1, ~std::uint64_t{0});
  has_one_text(concert_id{number});
  has_one_text(event_id{number});
  has_one_text(reservation_id{{carried}, number});
  has_one_text(queue_token{{carried}, number});
  has_one_text(old_reservation_id(number));
  has_one_text(old_queue_token(number));

  const auto shard = dice.ConsumeIntegralInRange<std::uint32_t>(0, shard_count - 1);
  const auto epoch =
      from_unix_ms(dice.ConsumeIntegralInRange<std::int64_t>(0, (std::int64_t{1} << 42) - 2));
  const auto sequence = dice.ConsumeIntegral<std::uint8_t>();
  const auto payment = make_payment_id(shard, epoch, sequence);
  check(shard_of(payment) == shard && begins_with_time(payment), "a payment knows its shard");
  check(age_of(payment) < age_of(make_payment_id(0, epoch + milliseconds{1}, 0)),
        "and grows with time");
  // Ids of either layout have 63 bits at most.
  check(shard_of(payment_id{number >> 1U}) < shard_count, "every id has a shard");
  check(shard_of(user_id{dice.ConsumeRandomLengthString(48)}) < shard_count, "and every user");
}

// --- The book of keys --------------------------------------------------------------------------

/// What a service with all its memory would say.
struct plain_book {
  struct entry {
    digest body;
    time_point since;
  };
  std::map<digest, entry> running;
  std::set<digest> stored;
};

void keep_keys(FuzzedDataProvider& dice) {
  const auto capacity = dice.ConsumeIntegralInRange<std::size_t>(0, 6);
  constexpr milliseconds running_max{100};
  known_keys book{capacity, running_max};
  plain_book plain;
  time_point now{milliseconds{1000}};
  using state = known_keys::state;
  while (dice.remaining_bytes() > 0) {
    now += milliseconds{dice.ConsumeIntegralInRange(0, 60)};
    const request_key key{{dice.ConsumeIntegralInRange<std::uint64_t>(0, 3), 7},
                          {dice.ConsumeIntegralInRange<std::uint64_t>(1, 2), 0}};
    const request_key own{{key.scope.high + 1, dice.ConsumeIntegralInRange<std::uint64_t>(1, 4)},
                          key.body};
    const auto found = plain.running.find(own.scope);
    switch (dice.ConsumeIntegralInRange(0, 4)) {
      case 0: {
        const auto said = book.begin(own, now);
        if (found != plain.running.end() && now - found->second.since <= running_max) {
          const auto same = found->second.body == own.body || found->second.body == digest{};
          check(said == (same ? state::in_flight : state::reused),
                "one runs under a key at a time");
        } else {
          check(said == state::fresh || said == state::look_up, "nothing runs under this key");
          check(said == state::look_up || !plain.stored.contains(own.scope),
                "what is stored is never taken for fresh");
          check(said == state::look_up || found == plain.running.end(), "nor is what was lost");
          plain.running[own.scope] = {said == state::fresh ? own.body : digest{}, now};
        }
        break;
      }
      case 1:
        book.run(own, now);
        plain.running[own.scope] = {own.body, now};
        break;
      case 2: {
        const auto stored = dice.ConsumeBool();
        book.finish(own, stored ? known_keys::outcome::stored : known_keys::outcome::forgotten);
        plain.running.erase(own.scope);
        if (stored) plain.stored.insert(own.scope);
        break;
      }
      case 3:
        book.remember(own.scope);
        plain.stored.insert(own.scope);
        break;
      default:
        book.drop_in_flight();
        plain.running.clear();
    }
    check(book.begin({}, now) == state::fresh, "a request without a key is fresh");
  }
}

void run(FuzzedDataProvider& dice) {
  read_times(dice);
  read_ids(dice);
  keep_keys(dice);
}

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::run(dice);
  return 0;
}
