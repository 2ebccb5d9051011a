#include "actors/core/metrics.hpp"

#include <algorithm>

namespace boxoffice {

void histogram::observe(std::uint64_t value) {
  std::size_t bucket = 0;
  while (bucket < bucket_count && value > bound(bucket))
    ++bucket;
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

metrics::entry& metrics::find_or_add(kind what, std::string name, std::string help,
                                     metric_labels labels, std::uint64_t first_bound,
                                     double scale) {
  const std::scoped_lock hold{lock_};
  const auto found = std::ranges::find_if(
      entries_, [&](const auto& e) { return e->name == name && e->labels == labels; });
  if (found != entries_.end()) return **found;
  auto& e = *entries_.emplace_back(std::make_unique<entry>());
  e.what = what;
  e.name = std::move(name);
  e.help = std::move(help);
  e.labels = std::move(labels);
  switch (what) {
    case kind::counter:
      e.as_counter = std::make_unique<boxoffice::counter>();
      break;
    case kind::gauge:
      e.as_gauge = std::make_unique<boxoffice::gauge>();
      break;
    case kind::histogram:
      e.as_histogram = std::make_unique<boxoffice::histogram>(first_bound, scale);
      break;
  }
  return e;
}

counter& metrics::counter(std::string name, std::string help, metric_labels labels) {
  return *find_or_add(kind::counter, std::move(name), std::move(help), std::move(labels))
              .as_counter;
}

gauge& metrics::gauge(std::string name, std::string help, metric_labels labels) {
  return *find_or_add(kind::gauge, std::move(name), std::move(help), std::move(labels)).as_gauge;
}

histogram& metrics::duration_histogram(std::string name, std::string help, metric_labels labels) {
  return *find_or_add(kind::histogram, std::move(name), std::move(help), std::move(labels), 50,
                      1e-6)
              .as_histogram;
}

histogram& metrics::size_histogram(std::string name, std::string help, metric_labels labels) {
  return *find_or_add(kind::histogram, std::move(name), std::move(help), std::move(labels), 1, 1)
              .as_histogram;
}

}  // namespace boxoffice
