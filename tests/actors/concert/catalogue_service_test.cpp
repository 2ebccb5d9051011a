#include "actors/concert/catalogue_service.hpp"

#include "tests/actors/concert/memory_concert_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

struct CatalogueService : ::testing::Test {
  testing::virtual_time time;
  testing::memory_concert_store store;
  catalogue_view view;
  epoch_numbers ids{0, epoch_numbers::narrow};
  committer<concert_write> commits{
      "concert",
      {4, 2},
      time.commits(),
      [this](std::span<const concert_write> batch) { return store.commit(batch); },
      time.metrics()};
  testing::inbox<catalogue_reply> box{time};
  catalogue_actor desk;

  void SetUp() override { start(); }
  void start() {
    desk = time.owns(spawn_catalogue(
        time.system(),
        concert_context{commits, store, time.commits(), view, time.metrics(), ids, time.clock()},
        store.load()));
  }
  catalogue_reply add(const std::string& title) {
    create_concert m;
    m.correlation = 1;
    m.draft.title = title;
    box.send(desk, m);
    return box.last<catalogue_reply>();
  }
};

TEST_F(CatalogueService, PublishesAfterTheCommitAndBeforeTheAnswer) {
  time.commits().hold();
  create_concert m;
  m.draft.title = "one";
  box.send(desk, m);
  EXPECT_TRUE(box.all<catalogue_reply>().empty());
  EXPECT_TRUE(view.snapshot()->concerts.empty());
  time.commits().resume();
  time.run();
  EXPECT_EQ(box.last<catalogue_reply>().concert, concert_id{1});
  EXPECT_EQ(view.snapshot()->find(concert_id{1})->title, "one");
}

TEST_F(CatalogueService, AddsALargeScheduleAndChangesTheWaitingRoom) {
  add("one");
  create_schedule s;
  s.correlation = 2;
  s.draft.concert = {1};
  s.draft.seats = seat_map{{{"A", 1000, 100, {5}}}};
  box.send(desk, s);
  const auto schedule = box.last<catalogue_reply>().schedule;
  EXPECT_EQ(schedule, schedule_id{2}) << "concerts and schedules are numbered together";
  EXPECT_EQ(view.snapshot()->find(schedule)->seats.seat_count(), 100'000U);
  s.draft.concert = {9};
  box.send(desk, s);
  EXPECT_EQ(box.last<catalogue_reply>().refusal, catalogue_refusal::concert_not_found);
  box.send(desk, change_waiting_room{3, {1}, {true, 7, 8}});
  EXPECT_EQ(view.snapshot()->find(concert_id{1})->waiting_room.active_max, 7U);
  box.send(desk, change_waiting_room{3, {2}, {true, 7, 8}});
  EXPECT_EQ(box.last<catalogue_reply>().refusal, catalogue_refusal::concert_not_found);
  start();
  time.run();
  EXPECT_EQ(view.snapshot()->find(concert_id{1})->waiting_room.admit_per_second, 8U);
}

TEST_F(CatalogueService, AFailedCommitPublishesNothingAndThenItGoesOn) {
  store.next = commit_outcome::failed;
  EXPECT_EQ(add("lost").fault, fault::unavailable);
  EXPECT_TRUE(view.snapshot()->concerts.empty());
  EXPECT_EQ(add("one").concert, concert_id{2}) << "a number that was tried is not given again";
}

TEST_F(CatalogueService, AnOutcomeInDoubtIsReadBack) {
  store.next = commit_outcome::in_doubt;
  EXPECT_EQ(add("one").concert, concert_id{1});
  EXPECT_EQ(add("two").concert, concert_id{2});
  store.next = commit_outcome::in_doubt;
  store.loses_in_doubt = true;
  EXPECT_EQ(add("lost").fault, fault::unavailable);
  EXPECT_EQ(add("three").concert, concert_id{4});
  EXPECT_EQ(view.snapshot()->find(concert_id{4})->title, "three");
}

TEST_F(CatalogueService, AFullCommitterIsOverloaded) {
  time.commits().hold();
  for (int i = 0; i < 6; ++i)
    box.send(desk, create_concert{});
  ASSERT_EQ(box.all<catalogue_reply>().size(), 2U);
  EXPECT_EQ(box.last<catalogue_reply>().fault, fault::overloaded);
  time.commits().resume();
  time.run();
  EXPECT_EQ(view.snapshot()->concerts.size(), 4U);
  const auto next = add("next").concert;
  EXPECT_EQ(view.snapshot()->find(next)->title, "next");
}

}  // namespace
}  // namespace boxoffice
