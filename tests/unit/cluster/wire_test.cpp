#include "actors/cluster/wire.hpp"

#include "actors/cluster/frame.hpp"
#include "actors/cluster/wire_numbers.hpp"

#include <gtest/gtest.h>

namespace boxoffice::cluster {
namespace {

hold_seats filled_hold() {
  return {.correlation = 7,
          .key = {{1, 2}, {3, 4}},
          .user = {"kim"},
          .schedule = {9},
          .admission = queue_check::still_waiting,
          .position = 3,
          .seats = {"A-1", "A-2"},
          .best_count = 2,
          .best_section = "B",
          .call = {request_origin{"req-1", "00-abc"}, time_point{milliseconds{55}}}};
}

void expect_same(const hold_seats& a, const hold_seats& b) {
  EXPECT_EQ(a.correlation, b.correlation);
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.user, b.user);
  EXPECT_EQ(a.schedule, b.schedule);
  EXPECT_EQ(a.admission, b.admission);
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.seats, b.seats);
  EXPECT_EQ(a.best_section, b.best_section);
  EXPECT_EQ(a.call.from, b.call.from);
  EXPECT_EQ(a.call.deadline, b.call.deadline);
}

TEST(Wire, CarriesAMessage) {
  const auto sent = filled_hold();
  const auto got = from_bytes<hold_seats>(to_bytes(sent));
  ASSERT_TRUE(got);
  expect_same(*got, sent);
}

TEST(Wire, ReadsNothingOutOfLessAndMore) {
  const auto bytes = to_bytes(filled_hold());
  std::size_t whole = 0;
  for (std::size_t i = 0; i <= bytes.size(); ++i)
    if (const auto got = from_bytes<hold_seats>(bytes.substr(0, i))) ++whole;
  // Cut between two of its fields it is the message of an older peer; anywhere else it is nothing.
  EXPECT_EQ(whole, 11U);
}

TEST(Wire, KeepsDefaultsForFieldsThatAnOlderPeerDoesNotKnow) {
  hold_seats older{};
  std::string bytes;
  wire_writer write{bytes};
  write(std::uint64_t{5}, request_key{}, user_id{"lee"});
  const auto got = from_bytes<hold_seats>(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->user.value, "lee");
  EXPECT_EQ(got->best_count, older.best_count);
}

TEST(Wire, IgnoresFieldsThatANewerPeerAppends) {
  const auto sent = filled_hold();
  const auto got = from_bytes<hold_seats>(to_bytes(sent) + "something new");
  ASSERT_TRUE(got);
  expect_same(*got, sent);
}

TEST(Wire, RefusesAnEnumerationThatHasNoSuchValue) {
  token_reply sent;
  sent.verdict = token_verdict::lapsed;
  auto bytes = to_bytes(sent);
  const auto at = sizeof(std::uint64_t) + 1;  // behind the correlation and the fault
  ASSERT_EQ(bytes[at], static_cast<char>(token_verdict::lapsed));
  EXPECT_TRUE(from_bytes<token_reply>(bytes));
  for (int value = 4; value < 256; ++value) {
    bytes[at] = static_cast<char>(value);
    EXPECT_FALSE(from_bytes<token_reply>(bytes)) << value;
  }
}

TEST(Wire, BelievesACountAsFarAsThereAreBytes) {
  std::string bytes;
  wire_writer write{bytes};
  write(std::uint64_t{1}, fault::none, std::uint32_t{0xFFFFFFFF});
  EXPECT_FALSE(from_bytes<transactions_reply>(bytes));
}

TEST(Wire, CarriesASeatMapInTwoBitsASeat) {
  auto map = std::make_shared<seat_snapshot>();
  map->schedule = {4};
  map->version = 12;
  for (int i = 0; i < 1003; ++i)
    map->seats.push_back(static_cast<seat_status>(i % 3));
  seats_reply sent;
  sent.correlation = 3;
  sent.seats = map;
  const auto bytes = to_bytes(sent);
  EXPECT_LT(bytes.size(), 340U);
  const auto got = from_bytes<seats_reply>(bytes);
  ASSERT_TRUE(got && got->seats);
  EXPECT_EQ(got->seats->seats, map->seats);
  EXPECT_EQ(got->seats->version, 12U);
}

TEST(Wire, CarriesTheCatalogue) {
  catalogue_changes sent;
  sent.epoch = 5;
  sent.version = 6;
  sent.concerts.push_back({{1}, "Title", "Artist", "words", {true, 5, 2}});
  sent.concerts.push_back({{2}, "Title", "Artist", std::nullopt, {}});
  schedule hall;
  hall.id = {3};
  hall.concert = {1};
  hall.venue = "hall";
  hall.hold = seconds{77};
  hall.seats = seat_map{{{"A", 2, 3, {100}}, {"B", 1, 4, {50}}}};
  sent.schedules.push_back(hall);
  sent.hold_extensions.push_back(seconds{120});
  const auto got = from_bytes<catalogue_changes>(to_bytes(sent));
  ASSERT_TRUE(got);
  ASSERT_EQ(got->concerts.size(), 2U);
  EXPECT_EQ(got->concerts[0].description, "words");
  EXPECT_FALSE(got->concerts[1].description);
  ASSERT_EQ(got->schedules.size(), 1U);
  EXPECT_EQ(got->schedules[0].seats.seat_count(), 10U);
  EXPECT_EQ(got->schedules[0].seats.name_of(6), "B-1");
  EXPECT_EQ(got->schedules[0].hold, seconds{77});
  EXPECT_EQ(got->hold_extensions, std::vector{seconds{120}});
}

