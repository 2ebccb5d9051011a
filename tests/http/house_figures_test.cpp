// What a summary says of what was heard: levels, rates, percentiles, and who was silent.
#include "http/api/streams/house_figures.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

using nlohmann::ordered_json;
using std::chrono::milliseconds;

figures_reply& said(house_reading& in, figure_source by) {
  auto& out = in.heard[static_cast<std::size_t>(by)];
  if (!out) out.emplace();
  return *out;
}

/// A house in which everybody answers.
house_reading reading(std::int64_t at_ms, std::int64_t purchases, std::int64_t holds_refused,
                      std::int64_t payments_refused) {
  house_reading out;
  out.at = out.calendar = time_point{milliseconds{at_ms}};
  out.seats = 100;
  out.nodes = ordered_json::array();
  out.problems = ordered_json::array();
  for (std::size_t i = 0; i < figure_sources.size(); ++i)
    said(out, static_cast<figure_source>(i));
  said(out, figure_source::best_selling).seats_sold = 7;
  auto& reservation = said(out, figure_source::reservation);
  reservation.seats_held = 3;
  reservation.refusals_total = holds_refused;
  auto& payment = said(out, figure_source::payment);
  payment.purchases_total = purchases;
  payment.refusals_total = payments_refused;
  payment.sagas_open = 2;
  payment.sagas_parked = 1;
  payment.saga_oldest_seconds = 5;
  said(out, figure_source::queue).tokens_waiting = 40;
  said(out, figure_source::queue).tokens_active = 10;
  said(out, figure_source::outbox).consumers = {{"queue", 4, 2, 1}};
  return out;
}

duration_counts counts(std::vector<std::uint64_t> buckets) { return {1000, std::move(buckets)}; }

TEST(HouseFigures, TellLevelsAtOnceAndRatesFromTheSecondReadingOn) {
  house_figures figures;
  const auto first = figures.take(reading(1000, 10, 5, 1));
  EXPECT_EQ(first.at("seats"), 100);
  EXPECT_EQ(first.at("sold"), 7);
  EXPECT_EQ(first.at("held"), 3);
  EXPECT_EQ(first.at("waiting"), 40);
  EXPECT_EQ(first.at("admitted"), 10);
  EXPECT_EQ(first.at("sagas"), ordered_json({{"open", 2}, {"parked", 1}, {"oldestSeconds", 5}}));
  EXPECT_EQ(first.at("outbox"),
            ordered_json::array(
                {{{"consumer", "queue"}, {"lagEvents", 4}, {"lagSeconds", 2}, {"parked", 1}}}));
  EXPECT_EQ(first.at("purchasesPerSecond"), nullptr);
  EXPECT_EQ(first.at("refusalsPerSecond"), nullptr);
  EXPECT_EQ(first.at("silent"), ordered_json::array());
  EXPECT_EQ(first.at("serverTime"), "1970-01-01T00:00:01.000Z");
  const auto second = figures.take(reading(3000, 13, 7, 2));
  EXPECT_EQ(second.at("purchasesPerSecond"), 1.5);
  EXPECT_EQ(second.at("refusalsPerSecond"), 1.5) << "of holds and of payments";
}

TEST(HouseFigures, LeaveOutWhatASilentServiceWouldSayAndNameIt) {
  house_figures figures;
  figures.take(reading(1000, 10, 5, 1));
  auto without = reading(2000, 20, 6, 1);
  without.heard[static_cast<std::size_t>(figure_source::payment)].reset();
  const auto summary = figures.take(std::move(without));
  EXPECT_EQ(summary.at("silent"), ordered_json::array({"payment"}));
  EXPECT_EQ(summary.at("sagas"), nullptr);
  EXPECT_EQ(summary.at("purchasesPerSecond"), nullptr);
  EXPECT_EQ(summary.at("refusalsPerSecond"), nullptr) << "a half of it is no figure";
  EXPECT_EQ(summary.at("held"), 3);
  EXPECT_EQ(summary.at("waiting"), 40);
  EXPECT_FALSE(summary.at("outbox").is_null());
  const auto back = figures.take(reading(3000, 21, 7, 1));
  EXPECT_EQ(back.at("purchasesPerSecond"), nullptr) << "one reading since it was silent";
  EXPECT_EQ(figures.take(reading(4000, 22, 7, 1)).at("purchasesPerSecond"), 1);
}

TEST(HouseFigures, KnowNoRateAcrossTwoLivesOfAProcess) {
  house_figures figures;
  figures.take(reading(1000, 1000, 5, 1));
  const auto reborn = figures.take(reading(2000, 3, 0, 0));
  EXPECT_EQ(reborn.at("purchasesPerSecond"), nullptr);
  EXPECT_EQ(figures.take(reading(3000, 5, 0, 0)).at("purchasesPerSecond"), 2);
}

TEST(HouseFigures, TellHowLongCommitsTookOverTheLastReadings) {
  house_figures figures;
  const auto at = [&](std::int64_t ms, std::vector<std::uint64_t> buckets) {
    auto out = reading(ms, 0, 0, 0);
    said(out, figure_source::reservation).commits = {{"reservation", counts(std::move(buckets))}};
    return figures.take(std::move(out)).at("stores");
  };
  const auto store = [](const ordered_json& stores, std::string_view name) {
    return *std::ranges::find_if(stores,
                                 [&](const ordered_json& s) { return s.at("store") == name; });
  };
  const auto first = at(1000, {100, 0, 0});
  ASSERT_EQ(first.size(), 5U) << "each is named, also without figures";
  EXPECT_EQ(store(first, "reservation").at("p99Ms"), nullptr);
  const auto second = store(at(2000, {100, 90, 10}), "reservation");
  EXPECT_EQ(second.at("commitsPerSecond"), 100);
  EXPECT_EQ(second.at("p50Ms"), 2) << "the bound of the second bucket";
  EXPECT_EQ(second.at("p99Ms"), 4);
  for (int i = 3; i <= 11; ++i)
    at(1000 * i, {100, 90, 10});
  EXPECT_EQ(store(at(12'000, {100, 90, 10}), "reservation").at("p99Ms"), nullptr)
      << "what was before the last ten seconds is over";
  EXPECT_EQ(store(first, "point").at("p50Ms"), nullptr);
}

TEST(HouseFigures, FindThePartOfWhatWasCounted) {
  EXPECT_EQ(quantile_ms(counts({0, 0}), counts({99, 1}), 0.99), 1);
  EXPECT_EQ(quantile_ms(counts({0, 0}), counts({98, 2}), 0.99), 2);
  EXPECT_EQ(quantile_ms(counts({5, 0}), counts({5, 0}), 0.5), std::nullopt) << "nothing happened";
  EXPECT_EQ(quantile_ms(counts({5, 0}), counts({4, 9}), 0.5), std::nullopt) << "another process";
  EXPECT_EQ(quantile_ms({}, counts({4, 9}), 0.5), std::nullopt);
}

}  // namespace
}  // namespace boxoffice::http
