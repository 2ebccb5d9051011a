#include "bench/load/mix.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice::load {
namespace {

/// Writes its name and the number of the operation; ends after `steps` answers.
class named_part final : public scenario {
 public:
  named_part(std::string name, std::size_t steps, std::uint64_t most = UINT64_MAX)
      : name_{std::move(name)}, steps_{steps}, most_{most} {}
  void begin(std::uint64_t number, std::string& request) override {
    request = name_ + std::to_string(number);
  }
  verdict next(std::uint64_t number, std::size_t position, const answer& /*to*/,
               std::string& request) override {
    if (position + 1 == steps_) return verdict::done;
    request = name_ + std::to_string(number) + "+";
    return verdict::more;
  }
  [[nodiscard]] std::uint64_t count_max() const override { return most_; }

 private:
  const std::string name_;
  const std::size_t steps_;
  const std::uint64_t most_;
};

mix of_two(std::uint64_t most = UINT64_MAX) {
  std::vector<mix::part> parts;
  parts.push_back({std::make_unique<named_part>("a", 1), 70});
  parts.push_back({std::make_unique<named_part>("b", 2, most), 30});
  return mix{std::move(parts)};
}

TEST(LoadMix, OfEveryHundredEachPartHasItsShare) {
  auto both = of_two();
  std::string request;
  int first = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    both.begin(i, request);
    first += request.starts_with("a") ? 1 : 0;
  }
  EXPECT_EQ(first, 140);
}

TEST(LoadMix, AnswersReachThePartThatAsked) {
  auto both = of_two();
  std::string request;
  std::uint64_t number = 0;
  do
    both.begin(number++, request);
  while (!request.starts_with("b"));
  EXPECT_EQ(request, "b0");
  EXPECT_EQ(both.next(number - 1, 0, {}, request), scenario::verdict::more);
  EXPECT_EQ(request, "b0+");
  EXPECT_EQ(both.next(number - 1, 1, {}, request), scenario::verdict::done);
}

TEST(LoadMix, EndsWhenAPartIsUsedUp) {
  EXPECT_EQ(of_two().count_max(), UINT64_MAX);
  EXPECT_EQ(of_two(60).count_max(), 200U);
}

}  // namespace
}  // namespace boxoffice::load