// As with a reservation, below: what a hold may be extended by stands behind the fields of before.
TEST(Wire, AScheduleHasTheFieldsThatPeersOfBeforeKnow) {
  schedule hall;
  hall.concert = {1};
  hall.venue = "hall";
  hall.hold = seconds{77};
  hall.seats = seat_map{{{"A", 2, 3, {100}}}};
  hall.hold_extension = seconds{120};
  const auto sent = create_schedule::of(hall);
  std::string bytes;
  wire_writer write{bytes};
  write(std::uint64_t{0}, schedule_id{}, concert_id{1}, time_point{}, time_point{}, time_point{},
        std::string{"hall"}, seconds{77}, std::uint32_t{4}, std::uint32_t{1}, std::string{"A"},
        std::uint32_t{2}, std::uint32_t{3}, points{100}, call_context{});
  const auto older = from_bytes<create_schedule>(bytes);
  ASSERT_TRUE(older);
  EXPECT_EQ(older->hold_extension, seconds{0});
  EXPECT_EQ(older->draft.seats.seat_count(), 6U);
  write(seconds{120});
  EXPECT_EQ(to_bytes(sent), bytes);
  const auto got = from_bytes<create_schedule>(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->hold_extension, seconds{120});
  EXPECT_EQ(got->draft.hold_extension, seconds{0}) << "a value on a link does not grow";
}

TEST(Wire, CarriesFiguresAndWhatAnOlderPeerHasOfThem) {
  figures_reply sent;
  sent.correlation = 3;
  sent.seats_held = 4;
  sent.refusals_total = 0;
  sent.consumers = {{"queue", 1, 2, 3}};
  sent.commits = {{"point", {50, {7, 8}}}};
  const auto bytes = to_bytes(sent);
  const auto got = from_bytes<figures_reply>(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->seats_held, 4);
  EXPECT_EQ(got->refusals_total, 0);
  EXPECT_FALSE(got->seats_sold);
  ASSERT_EQ(got->consumers.size(), 1U);
  EXPECT_EQ(got->consumers[0].parked, 3);
  ASSERT_EQ(got->commits.size(), 1U);
  EXPECT_EQ(got->commits[0].took.buckets, (std::vector<std::uint64_t>{7, 8}));
  std::string older;
  wire_writer write{older};
  write(std::uint64_t{3}, fault::none, std::optional<std::int64_t>{4});
  const auto less = from_bytes<figures_reply>(older);
  ASSERT_TRUE(less);
  EXPECT_EQ(less->seats_held, 4);
  EXPECT_FALSE(less->refusals_total);
  EXPECT_TRUE(less->commits.empty());
}

// Peers of every version read these fields, in this order, and behind them the next field of the
// message: a reservation can grow no other.
TEST(Wire, AReservationHasTheFieldsThatPeersOfBeforeKnow) {
  reservation row;
  row.id = {{3}, 9};
  row.concert = {5};
  row.user = {"kim"};
  row.seats = {{7, {100}}};
  row.amount = {100};
  row.status = reservation_status::confirmed;
  row.held_at = time_point{milliseconds{11}};
  row.expires_at = time_point{milliseconds{12}};
  row.payment = {13};
  row.reverted = {14};
  row.admitted_at = time_point{milliseconds{15}};
  row.extended_at = time_point{milliseconds{17}};
  const reservation_reply sent{.correlation = 1,
                               .present = reservation_reply::presence::found,
                               .found = row,
                               .starts_at = time_point{milliseconds{16}},
                               .seat_names = "A-8",
                               .extended_at = row.extended_at};
  std::string bytes;
  wire_writer write{bytes};
  write(std::uint64_t{1}, fault::none, reservation_reply::presence::found, schedule_id{3},
        std::uint64_t{9}, concert_id{5}, user_id{"kim"}, std::uint32_t{1}, seat_index{7},
        points{100}, points{100}, reservation_status::confirmed, time_point{milliseconds{11}},
        time_point{milliseconds{12}}, payment_id{13}, payment_id{14}, time_point{milliseconds{16}},
        std::string{"A-8"});
  const auto older = from_bytes<reservation_reply>(bytes);
  ASSERT_TRUE(older);
  EXPECT_EQ(older->extended_at, no_time);
  write(row.extended_at);
  EXPECT_EQ(to_bytes(sent), bytes);
  const auto got = from_bytes<reservation_reply>(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->extended_at, row.extended_at);
  EXPECT_EQ(got->found.extended_at, no_time) << "it stands beside the reservation";
  EXPECT_EQ(got->found.reverted, row.reverted);
  EXPECT_EQ(got->found.admitted_at, no_time) << "who asks for that gets an admission_reply";
  EXPECT_EQ(got->seat_names, "A-8");
}

