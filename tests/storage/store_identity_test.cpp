#include "storage/store_identity.hpp"

#include "storage/storage_error.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

std::vector<store_identity> whole() {
  std::vector<store_identity> all;
  for (const std::string name : {"concert", "reservation", "point", "payment", "queue_ranking"})
    all.push_back({.store = name,
                   .place = name + ".db",
                   .is_there = true,
                   .holds_data = true,
                   .installation = "one",
                   .at = {100, 7}});
  return all;
}

std::string refusal(const std::vector<store_identity>& all, const std::string& new_store = {}) {
  try {
    check_installation(all, new_store);
    return {};
  } catch (const storage_error& e) {
    EXPECT_EQ(e.why(), storage_error::kind::misplaced);
    return e.what();
  }
}

store_identity lost(const store_identity& of) { return {.store = of.store, .place = of.place}; }

TEST(StoreIdentity, WholeNewAndOldInstallationsAreTaken) {
  EXPECT_EQ(check_installation(whole(), {}).id, "one");
  auto all = whole();
  for (auto& each : all)
    each.installation.clear();
  EXPECT_EQ(check_installation(all, {}).id, "") << "of before there were ids";
  for (auto& each : all)
    each = lost(each);
  EXPECT_EQ(check_installation(all, {}).id, "") << "nothing is there yet";
}

TEST(StoreIdentity, OneThatIsLostIsRefusedUnlessItIsMadeOnPurpose) {
  for (std::size_t i = 0; i < 4; ++i) {
    auto all = whole();
    all[i] = lost(all[i]);
    const auto said = refusal(all);
    EXPECT_NE(said.find("--new-store " + all[i].store), std::string::npos) << said;
    EXPECT_EQ(refusal(all, all[i].store), "");
    EXPECT_NE(refusal(all, all[(i + 1) % 4].store), "");
  }
  auto all = whole();
  all[4] = lost(all[4]);
  EXPECT_EQ(refusal(all), "") << "rankings are counted again";
}

TEST(StoreIdentity, OneThatIsLostIsRefusedAlsoWhereNoneHasAnIdYet) {
  auto all = whole();
  for (auto& each : all)
    each.installation.clear();
  all[1].holds_data = false;
  EXPECT_EQ(refusal(all), "") << "it has a schema, and never held a row";
  all[1] = lost(all[1]);
  EXPECT_NE(refusal(all), "");
}

TEST(StoreIdentity, AStartThatWasCutShortGoesOn) {
  // Ids are given to stores without data first, so those that have one hold none.
  auto all = whole();
  all[2] = {.store = "point", .place = "point.db", .is_there = true, .installation = "one"};
  for (const std::size_t i : {0U, 1U, 3U, 4U})
    all[i].installation.clear();
  EXPECT_EQ(refusal(all), "");
}

TEST(StoreIdentity, AForeignOneIsNamedAlsoWhenItIsTheFirst) {
  for (std::size_t i = 0; i < 5; ++i) {
    auto all = whole();
    all[i].installation = "another";
    const auto said = refusal(all);
    EXPECT_EQ(said.find(all[i].store + ": "), 0U) << said;
  }
}

TEST(StoreIdentity, OneThatIsBehindWhatAnotherSawIsFound) {
  auto all = whole();
  all[0].seen = {{"point", {100, 8}}, {"payment", {100, 7}}, {"nobody", {1, 1}}};
  all[3].seen = {{"concert", {99, 900}}};
  const auto found = check_installation(all, {}).found;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].store, "point");
  EXPECT_EQ(found[0].seen_by, "concert");
  EXPECT_EQ(found[0].is, (store_position{100, 7}));
  EXPECT_EQ(found[0].was, (store_position{100, 8}));
}

}  // namespace
}  // namespace boxoffice
