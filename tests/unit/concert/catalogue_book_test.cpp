#include "actors/concert/catalogue_book.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using verdict = catalogue_book::verdict;

concert named(const std::string& title) {
  concert c;
  c.title = title;
  return c;
}
schedule of(concert_id id) {
  schedule s;
  s.concert = id;
  return s;
}
concert_id concert_in(const concert_write& w) {
  return std::get<std::shared_ptr<const concert>>(w)->id;
}
schedule_id schedule_in(const concert_write& w) {
  return std::get<std::shared_ptr<const schedule>>(w)->id;
}

TEST(CatalogueBook, IdsCountFromOneAndDecisionsBuildOnEachOther) {
  catalogue_book book{{}};
  EXPECT_EQ(book.add_schedule(of({1})).outcome, verdict::concert_not_found);
  const auto first = book.add_concert(named("one"));
  const auto second = book.add_concert(named("two"));
  EXPECT_EQ(concert_in(first.write), concert_id{1});
  EXPECT_EQ(concert_in(second.write), concert_id{2});
  const auto s = book.add_schedule(of({2}));
  EXPECT_EQ(schedule_in(s.write), schedule_id{1});
  EXPECT_TRUE(book.snapshot()->concerts.empty()) << "nothing is committed yet";
  book.settle(first.write);
  EXPECT_EQ(book.snapshot()->concerts.size(), 1U);
}

TEST(CatalogueBook, WhatFailedNeverWas) {
  catalogue_book book{{}};
  book.settle(book.add_concert(named("one")).write);
  (void)book.add_concert(named("lost"));
  book.forget_unsettled();
  EXPECT_EQ(book.add_schedule(of({2})).outcome, verdict::concert_not_found);
  EXPECT_EQ(concert_in(book.add_concert(named("two")).write), concert_id{2});
}

TEST(CatalogueBook, AChangedRuleIsANewRowOfTheSameConcert) {
  catalogue_book book{{}};
  book.settle(book.add_concert(named("one")).write);
  EXPECT_EQ(book.change_waiting_room({7}, {}).outcome, verdict::concert_not_found);
  const waiting_room_rule rule{true, 10, 5};
  const auto changed = book.change_waiting_room({1}, rule);
  EXPECT_FALSE(book.holds(changed.write));
  book.settle(changed.write);
  EXPECT_TRUE(book.holds(changed.write));
  EXPECT_EQ(book.snapshot()->find(concert_id{1})->waiting_room, rule);
  EXPECT_EQ(book.snapshot()->find(concert_id{1})->title, "one");
}

TEST(CatalogueBook, TwentyFourBitsOfIdsAndNoMore) {
  catalogue full;
  concert last = named("last");
  last.id = {(1U << 24) - 1};
  full.concerts[last.id] = std::make_shared<const concert>(last);
  catalogue_book book{full};
  EXPECT_EQ(book.add_concert(named("more")).outcome, verdict::ids_exhausted);
  EXPECT_EQ(concert_of(make_queue_token(last.id, ~std::uint64_t{0})), last.id);
}

}  // namespace
}  // namespace boxoffice
