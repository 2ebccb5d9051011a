// Tickets as texts: what is written comes back, in one spelling; what others write is none.
#include "config/limits.hpp"
#include "config/ticket_limits.hpp"
#include "tests/http/ticket_keys_of_tests.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

constexpr std::string_view ticket_secret = "a secret of tickets, of 32 bytes..";
constexpr std::string_view other_ticket_secret = "another one, of as many bytes too.";

ticket some_ticket() {
  return {{{77}, 123'456'789'012}, {"kim"}, {"A-1", "A-2", "A-4", "B-17"}, 4};
}

std::vector<settings> all_kinds() { return {keys_of(ticket_secret), pair_of(first_private_pem)}; }

TEST(Ticket, ComesBackAsItWasSigned) {
  for (const auto& how : all_kinds()) {
    const ticket_keys keys{how};
    const auto text = keys.sign(some_ticket());
    EXPECT_LE(text.size(), limits::ticket_chars_max);
    EXPECT_EQ(keys.read(text), some_ticket());
    EXPECT_EQ(keys.sign(some_ticket()), text) << "the same ticket has the same text";
    EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_."),
              text.npos);
  }
}

// What a door with an older program reads: the form may only be added to.
TEST(Ticket, HasTheFormOfItsFirstVersion) {
  EXPECT_EQ(
      ticket_keys{keys_of(ticket_secret)}.sign(some_ticket()),
      "T1.ALEh9k2UtOT0ywMDa2ltAQIBQQIAAQAAAUIBEADEMj9eZXR095OzWd0cNnrAtexULj6cPcdu3Lgkrlo8zQ");
  EXPECT_EQ(ticket_keys{pair_of(first_private_pem)}.sign(some_ticket()),
            "T1.wvSwME2UtOT0ywMDa2ltAQIBQQIAAQAAAUIBEAA17P_4uBgFUEcnUoDvIcUXMhJtmQVVO0kwR0_"
            "ahaSWAobsyB-yBYMszYT6y2hQo4WWJ5AaexBL1EURkMroTQsL");
}

TEST(Ticket, ListsTheSeatsOrSaysHowManyThereAre) {
  const ticket_keys keys{pair_of(first_private_pem)};
  auto of = some_ticket();
  of.seats.clear();
  // Each in a section of its own, whose names are as long as they may be.
  for (char c = 'a'; c < 'e'; ++c)
    of.seats.push_back(std::string(limits::section_name_chars_max, c) + "-100000");
  of.seat_count = 4;
  EXPECT_EQ(keys.read(keys.sign(of)), of) << "as many as a user may buy by default";
  for (char c = 'e'; c < 'p'; ++c)
    of.seats.push_back(std::string(limits::section_name_chars_max, c) + "-1");
  of.seat_count = static_cast<std::uint32_t>(of.seats.size());
  const auto read = keys.read(keys.sign(of));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->seats.empty());
  EXPECT_EQ(read->seat_count, 15U);
  EXPECT_EQ(read->reservation, of.reservation);
}

/// The longest of everything, and baskets of every shape.
class worst_tickets {
 public:
  explicit worst_tickets(std::uint64_t seed) : dice_{seed} {}

  ticket next() {
    ticket out;
    out.reservation = {{drawn_number()}, drawn_number()};
    out.user.value = drawn_text(below(2) == 0 ? limits::id_chars_max : 1 + below(40), true);
    const auto sections = 1 + below(below(3) == 0 ? limits::basket_seats_max : 4);
    const auto most = below(2) == 0 ? limits::basket_seats_max : 1 + below(8);
    std::set<std::string> names;
    while (names.size() < sections)
      names.insert(
          drawn_text(below(2) == 0 ? limits::section_name_chars_max : 1 + below(16), false));
    for (const auto& name : names) {
      std::set<std::size_t> numbers;
      for (auto left = 1 + below(1 + most / sections); left > 0; --left)
        numbers.insert(1 + below(below(2) == 0 ? limits::schedule_seats_max : 12));
      for (const auto n : numbers)
        if (out.seats.size() < limits::basket_seats_max)
          out.seats.push_back(name + '-' + std::to_string(n));
    }
    out.seat_count = static_cast<std::uint32_t>(out.seats.size());
    return out;
  }

