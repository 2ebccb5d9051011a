#include "actors/concert/catalogue_replica.hpp"

#include "actors/concert/catalogue_service.hpp"
#include "config/cluster_limits.hpp"
#include "tests/actors/concert/memory_concert_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

/// An owner, a wire that can be cut, and a replica behind it.
struct CatalogueReplica : ::testing::Test {
  testing::virtual_time time;
  testing::memory_concert_store store;
  catalogue_view owned, followed;
  epoch_numbers ids{0, epoch_numbers::narrow};
  committer<concert_write> commits{
      "concert",
      {4, 2},
      time.commits(),
      [this](std::span<const concert_write> batch) { return store.commit(batch); },
      time.metrics()};
  testing::inbox<catalogue_reply> box{time};
  testing::inbox<catalogue_changes> wire{time};
  catalogue_actor owner;
  int completed{0};

  void SetUp() override {
    owner = time.owns(spawn_catalogue(time.system(),
                                      concert_context{commits, store, time.commits(), owned,
                                                      time.metrics(), ids, time.clock(), true},
                                      store.load()));
    // The owner of before may have had followers who trust what they have.
    time.advance(limits::follower_lease);
  }
  void follow() {
    time.owns(spawn_catalogue_replica(time.system(), {.time = time.clock(),
                                                      .metrics = time.metrics(),
                                                      .view = followed,
                                                      .owner = owner,
                                                      .self = 7,
                                                      .on_complete = [this] { ++completed; }}));
    time.run();
  }
  void add(const std::string& title) {
    create_concert m;
    m.draft.title = title;
    box.send(owner, m);
    time.run();
  }
};

TEST_F(CatalogueReplica, HasWhatTheOwnerHad) {
  add("one");
  add("two");
  follow();
  EXPECT_EQ(completed, 1);
  EXPECT_EQ(followed.snapshot()->concerts.size(), 2U);
  EXPECT_TRUE(followed.is_complete(time.clock().now()));
}

TEST_F(CatalogueReplica, HasAChangeBeforeAnybodyIsToldOfIt) {
  follow();
  add("one");
  ASSERT_EQ(box.all<catalogue_reply>().size(), 1U);
  EXPECT_EQ(followed.snapshot()->find(box.last<catalogue_reply>().concert)->title, "one");
}

// It comes beside the schedule, and from an owner of before not at all.
TEST_F(CatalogueReplica, KnowsByHowMuchAHoldMayBeExtended) {
  add("one");
  follow();
  schedule draft;
  draft.concert = box.last<catalogue_reply>().concert;
  draft.seats = seat_map{{{"A", 1, 2, {5}}}};
  draft.hold_extension = seconds{120};
  box.send(owner, create_schedule::of(draft));
  time.run();
  const auto id = box.last<catalogue_reply>().schedule;
  EXPECT_EQ(owned.snapshot()->find(id)->hold_extension, seconds{120});
  EXPECT_EQ(followed.snapshot()->find(id)->hold_extension, seconds{120});
  follow();
  EXPECT_EQ(followed.snapshot()->find(id)->hold_extension, seconds{120}) << "and from the start";
}

TEST_F(CatalogueReplica, StaysCompleteWhileTheOwnerAnswers) {
  add("one");
  follow();
  for (int i = 0; i < 60; ++i) {
    time.advance(milliseconds{50});
    EXPECT_TRUE(followed.is_complete(time.clock().now())) << i;
  }
}

TEST_F(CatalogueReplica, SaysNoMoreThatSomethingDoesNotExistWhenTheOwnerIsGone) {
  add("one");
  follow();
  caf::anon_send_exit(owner, caf::exit_reason::kill);
  time.advance(limits::replica_trust);
  EXPECT_FALSE(followed.is_complete(time.clock().now()));
  EXPECT_TRUE(followed.is_known());
  EXPECT_EQ(followed.snapshot()->concerts.size(), 1U) << "what it has it keeps";
}

// The owner's side of that bargain: a follower that is silent counts for a while.
TEST_F(CatalogueReplica, AChangeWaitsForASilentFollowerUntilItTrustsNothingAnyMore) {
  wire.send(owner, follow_catalogue{.correlation = 1, .follower = 9, .epoch = 0, .version = 0});
  add("one");
  EXPECT_TRUE(box.all<catalogue_reply>().empty());
  time.advance(limits::replica_trust);
  EXPECT_TRUE(box.all<catalogue_reply>().empty());
  time.advance(limits::follower_lease - limits::replica_trust + milliseconds{100});
  EXPECT_EQ(box.all<catalogue_reply>().size(), 1U);
}

TEST(CatalogueView, OfTheOwnerIsCompleteForEver) {
  const catalogue_view view;
  EXPECT_TRUE(view.is_complete(time_point{milliseconds{1}}));
  EXPECT_TRUE(view.is_known());
}

}  // namespace
}  // namespace boxoffice