TEST(Wire, CarriesAnExtension) {
  const extend_hold asked{.correlation = 3,
                          .key = {{1, 2}, {3, 4}},
                          .user = {"kim"},
                          .reservation = {{3}, 9},
                          .paying = {77}};
  const auto heard = from_bytes<extend_hold>(to_bytes(asked));
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->key, asked.key);
  EXPECT_EQ(heard->reservation, asked.reservation);
  EXPECT_EQ(heard->paying, asked.paying);
  extension_reply sent{.correlation = 3, .outcome = {}};
  sent.key = key_verdict::replayed;
  sent.outcome.refusal = extension_refusal::already_extended;
  sent.outcome.held.id = {{3}, 9};
  sent.outcome.held.expires_at = time_point{milliseconds{12}};
  sent.outcome.other = {78};
  sent.extended_at = time_point{milliseconds{5}};
  const auto got = from_bytes<extension_reply>(to_bytes(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->key, sent.key);
  EXPECT_EQ(got->outcome.refusal, sent.outcome.refusal);
  EXPECT_EQ(got->outcome.held.expires_at, sent.outcome.held.expires_at);
  EXPECT_EQ(got->outcome.other, sent.outcome.other);
  EXPECT_EQ(got->extended_at, sent.extended_at);
}

TEST(Wire, CarriesAnAdmission) {
  const admission_reply sent{.correlation = 4,
                             .reservation = {{3}, 9},
                             .seats = {"A-1", "A-2"},
                             .admitted_at = time_point{milliseconds{77}},
                             .was = admission_reply::turn::later};
  const auto got = from_bytes<admission_reply>(to_bytes(sent));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->reservation, sent.reservation);
  EXPECT_EQ(got->seats, sent.seats);
  EXPECT_EQ(got->admitted_at, sent.admitted_at);
  EXPECT_EQ(got->was, sent.was);
}

TEST(Wire, RefusesAHallThatNobodyCouldBuild) {
  catalogue_changes sent;
  std::string bytes;
  wire_writer write{bytes};
  write(std::uint64_t{1}, fault::none, std::uint64_t{1}, std::uint64_t{1}, std::uint32_t{0},
        std::uint32_t{1}, schedule_id{3}, concert_id{1}, no_time, no_time, no_time,
        std::string{"hall"}, seconds{1}, std::uint32_t{4}, std::uint32_t{1}, std::string{"A"},
        std::uint32_t{0xFFFFFFFF}, std::uint32_t{0xFFFFFFFF}, points{1});
  EXPECT_FALSE(from_bytes<catalogue_changes>(bytes));
}

// Whatever the bytes: a message or nothing, and no more memory than they take.
TEST(Wire, TakesAnyBytes) {
  std::uint64_t state = 42;
  const auto next = [&] { return state = state * 6364136223846793005ULL + 1442695040888963407ULL; };
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(next() % 200, '\0');
    for (auto& c : bytes)
      c = static_cast<char>(next() >> 56U) & (next() % 2 == 0 ? '\x03' : '\xff');
    wire_numbers::visit(static_cast<std::uint16_t>(next() >> 32U) % 125,
                        [&]<class Message>() { (void)from_bytes<Message>(bytes); });
  }
}

TEST(Frames, AreWholeHoweverTheirBytesCome) {
  std::string bytes;
  append_frame(bytes, frame_kind::command, "abc");
  append_frame(bytes, frame_kind::ping, "");
  append_frame(bytes, frame_kind::answer, std::string(300, 'x'));
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    frame_reader reader{1000};
    std::vector<frame> got;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(std::string_view{bytes}.substr(at, piece));
      while (auto f = reader.next())
        got.push_back(std::move(*f));
    }
    ASSERT_EQ(got.size(), 3U) << piece;
    EXPECT_EQ(got[0].body, "abc");
    EXPECT_EQ(got[2].body.size(), 300U);
    EXPECT_FALSE(reader.broken());
  }
}

// A stream that always ends in the middle of a frame.
TEST(Frames, ThatWereReadAreNotKept) {
  std::string one;
  append_frame(one, frame_kind::command, std::string(1000, 'x'));
  frame_reader reader{2000};
  reader.feed(std::string_view{one}.substr(0, 500));
  for (int i = 0; i < 5'000; ++i) {
    reader.feed(one.substr(500) + one.substr(0, 500));
    ASSERT_TRUE(reader.next());
    ASSERT_FALSE(reader.next());
    ASSERT_LT(reader.kept(), 128U * 1024);
  }
}

TEST(Frames, OfAnyLengthOrKindThatThereIsNotAreBroken) {
  frame_reader reader{10};
  std::string bytes;
  append_frame(bytes, frame_kind::command, std::string(11, 'x'));
  reader.feed(bytes);
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.broken());
  frame_reader other{10};
  other.feed(std::string_view{"\x01\0\0\0\x63x", 6});
  EXPECT_FALSE(other.next());
  EXPECT_TRUE(other.broken());
}

}  // namespace
}  // namespace boxoffice::cluster