 private:
  std::size_t below(std::size_t most) { return dice_() % most; }
  std::uint64_t drawn_number() {
    return below(2) == 0 ? ~std::uint64_t{0} : 1 + (dice_() >> (dice_() % 63));
  }
  std::string drawn_text(std::size_t size, bool id) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    while (out.size() < size)
      out += letters[below(letters.size() - (id ? 0 : 2))];
    return out;
  }

  std::mt19937_64 dice_;
};

TEST(Ticket, FitsWhateverItIsFor) {
  constexpr std::uint64_t seed = 20'261'201;
  SCOPED_TRACE(seed);
  worst_tickets draw{seed};
  std::size_t longest = 0, listed = 0, counted = 0;
  const std::vector<ticket_keys> all{ticket_keys{keys_of(ticket_secret)},
                                     ticket_keys{pair_of(first_private_pem)}};
  for (int i = 0; i < 3000; ++i) {
    const auto wanted = draw.next();
    const auto& keys = all[static_cast<std::size_t>(i) % 2];
    const auto text = keys.sign(wanted);
    ASSERT_LE(text.size(), limits::ticket_chars_max);
    longest = std::max(longest, text.size());
    const auto read = keys.read(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->reservation, wanted.reservation);
    EXPECT_EQ(read->user, wanted.user);
    EXPECT_EQ(read->seat_count, wanted.seat_count);
    if (read->seats.empty())
      ++counted;
    else
      EXPECT_EQ(read->seats, wanted.seats);
    listed += read->seats.empty() ? 0 : 1;
    EXPECT_EQ(keys.sign(*read), text) << "one ticket, one text";
  }
  EXPECT_GT(listed, 500U);
  EXPECT_GT(counted, 500U);
  EXPECT_GT(longest, limits::ticket_chars_max - 8) << "the bound was never near";
}

// --- keys -------------------------------------------------------------------------------------

TEST(TicketKeys, TheOneOfBeforeStillChecks) {
  const auto old_text = ticket_keys{keys_of(ticket_secret)}.sign(some_ticket());
  const ticket_keys both{keys_of(other_ticket_secret, ticket_secret)};
  EXPECT_TRUE(both.read(old_text));
  EXPECT_NE(both.sign(some_ticket()), old_text) << "the newer one signs";
  EXPECT_FALSE(ticket_keys{keys_of(ticket_secret)}.read(both.sign(some_ticket())));
  EXPECT_FALSE(ticket_keys{keys_of(other_ticket_secret)}.read(old_text)) << "it is retired";
  // From one kind to the other, both ways.
  auto how = pair_of(first_private_pem);
  how.tickets.previous_secret = secret_text{std::string{ticket_secret}};
  EXPECT_TRUE(ticket_keys{how}.read(old_text));
  const auto signed_by_pair = ticket_keys{how}.sign(some_ticket());
  auto back = keys_of(ticket_secret);
  back.tickets.previous_public_key = first_public_pem;
  EXPECT_TRUE(ticket_keys{back}.read(signed_by_pair));
  auto next = pair_of(second_private_pem);
  next.tickets.previous_public_key = first_public_pem;
  EXPECT_TRUE(ticket_keys{next}.read(signed_by_pair));
}

TEST(TicketKeys, APublicKeyChecksAndCannotSign) {
  settings door;
  door.tickets.public_key = first_public_pem;
  const ticket_keys keys{door};
  EXPECT_FALSE(keys.can_sign());
  EXPECT_TRUE(keys.can_check());
  EXPECT_EQ(keys.read(ticket_keys{pair_of(first_private_pem)}.sign(some_ticket())), some_ticket());
}

