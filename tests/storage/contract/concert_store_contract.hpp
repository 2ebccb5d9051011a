#pragma once

#include "tests/storage/samples.hpp"

#include <memory>

#include <gtest/gtest.h>

/// What every concert_store keeps. `Backend` has `store()`.
namespace boxoffice::test {

template <class Backend>
class ConcertStoreContract : public ::testing::Test {
 protected:
  Backend backend_;
  concert_store& store_ = backend_.store();

  static concert_write concert_row(std::uint64_t id, const std::string& title) {
    concert c;
    c.id = {id};
    c.title = title;
    c.artist = "Ada";
    return std::make_shared<const concert>(c);
  }
  static concert_write schedule_row(std::uint64_t id, std::uint64_t of,
                                    std::vector<section> sections) {
    schedule s;
    s.id = {id};
    s.concert = {of};
    s.sales_open_at = at(1);
    s.sales_close_at = at(2);
    s.starts_at = at(3);
    s.venue = "Halle \"9\"";
    s.hold = seconds{120};
    s.max_seats_per_user = 6;
    s.seats = seat_map{std::move(sections)};
    s.hold_extension = seconds{60};
    return std::make_shared<const schedule>(std::move(s));
  }
};

TYPED_TEST_SUITE_P(ConcertStoreContract);

TYPED_TEST_P(ConcertStoreContract, LoadsWhatWasWritten) {
  concert c;
  c.id = {7};
  c.title = "Zwölf Töne";
  c.artist = "Béla";
  c.description = "";
  c.waiting_room = {true, 100, 10};
  ASSERT_EQ(commit(this->store_, concert_write{std::make_shared<const concert>(c)},
                   this->concert_row(8, "Plain"),
                   this->schedule_row(2, 7, {{"B", 2, 3, {500}}, {"A", 1, 4, {0}}})),
            commit_outcome::committed);
  const auto all = this->store_.load();
  ASSERT_EQ(all.concerts.size(), 2U);
  const auto& found = *all.find(concert_id{7});
  EXPECT_EQ(found.title, c.title);
  EXPECT_EQ(found.artist, c.artist);
  EXPECT_EQ(found.description, "");
  EXPECT_EQ(found.waiting_room, c.waiting_room);
  EXPECT_FALSE(all.find(concert_id{8})->description);
  const auto& s = *all.find(schedule_id{2});
  EXPECT_EQ(s.concert, concert_id{7});
  EXPECT_EQ(s.sales_open_at, at(1));
  EXPECT_EQ(s.sales_close_at, at(2));
  EXPECT_EQ(s.starts_at, at(3));
  EXPECT_EQ(s.venue, "Halle \"9\"");
  EXPECT_EQ(s.hold, seconds{120});
  EXPECT_EQ(s.hold_extension, seconds{60});
  EXPECT_EQ(s.max_seats_per_user, 6U);
  ASSERT_EQ(s.seats.sections().size(), 2U);
  EXPECT_EQ(s.seats.seat_count(), 10U);
  EXPECT_EQ(s.seats.sections()[0].name, "B");
  EXPECT_EQ(s.seats.price_of(0), points{500});
  EXPECT_EQ(s.seats.name_of(9), "A-4");
}

TYPED_TEST_P(ConcertStoreContract, ReplacesById) {
  ASSERT_EQ(commit(this->store_, this->concert_row(7, "Old"),
                   this->schedule_row(2, 7, {{"A", 2, 3, {500}}, {"B", 1, 1, {1}}})),
            commit_outcome::committed);
  ASSERT_EQ(commit(this->store_, this->concert_row(7, "New"),
                   this->schedule_row(2, 7, {{"C", 5, 1, {3}}})),
            commit_outcome::committed);
  const auto all = this->store_.load();
  EXPECT_EQ(all.find(concert_id{7})->title, "New");
  EXPECT_EQ(all.find(schedule_id{2})->seats.seat_count(), 5U);
}

TYPED_TEST_P(ConcertStoreContract, AFailedBatchLeavesNothing) {
  EXPECT_EQ(commit(this->store_, this->concert_row(7, "One"),
                   this->schedule_row(2, 99, {{"A", 2, 3, {500}}})),
            commit_outcome::refused);
  EXPECT_TRUE(this->store_.load().concerts.empty());
  EXPECT_EQ(commit(this->store_, this->concert_row(7, "One")), commit_outcome::committed);
}

REGISTER_TYPED_TEST_SUITE_P(ConcertStoreContract, LoadsWhatWasWritten, ReplacesById,
                            AFailedBatchLeavesNothing);

}  // namespace boxoffice::test
