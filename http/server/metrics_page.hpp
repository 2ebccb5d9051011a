#pragma once

#include "actors/core/metrics.hpp"
#include "http/server/router.hpp"

#include <memory>
#include <string>
#include <vector>

#include <prometheus/collectable.h>

namespace boxoffice::http {

/// Our metrics as prometheus-cpp sees them. **Thread**: any.
class meter_collection : public prometheus::Collectable {
 public:
  /// **Requires** `all` to outlive this.
  explicit meter_collection(const metrics& all) : all_{all} {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const metrics& all_;
};

/// The text that Prometheus reads.
std::string render_metrics(const metrics& all);

/// `GET /metrics`, exempt from admission. **Requires** `all` to outlive the router.
route metrics_route(const metrics& all);

}  // namespace boxoffice::http
