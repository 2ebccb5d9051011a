#include "http/api/streams/house_figures.hpp"

#include "config/stream_limits.hpp"

#include <cmath>
#include <numeric>
#include <utility>

namespace boxoffice::http {
namespace {

using nlohmann::ordered_json;
using figure_member = std::optional<std::int64_t> figures_reply::*;

// Whose commits are told; waiting rooms and rankings share a store.
struct store_source {
  figure_source from;
  std::string_view store;
};
constexpr std::array store_sources{store_source{figure_source::catalogue, "concert"},
                                   store_source{figure_source::reservation, "reservation"},
                                   store_source{figure_source::point, "point"},
                                   store_source{figure_source::payment, "payment"},
                                   store_source{figure_source::queue, "queue_ranking"}};

template <class T>
ordered_json value_or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}
ordered_json rounded(std::optional<double> value) {
  return value ? ordered_json(std::round(*value * 100) / 100) : ordered_json(nullptr);
}

std::optional<std::int64_t> level_of(const house_reading& in, figure_source from,
                                     figure_member which) {
  const auto* said = in.of(from);
  return said == nullptr ? std::nullopt : said->*which;
}

std::optional<double> both(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return std::nullopt;
  return *a + *b;
}

double seconds_between(const house_reading& before, const house_reading& after) {
  return static_cast<double>((after.at - before.at).count()) / 1000;
}

// A total that has become less is of another process, which began at 0.
std::optional<double> per_second(std::optional<std::int64_t> before,
                                 std::optional<std::int64_t> after, double seconds) {
  if (!before || !after || *after < *before || seconds <= 0) return std::nullopt;
  return static_cast<double>(*after - *before) / seconds;
}

std::optional<std::int64_t> count_of(const duration_counts& all) {
  if (all.buckets.empty()) return std::nullopt;
  return static_cast<std::int64_t>(
      std::accumulate(all.buckets.begin(), all.buckets.end(), std::uint64_t{0}));
}

const duration_counts* commits_of(const house_reading& in, const store_source& of) {
  const auto* said = in.of(of.from);
  return said == nullptr || said->commits.empty() ? nullptr : &said->commits.front().took;
}

ordered_json outbox_of(const house_reading& now) {
  const auto* said = now.of(figure_source::outbox);
  if (said == nullptr) return nullptr;
  ordered_json all = ordered_json::array();
  for (const auto& each : said->consumers)
    all.push_back({{"consumer", each.consumer},
                   {"lagEvents", each.events},
                   {"lagSeconds", each.seconds},
                   {"parked", each.parked}});
  return all;
}

ordered_json sagas_of(const house_reading& now) {
  const auto* said = now.of(figure_source::payment);
  if (said == nullptr) return nullptr;
  return {{"open", value_or_null(said->sagas_open)},
          {"parked", value_or_null(said->sagas_parked)},
          {"oldestSeconds", value_or_null(said->saga_oldest_seconds)}};
}

// Over all readings that are kept.
ordered_json stores_of(const std::deque<house_reading>& window) {
  ordered_json all = ordered_json::array();
  const auto& first = window.front();
  const auto& now = window.back();
  for (const auto& each : store_sources) {
    const auto* after = commits_of(now, each);
    const auto* before = commits_of(first, each);
    std::optional<double> rate, middle, most;
    if (before != nullptr && after != nullptr) {
      rate = per_second(count_of(*before), count_of(*after), seconds_between(first, now));
      middle = quantile_ms(*before, *after, 0.5);
      most = quantile_ms(*before, *after, 0.99);
    }
    all.push_back({{"store", each.store},
                   {"commitsPerSecond", rounded(rate)},
                   {"p50Ms", rounded(middle)},
                   {"p99Ms", rounded(most)}});
  }
  return all;
}

ordered_json silent_in(const house_reading& now) {
  ordered_json all = ordered_json::array();
  for (std::size_t i = 0; i < figure_sources.size(); ++i)
    if (!now.heard[i]) all.push_back(figure_sources[i]);
  return all;
}

}  // namespace

std::optional<double> quantile_ms(const duration_counts& before, const duration_counts& after,
                                  double part) {
  if (before.buckets.size() != after.buckets.size()) return std::nullopt;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < after.buckets.size(); ++i) {
    if (after.buckets[i] < before.buckets[i]) return std::nullopt;
    total += after.buckets[i] - before.buckets[i];
  }
  if (total == 0) return std::nullopt;
  const auto wanted = std::ceil(static_cast<double>(total) * part);
  auto bound = static_cast<double>(after.first_bound) / 1000;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < after.buckets.size(); ++i, bound *= 2) {
    seen += after.buckets[i] - before.buckets[i];
    if (static_cast<double>(seen) >= wanted) break;
  }
  return bound;
}

ordered_json house_figures::take(house_reading reading) {
  window_.push_back(std::move(reading));
  if (window_.size() > limits::figures_window_readings + 1) window_.pop_front();
  const auto& now = window_.back();
  const auto& before = window_[window_.size() < 2 ? 0 : window_.size() - 2];
  const auto seconds = seconds_between(before, now);
  const auto rate = [&](figure_source from, figure_member which) {
    return per_second(level_of(before, from, which), level_of(now, from, which), seconds);
  };
  const auto refusals = both(rate(figure_source::reservation, &figures_reply::refusals_total),
                             rate(figure_source::payment, &figures_reply::refusals_total));
  const auto shown = [&now](figure_source from, figure_member which) {
    return value_or_null(level_of(now, from, which));
  };
  return {{"serverTime", to_rfc3339(now.calendar)},
          {"seats", now.seats},
          {"sold", shown(figure_source::best_selling, &figures_reply::seats_sold)},
          {"held", shown(figure_source::reservation, &figures_reply::seats_held)},
          {"waiting", shown(figure_source::queue, &figures_reply::tokens_waiting)},
          {"admitted", shown(figure_source::queue, &figures_reply::tokens_active)},
          {"purchasesPerSecond",
           rounded(rate(figure_source::payment, &figures_reply::purchases_total))},
          {"refusalsPerSecond", rounded(refusals)},
          {"sagas", sagas_of(now)},
          {"outbox", outbox_of(now)},
          {"stores", stores_of(window_)},
          {"gateway",
           {{"requestsPerSecond",
             rounded(per_second(count_of(before.gateway), count_of(now.gateway), seconds))},
            {"p99Ms", rounded(quantile_ms(window_.front().gateway, now.gateway, 0.99))}}},
          {"nodes", now.nodes},
          {"problems", now.problems},
          {"silent", silent_in(now)}};
}

}  // namespace boxoffice::http
