#include "storage/broker/cloud_event.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace boxoffice::broker {
namespace {

/// What somebody outside reads of us, file by file. A file that is there is never changed: what was
/// written by any version has to be read by every later one.
const std::filesystem::path golden = "docs/events/golden";

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  EXPECT_TRUE(in) << file;
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

time_point at(const char* text) { return *parse_rfc3339(text); }

/// A number of a moment, as the stores give them (docs/decisions/0016).
constexpr std::uint64_t since(std::uint64_t epoch, int bits, std::uint64_t nth) {
  return (epoch << static_cast<unsigned>(bits)) + nth;
}

payment_event completed() {
  constexpr std::uint64_t epoch = 1'796'148'000'000;
  payment_event e;
  e.id = {since(epoch, 10, 42)};
  e.sequence = since(epoch, 10, 42);
  e.kind = event_kind::payment_completed;
  e.payment = make_payment_id(17, from_unix_ms(epoch), 3);
  e.user = {"buyer-7"};
  e.reservation = {{since(epoch, 10, 5)}, since(epoch, 20, 77)};
  e.concert = {since(epoch, 10, 1)};
  e.seats = 2;
  e.seat_names = "A-1,A-2";
  e.amount = {150'000};
  e.token = {e.concert, 99};
  e.holds_else = true;
  e.paid_at = at("2026-12-01T18:00:01.250Z");
  e.occurred_at = at("2026-12-01T18:00:01.250Z");
  e.from = {"shop-17", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"};
  return e;
}

/// Of the same payment, without a trace.
payment_event refunded() {
  auto e = completed();
  e.id = {e.id.value + 1};
  e.sequence += 1;
  e.kind = event_kind::payment_refunded;
  e.occurred_at = at("2026-12-02T09:30:00.000Z");
  e.from = {};
  return e;
}

/// As today's version writes them.
std::map<std::string, payment_event> written_today() {
  return {{"payment.completed.v1.json", completed()}, {"payment.refunded.v1.json", refunded()}};
}

TEST(GoldenEvents, AreWhatIsWrittenByteForByte) {
  for (const auto& [name, event] : written_today())
    EXPECT_EQ(encode_event(event).body, text_of(golden / name)) << name;
}

TEST(GoldenEvents, AreReadByThisVersionAllOfThem) {
  const auto today = written_today();
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::directory_iterator{golden}) {
    const auto body = text_of(file.path());
    const auto read = decode_event(body);
    const auto* event = std::get_if<payment_event>(&read);
    ASSERT_NE(event, nullptr) << file.path() << ": " << std::get<event_fault>(read);
    ++seen;
    const auto known = today.find(file.path().filename());
    if (known == today.end()) continue;
    const auto& expected = known->second;
    EXPECT_EQ(event->id, expected.id);
    EXPECT_EQ(event->sequence, expected.sequence);
    EXPECT_EQ(event->kind, expected.kind);
    EXPECT_EQ(event->payment, expected.payment);
    EXPECT_EQ(event->user, expected.user);
    EXPECT_EQ(event->reservation, expected.reservation);
    EXPECT_EQ(event->concert, expected.concert);
    EXPECT_EQ(event->seats, expected.seats);
    EXPECT_EQ(event->amount.value, expected.amount.value);
    EXPECT_EQ(event->seat_names, expected.seat_names);
    EXPECT_EQ(event->paid_at, expected.paid_at);
    EXPECT_EQ(event->occurred_at, expected.occurred_at);
    EXPECT_EQ(event->from.traceparent(), expected.from.traceparent());
  }
  EXPECT_GE(seen, today.size());
}

TEST(GoldenEvents, TellNobodyAQueueToken) {
  const auto token = to_text(completed().token);
  for (const auto& [name, event] : written_today())
    EXPECT_EQ(text_of(golden / name).find(token), std::string::npos) << name;
}

TEST(GoldenEvents, AreReadAlsoWithMembersOfALaterVersion) {
  auto all = nlohmann::json::parse(text_of(golden / "payment.completed.v1.json"));
  all["later"] = {{"much", "more"}};
  all["data"]["later"] = 1;
  EXPECT_TRUE(std::holds_alternative<payment_event>(decode_event(all.dump())));
}

TEST(GoldenEvents, WithoutWhatTheyNeedAreNone) {
  const auto whole = nlohmann::json::parse(text_of(golden / "payment.completed.v1.json"));
  for (const auto* member : {"id", "type", "sequence", "data"}) {
    auto less = whole;
    less.erase(member);
    EXPECT_TRUE(std::holds_alternative<event_fault>(decode_event(less.dump()))) << member;
  }
  for (const auto& [member, value] : whole.at("data").items()) {
    if (member == "scheduleId") continue;  // the reservation says it too
    auto less = whole;
    less["data"].erase(member);
    EXPECT_TRUE(std::holds_alternative<event_fault>(decode_event(less.dump()))) << member;
  }
  for (const std::string text : {"", "[]", "{", "null", "\"x\""})
    EXPECT_TRUE(std::holds_alternative<event_fault>(decode_event(text))) << text;
}

}  // namespace
}  // namespace boxoffice::broker
