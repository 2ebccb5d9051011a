#include "http/server/metrics_page.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace boxoffice::http {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

MetricType type_of(metrics::kind kind) {
  switch (kind) {
    case metrics::kind::counter:
      return MetricType::Counter;
    case metrics::kind::gauge:
      return MetricType::Gauge;
    case metrics::kind::histogram:
      return MetricType::Histogram;
  }
  return MetricType::Untyped;
}

ClientMetric::Histogram read(const histogram& from) {
  ClientMetric::Histogram out;
  out.sample_sum = static_cast<double>(from.sum()) * from.scale();
  for (std::size_t i = 0; i <= histogram::bucket_count; ++i) {
    out.sample_count += from.in_bucket(i);
    const double bound = i < histogram::bucket_count
                             ? static_cast<double>(from.bound(i)) * from.scale()
                             : std::numeric_limits<double>::infinity();
    out.bucket.push_back({out.sample_count, bound});
  }
  return out;
}

ClientMetric read(const metrics::entry& from) {
  ClientMetric out;
  for (const auto& [name, value] : from.labels)
    out.label.push_back({name, value});
  switch (from.what) {
    case metrics::kind::counter:
      out.counter.value = static_cast<double>(from.as_counter->value());
      break;
    case metrics::kind::gauge:
      out.gauge.value = static_cast<double>(from.as_gauge->value());
      break;
    case metrics::kind::histogram:
      out.histogram = read(*from.as_histogram);
      break;
  }
  return out;
}

}  // namespace

std::vector<prometheus::MetricFamily> meter_collection::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  all_.each([&](const metrics::entry& entry) {
    auto found = std::ranges::find(families, entry.name, &prometheus::MetricFamily::name);
    if (found == families.end())
      found = families.insert(families.end(), {entry.name, entry.help, type_of(entry.what), {}});
    found->metric.push_back(read(entry));
  });
  return families;
}

std::string render_metrics(const metrics& all) {
  return prometheus::TextSerializer{}.Serialize(meter_collection{all}.Collect());
}

route metrics_route(const metrics& all) {
  return {.method = verb::get,
          .pattern = "/metrics",
          .handle = [&all](request&) -> boost::asio::awaitable<response> {
            co_return response{status::ok, "text/plain; version=0.0.4; charset=utf-8",
                               render_metrics(all)};
          },
          .admitted = admission_rule::exempt,
          .says = {.operation = "getMetrics",
                   .group = "Health",
                   .summary = "Read the metrics",
                   .remarks = "In the text format of Prometheus.",
                   .answers = {{.status = status::ok, .types = {"text/plain"}}}}};
}

}  // namespace boxoffice::http
