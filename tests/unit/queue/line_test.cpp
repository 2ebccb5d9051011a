#include "actors/queue/line.hpp"

#include <cstdlib>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

TEST(Line, FirstInIsFirst) {
  line l;
  EXPECT_FALSE(l.front());
  l.insert(5, {{1}, 50});
  l.insert(9, {{1}, 90});
  EXPECT_EQ(l.front(), (queue_token{{1}, 50}));
  EXPECT_EQ(l.position(5), 1U);
  EXPECT_EQ(l.position(9), 2U);
  EXPECT_EQ(l.position(7), 0U);
  l.remove(5);
  l.remove(5);
  EXPECT_EQ(l.front(), (queue_token{{1}, 90}));
  EXPECT_EQ(l.position(9), 1U);
  EXPECT_EQ(l.size(), 1U);
}

TEST(Line, WhoIsPutBackStandsWhereHeStood) {
  line l;
  for (std::uint64_t s = 1; s <= 5; ++s)
    l.insert(s, {{1}, s});
  l.remove(1);
  l.remove(2);
  EXPECT_EQ(l.front(), (queue_token{{1}, 3}));
  l.insert(2, {{1}, 2});
  EXPECT_EQ(l.front(), (queue_token{{1}, 2}));
  EXPECT_EQ(l.position(5), 4U);
  line later;
  later.insert(10, {{1}, 10});
  later.insert(4, {{1}, 4});
  EXPECT_EQ(later.front(), (queue_token{{1}, 4}));
  EXPECT_EQ(later.position(10), 2U);
}

TEST(Line, AgreesWithASortedMapOverManySteps) {
  const char* given = std::getenv("BOXOFFICE_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 7;
  SCOPED_TRACE("BOXOFFICE_SEED=" + std::to_string(seed));
  std::mt19937_64 random{seed};
  line l;
  std::map<std::uint64_t, queue_token> model;
  std::uint64_t last = 0;
  for (int step = 0; step < 150'000; ++step) {
    const auto dice = random() % 100;
    if (dice < 55) {
      ++last;
      l.insert(last, {{1}, last * 10});
      model.emplace(last, queue_token{{1}, last * 10});
    } else if (dice < 80 && !model.empty()) {
      ASSERT_EQ(l.front(), model.begin()->second);
      l.remove(model.begin()->first);
      model.erase(model.begin());
    } else if (last > 0) {
      const auto at = model.lower_bound(random() % last);
      if (at == model.end()) continue;
      l.remove(at->first);
      model.erase(at);
    }
    ASSERT_EQ(l.size(), model.size());
    if (step % 10'000 != 0) continue;
    std::uint32_t position = 0;
    for (const auto& [sequence, token] : model)
      ASSERT_EQ(l.position(sequence), ++position);
  }
}

}  // namespace
}  // namespace boxoffice
