#include "actors/concert/catalogue_log.hpp"

#include "config/cluster_limits.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

std::shared_ptr<const concert> make_concert(std::uint64_t id, std::string title = "t") {
  concert made;
  made.id = {id};
  made.title = std::move(title);
  return std::make_shared<const concert>(made);
}

TEST(CatalogueLog, TellsWhatChangedAfterAVersion) {
  catalogue all;
  all.concerts[{1}] = make_concert(1);
  all.concerts[{2}] = make_concert(2);
  catalogue_log log;
  log.restart(all);
  EXPECT_EQ(log.after(0, all).concerts.size(), 2U);
  const auto before = log.version();
  EXPECT_TRUE(log.after(before, all).concerts.empty());
  all.concerts[{1}] = make_concert(1, "changed");
  log.changed(concert_id{1});
  log.changed(concert_id{1});
  const auto changes = log.after(before, all);
  ASSERT_EQ(changes.concerts.size(), 1U);
  EXPECT_EQ(changes.concerts[0].title, "changed");
  EXPECT_EQ(changes.version, log.version());
  EXPECT_EQ(changes.follows, catalogue_changes::more::no);
}

TEST(CatalogueLog, GivesALargeCatalogueInPartsThatLeaveNothingOut) {
  catalogue all;
  catalogue_log log;
  for (std::uint64_t id = 1; id <= 300; ++id) {
    all.concerts[{id}] = make_concert(id, std::string(10'000, 'x'));
    log.changed(concert_id{id});
  }
  std::uint64_t known = 0;
  std::size_t seen = 0;
  int parts = 0;
  while (true) {
    const auto part = log.after(known, all);
    EXPECT_LT(part.concerts.size(), 130U);
    seen += part.concerts.size();
    known = part.version;
    ++parts;
    if (part.follows == catalogue_changes::more::no) break;
  }
  EXPECT_EQ(seen, 300U);
  EXPECT_GT(parts, 2);
  EXPECT_EQ(known, log.version());
}

TEST(CatalogueLog, SendsEverythingAgainAfterARestart) {
  catalogue all;
  all.concerts[{1}] = make_concert(1);
  catalogue_log log;
  log.restart(all);
  const auto known = log.version();
  log.restart(all);
  EXPECT_EQ(log.after(known, all).concerts.size(), 1U);
}

TEST(CatalogueFollowers, CountAsLongAsTheyAsk) {
  const time_point now{milliseconds{10'000}};
  catalogue_followers followers;
  EXPECT_TRUE(followers.all_have(5, now)) << "nobody follows";
  followers.heard(1, 4, now);
  followers.heard(2, 5, now);
  EXPECT_FALSE(followers.all_have(5, now));
  EXPECT_TRUE(followers.all_have(4, now));
  followers.heard(1, 5, now + milliseconds{100});
  EXPECT_TRUE(followers.all_have(5, now + milliseconds{100}));
  EXPECT_FALSE(followers.all_have(6, now + milliseconds{100}));
  // Silent for the lease: whatever they have, they trust it no longer.
  EXPECT_TRUE(followers.all_have(6, now + milliseconds{100} + limits::follower_lease));
  EXPECT_LT(limits::replica_trust, limits::follower_lease);
}

}  // namespace
}  // namespace boxoffice
