// Tickets: what is signed comes back in the same spelling. Of bytes that the right key has signed,
// a second reading of the rules says which are a ticket.
#include "actors/core/check.hpp"
#include "config/ticket_limits.hpp"
#include "http/server/base64url.hpp"
#include "http/tickets/ticket_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {
namespace {

constexpr std::string_view private_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIAN/leSjC/1HIISWHm415Nd0SjdWgXpEVAaiSxLLFO39\n"
    "-----END PRIVATE KEY-----\n";

settings with_secret(const char* secret) {
  settings how;
  how.tickets.secret = secret_text{secret};
  return how;
}
settings with_pair() {
  settings how;
  how.tickets.private_key = secret_text{std::string{private_pem}};
  return how;
}

struct keys {
  ticket_keys shared{with_secret("a secret that is long enough for this")};
  ticket_keys other{with_secret("another secret, as long as the first!")};
  ticket_keys pair{with_pair()};
  token_key raw{*token_key::ed25519_private(private_pem)};
};

const keys& all_keys() {
  static const keys all;
  return all;
}

/// The values of a ticket, read by a second hand: each is checked where it stands.
class second_reading {
 public:
  explicit second_reading(std::string_view bytes) : rest_{bytes} {}

  bool is_ticket() {
    const auto schedule = number(), reservation = number();
    static_cast<void>(schedule);
    if (!good_ || reservation == 0) return false;
    const auto user = text(40);
    if (!good_ || user.empty() || !only(user, "_-")) return false;
    const auto form = number();
    const bool seats = form == 0 ? counted() : form == 1 && listed();
    return good_ && seats && rest_.empty();
  }

 private:
  static bool only(std::string_view text, std::string_view more) {
    return std::ranges::all_of(text, [&](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             more.find(c) != more.npos;
    });
  }
  std::uint64_t number() {
    __uint128_t value = 0;
    for (unsigned i = 0; i < 10; ++i) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<__uint128_t>(byte & 0x7F) << (7 * i);
      if (byte >= 0x80) continue;
      if ((i != 0 && byte == 0) || value >> 64 != 0) break;
      return static_cast<std::uint64_t>(value);
    }
    good_ = false;
    return 0;
  }
  std::string_view text(std::size_t most) {
    const auto size = number();
    if (!good_ || size > most || size > rest_.size()) {
      good_ = false;
      return {};
    }
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }
  bool counted() {
    const auto count = number();
    return good_ && count >= 1 && count <= 100;
  }
  // Names of sections may hold a dash here: what is signed is what a seat map named.
  bool listed() {
    const auto sections = number();
    if (!good_ || sections == 0 || sections > 100) return false;
    std::uint64_t seats = 0, last = 0;
    std::string before;
    for (std::uint64_t s = 0; s < sections; ++s) {
      const std::string name{text(16)};
      const auto runs = number();
      if (!good_ || name.empty() || runs == 0 || runs > 100) return false;
      const auto last_before = last;
      last = 0;
      for (std::uint64_t r = 0; r < runs; ++r) {
        const auto gap = number(), more = number();
        if (!good_ || gap > 100'000 || more > 100) return false;
        const auto first = (r == 0 ? 1 : last + 2) + gap;
        // A section goes on with its next run; only what goes back begins it again.
        if (r == 0 && s != 0 && name == before && first > last_before) return false;
        last = first + more;
        seats += more + 1;
        if (last > 100'000 || seats > 100) return false;
      }
      before = name;
    }
    return true;
  }

  std::string_view rest_;
  bool good_{true};
};

// The bytes as the right key would have signed them.
void read_signed(FuzzedDataProvider& dice) {
  const auto values = dice.ConsumeRandomLengthString(300);
  const auto& all = all_keys();
  auto bytes = all.raw.fingerprint().substr(0, 4) + values;
  bytes += all.raw.sign("boxoffice ticket 1\n" + bytes);
  const auto text = "T1." + to_base64url(bytes);
  const auto read = all.pair.read(text);
  const bool fits = text.size() <= limits::ticket_chars_max;
  check(read.has_value() == (fits && second_reading{values}.is_ticket()),
        "both readings take the same tickets");
  if (read && !read->seats.empty()) check(all.pair.sign(*read) == text, "in one spelling");
  check(!all.other.read(text), "nobody else's");
}

ticket draw_ticket(FuzzedDataProvider& dice) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto word = [&](std::size_t most, std::size_t of) {
    std::string out;
    for (auto left = dice.ConsumeIntegralInRange<std::size_t>(1, most); left > 0; --left)
      out += letters[dice.ConsumeIntegralInRange<std::size_t>(0, of - 1)];
    return out;
  };
  ticket out;
  out.reservation = {{dice.ConsumeIntegral<std::uint64_t>()},
                     dice.ConsumeIntegralInRange<std::uint64_t>(1, ~std::uint64_t{0})};
  out.user.value = word(40, letters.size());
  std::uint32_t number = 0;
  auto section = word(16, letters.size() - 2);
  for (auto left = dice.ConsumeIntegralInRange<int>(1, 100); left > 0; --left) {
    if (dice.ConsumeIntegralInRange(0, 7) == 0) {
      section = word(16, letters.size() - 2);
      number = 0;
    }
    number += dice.ConsumeBool() ? 1 : dice.ConsumeIntegralInRange<std::uint32_t>(1, 900);
    out.seats.push_back(section + '-' + std::to_string(number));
  }
  out.seat_count = static_cast<std::uint32_t>(out.seats.size());
  return out;
}

void sign_and_change(FuzzedDataProvider& dice) {
  const auto& key = dice.ConsumeBool() ? all_keys().shared : all_keys().pair;
  const auto wanted = draw_ticket(dice);
  const auto text = key.sign(wanted);
  check(text.size() <= limits::ticket_chars_max, "a ticket fits");
  const auto read = key.read(text);
  check(read && read->reservation == wanted.reservation && read->user == wanted.user &&
            read->seat_count == wanted.seat_count,
        "what is signed comes back");
  check(read->seats.empty() || read->seats == wanted.seats,
        "with all of its seats, or their number");
  check(key.sign(*read) == text, "in the same spelling");
  check(!all_keys().other.read(text), "another key has not signed it");

  auto changed = text;
  const auto at = dice.ConsumeIntegralInRange<std::size_t>(0, text.size());
  switch (dice.ConsumeIntegralInRange(0, 3)) {
    case 0:
      changed.insert(at, 1, dice.ConsumeIntegral<char>());
      break;
    case 1:
      changed.erase(at, dice.ConsumeIntegralInRange<std::size_t>(1, text.size()));
      break;
    case 2:
      if (at < changed.size()) changed[at] = dice.ConsumeIntegral<char>();
      break;
    default:
      changed.replace(at, dice.ConsumeIntegralInRange<std::size_t>(0, 8),
                      dice.ConsumeRandomLengthString(8));
  }
  check(changed == text || !key.read(changed), "a changed ticket is none");
}

void run(FuzzedDataProvider& dice) {
  switch (dice.ConsumeIntegralInRange(0, 2)) {
    case 0:
      return read_signed(dice);
    case 1:
      return sign_and_change(dice);
    default: {
      // Nobody can write a signature by chance.
      const auto drawn = dice.ConsumeRemainingBytesAsString();
      check(!all_keys().shared.read(drawn) && !all_keys().pair.read("T1." + drawn),
            "a drawn text is no ticket");
      static_cast<void>(ticket_in(drawn));
    }
  }
}

}  // namespace
}  // namespace boxoffice::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::http::run(dice);
  return 0;
}
