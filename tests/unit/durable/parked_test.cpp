#include "actors/durable/parked.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using kind = parked_entities::kind;
constexpr time_point now{milliseconds{1'780'272'000'000}};

parked_entity named(const std::string& id, time_point at = now) {
  parked_entity e;
  e.id = id;
  e.at = at;
  return e;
}

std::vector<std::string> ids(const parked_list& of) {
  std::vector<std::string> all;
  for (const auto& e : of.items)
    all.push_back(e.id);
  return all;
}
using texts = std::vector<std::string>;

struct Parked : testing::Test {
  metrics measured;
  parked_entities tokens{measured, kind::queue_token};
};

TEST_F(Parked, IsListedInPagesTheOldestFirst) {
  for (const auto* id : {"c", "a", "b"})
    tokens.put(named(id));
  const auto first = tokens.list({7, 0, 2});
  EXPECT_EQ(first.correlation, 7U);
  EXPECT_EQ(ids(first), (texts{"c", "a"}));
  EXPECT_EQ(first.follows, parked_list::more::yes);
  const auto rest = tokens.list({8, first.items.back().number, 2});
  EXPECT_EQ(ids(rest), texts{"b"});
  EXPECT_EQ(rest.follows, parked_list::more::no);
}

TEST_F(Parked, IsThereOnceAndGoesWhenItIsDropped) {
  tokens.put(named("a"));
  tokens.put(named("b"));
  tokens.put(named("a", now + seconds{1}));
  EXPECT_EQ(ids(tokens.list({0, 0, 9})), (texts{"b", "a"}));
  tokens.drop("a");
  tokens.drop("a");
  EXPECT_EQ(ids(tokens.list({0, 0, 9})), texts{"b"});
  EXPECT_EQ(measured.gauge("boxoffice_parked_entities", "", {{"kind", "queue_token"}}).value(), 1);
}

TEST_F(Parked, OfTwoKindsHasNumbersThatDifferAndGrowWithTime) {
  parked_entities holds{measured, kind::reservation};
  tokens.put(named("token"));
  holds.put(named("hold"));
  holds.put(named("later", now + milliseconds{1}));
  const auto token = tokens.list({0, 0, 9}).items.at(0).number;
  const auto hold = holds.list({0, 0, 9}).items;
  EXPECT_NE(token, hold.at(0).number);
  EXPECT_GT(hold.at(1).number, token);
}

}  // namespace
}  // namespace boxoffice