TEST(TicketKeys, WithoutOneOfTheirOwnTheSecretOfTokensTakesItsPlace) {
  settings how;
  EXPECT_FALSE(ticket_keys{how}.can_sign());
  EXPECT_FALSE(ticket_keys{how}.can_check());
  EXPECT_FALSE(ticket_keys{how}.read("T1.AAAA"));
  how.auth.dev = true;
  const auto anybodys = ticket_keys{how}.sign(some_ticket());
  EXPECT_EQ(ticket_keys{how}.sign(some_ticket()), anybodys) << "also after a restart";
  how.auth.secret = secret_text{std::string{ticket_secret}};
  const auto text = ticket_keys{how}.sign(some_ticket());
  EXPECT_FALSE(ticket_keys{how}.read(anybodys)) << "a secret is not the key that all know";
  EXPECT_EQ(ticket_keys{keys_of(ticket_secret)}.sign(some_ticket()), text);
  // When the secret of tokens changes, the one of before is named.
  how.auth.secret = secret_text{std::string{other_ticket_secret}};
  EXPECT_FALSE(ticket_keys{how}.read(text));
  how.tickets.previous_secret = secret_text{std::string{ticket_secret}};
  EXPECT_TRUE(ticket_keys{how}.read(text));
}

TEST(TicketKeys, WhatIsNoKeyIsSaidWithoutQuotingIt) {
  auto how = pair_of("-----BEGIN PRIVATE KEY-----\nsesame\n-----END PRIVATE KEY-----\n");
  try {
    const ticket_keys keys{how};
    FAIL() << "sesame was a key";
  } catch (const std::runtime_error& e) {
    EXPECT_EQ(std::string{e.what()}, "tickets.private_key holds no Ed25519 key in PEM");
  }
}

// --- forged -----------------------------------------------------------------------------------

/// A text that somebody might try, and how it came about.
struct forgery {
  std::string how, text;
};

std::string flipped(std::string text, std::size_t at) {
  text.at(at) = text.at(at) == 'A' ? 'B' : 'A';
  return text;
}
std::string bytes_of(const std::string& text) { return *from_base64url(text.substr(3)); }
std::string text_of(const std::string& bytes) { return "T1." + to_base64url(bytes); }
std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7U)
    out += static_cast<char>((value & 0x7FU) | 0x80U);
  return out += static_cast<char>(value);
}

/// With the right key: only the spelling is wrong.
std::vector<forgery> misspelled() {
  const auto head = varint(77) + varint(9) + "\3kim";
  const std::string one{1}, zero{'\0'};
  return {
      {"a longer spelling of the schedule",
       signed_by_the_first("\xCD" + zero + varint(9) + "\3kim" + zero + one)},
      {"no schedule and no number", signed_by_the_first(zero + zero + "\3kim" + zero + one)},
      {"no user", signed_by_the_first(varint(77) + varint(9) + zero + zero + one)},
      {"a user of 41 characters", signed_by_the_first(varint(77) + varint(9) + varint(41) +
                                                      std::string(41, 'u') + zero + one)},
      {"a user that is no id", signed_by_the_first(varint(77) + varint(9) + "\3k/m" + zero + one)},
      {"no seats", signed_by_the_first(head + zero + zero)},
      {"more seats than a basket has", signed_by_the_first(head + zero + varint(101))},
      {"a third form of seats", signed_by_the_first(head + "\2" + one)},
      {"a byte behind the seats", signed_by_the_first(head + zero + one + zero)},
      {"a list of no sections", signed_by_the_first(head + one + zero)},
      {"a section of no seats", signed_by_the_first(head + one + one + "\1A" + zero)},
      {"a section without a name",
       signed_by_the_first(head + one + one + zero + one + zero + zero)},
      {"a section name of 17 characters",
       signed_by_the_first(head + one + one + "\x11" + std::string(17, 'A') + one + zero + zero)},
      {"two runs that are one", signed_by_the_first(head + one + "\2" + "\1A" + one + zero + zero +
                                                    "\1A" + one + one + zero)},
      {"a seat behind the last one",
       signed_by_the_first(head + one + one + "\1A" + one + varint(100'000) + zero)},
      {"more seats in a run than a basket has",
       signed_by_the_first(head + one + one + "\1A" + one + zero + varint(100))},
      {"cut within its values", signed_by_the_first(varint(77) + varint(9) + "\3ki")},
      {"a number of eleven bytes",
       signed_by_the_first(std::string(10, '\x80') + one + varint(9) + "\3kim" + zero + one)},
      {"a number of more than 64 bits",
       signed_by_the_first(std::string(9, '\xFF') + "\2" + varint(9) + "\3kim" + zero + one)},
      {"no values", signed_by_the_first("")},
  };
}

/// Without the key.
std::vector<forgery> tampered() {
  const ticket_keys keys{pair_of(first_private_pem)};
  const auto good = keys.sign(some_ticket());
  auto next = some_ticket();
  next.user.value = "lee";
  const auto others = keys.sign(next);
  const auto bytes = bytes_of(good), other_bytes = bytes_of(others);
  const auto values = bytes.substr(0, bytes.size() - 64);
  std::vector<forgery> out{
      {"empty", ""},
      {"the prefix alone", "T1."},
      {"without the prefix", good.substr(3)},
      {"another version", "T2." + good.substr(3)},
      {"in small letters", "t1." + good.substr(3)},
      {"a blank in front", " " + good},
      {"a blank behind", good + " "},
      {"a line break behind", good + "\n"},
      {"a zero byte behind", good + std::string(1, '\0')},
      {"padded", good + "="},
      {"twice", good + good},
      {"a dot within", good.substr(0, 40) + '.' + good.substr(40)},
      {"the other alphabet", good.substr(0, 10) + "+/" + good.substr(12)},
      {"in unicode", "Ｔ1." + good.substr(3)},
      {"a letter that looks like another", good.substr(0, 9) + "А" + good.substr(10)},
      {"longer than a ticket", "T1." + std::string(298, 'A')},
      {"much longer than a ticket", "T1." + std::string(1'000'000, 'A')},
      {"300 letters", "T1." + std::string(297, 'A')},
      {"no signature", text_of(values)},
      {"a signature of zeros", text_of(values + std::string(64, '\0'))},
      {"a shorter signature", text_of(bytes.substr(0, bytes.size() - 1))},
      {"the signature of another ticket",
       text_of(values + other_bytes.substr(other_bytes.size() - 64))},
      {"the values of another ticket",
       text_of(other_bytes.substr(0, other_bytes.size() - 64) + bytes.substr(bytes.size() - 64))},
      {"a byte between values and signature", text_of(values + 'x' + bytes.substr(values.size()))},
      {"another key's number", text_of("\1\2\3\4" + bytes.substr(4))},
      {"another key", ticket_keys{pair_of(second_private_pem)}.sign(some_ticket())},
      {"a key of another kind", ticket_keys{keys_of(ticket_secret)}.sign(some_ticket())},
      {"an HMAC with the public key as its secret",
       text_of(
           values +
           token_key::hs256(std::string{first_public_pem}).sign("boxoffice ticket 1\n" + values))},
      {"signed without the words of tickets",
       text_of(values + token_key::ed25519_private(first_private_pem)->sign(values))},
      {"a token of the same key",
       sign_token(*token_key::ed25519_private(first_private_pem), {{"kim"}, access::admin}, {})},
      {"a token behind the prefix",
       "T1." + sign_token(*token_key::ed25519_private(first_private_pem), {{"kim"}, access::admin},
                          {})},
      {"an address", "https://example.com/T1.AAAA"},
  };
  for (const auto at : {3U, 8U, 20U, 40U})
    out.push_back({"another letter at " + std::to_string(at), flipped(good, at)});
  out.push_back({"another last letter", flipped(good, good.size() - 1)});
  for (const auto size : {4U, 12U, 60U})
    out.push_back({"cut to " + std::to_string(size), good.substr(0, size)});
  out.push_back({"without its last letter", good.substr(0, good.size() - 1)});
  // Ed25519 has a second scalar for each signature, larger by the order of the group.
  auto larger = bytes;
  for (std::size_t i = larger.size() - 32, carry = 0; i < larger.size(); ++i) {
    constexpr unsigned char order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                         0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                         0,    0,    0,    0,    0,    0,    0,    0,
                                         0,    0,    0,    0,    0,    0,    0,    0x10};
    const auto sum =
        static_cast<unsigned char>(larger[i]) + order[i - (larger.size() - 32)] + carry;
    larger[i] = static_cast<char>(sum & 0xFFU);
    carry = sum >> 8U;
  }
  out.push_back({"the other scalar of its signature", text_of(larger)});
  return out;
}

TEST(Ticket, ForgeriesTable) {
  auto both = pair_of(first_private_pem);
  both.tickets.previous_public_key = std::string{};
  const ticket_keys keys{both};
  ASSERT_TRUE(keys.read(keys.sign(some_ticket())));
  // What the misspelled ones would be, spelled well.
  ASSERT_TRUE(
      keys.read(signed_by_the_first(varint(77) + varint(9) + "\3kim" + std::string{'\0', 1})));
  std::size_t tried = 0;
  for (const auto& all : {misspelled(), tampered()})
    for (const auto& [how, text] : all) {
      EXPECT_FALSE(keys.read(text)) << how;
      ++tried;
    }
  EXPECT_GE(tried, 60U);
}

TEST(Ticket, NoOtherTextThanItsOwnIsRead) {
  for (const auto& how : all_kinds()) {
    const ticket_keys keys{how};
    const auto good = keys.sign(some_ticket());
    for (std::size_t i = 0; i < good.size(); ++i) {
      EXPECT_FALSE(keys.read(good.substr(0, i))) << i;
      for (const char c : {'A', '_', '=', '+', ' ', '.', '\0', '\xff', 'z', '1'}) {
        auto other = good;
        if (std::exchange(other[i], c) == c) continue;
        EXPECT_FALSE(keys.read(other)) << i << ' ' << c;
      }
      auto bytes = bytes_of(good);
      if (i >= bytes.size()) continue;
      for (unsigned bit = 0; bit < 8; ++bit) {
        auto other = bytes;
        other[i] = static_cast<char>(other[i] ^ (1U << bit));
        EXPECT_FALSE(keys.read(text_of(other))) << i << ' ' << bit;
      }
    }
  }
}

// The secret of both is the same, and what signs one does not sign the other.
TEST(Ticket, IsNoTokenAndNoTokenIsATicket) {
  settings how;
  how.auth.secret = secret_text{std::string{ticket_secret}};
  const ticket_keys keys{how};
  const auto shared = token_key::hs256(std::string{ticket_secret});
  const auto text = keys.sign(some_ticket());
  EXPECT_FALSE(read_token(text, shared, {}));
  const auto bytes = bytes_of(text);
  const auto values = bytes.substr(0, bytes.size() - 32);
  EXPECT_FALSE(keys.read(text_of(values + shared.sign("boxoffice ticket 1\n" + values))))
      << "signed with the secret itself";
  const auto token = sign_token(shared, {{"kim"}, access::user}, from_unix_ms(4'000'000'000'000));
  ASSERT_TRUE(read_token(token, shared, {}));
  EXPECT_FALSE(keys.read(token));
  EXPECT_FALSE(keys.read("T1." + token));
}

}  // namespace
}  // namespace boxoffice::http
