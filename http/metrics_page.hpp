#pragma once

#include "actors/core/meters.hpp"
#include "http/router.hpp"

#include <memory>
#include <string>
#include <vector>

#include <prometheus/collectable.h>

namespace boxoffice::http {

/// Our meters as prometheus-cpp sees them. **Thread**: any.
class meter_collection : public prometheus::Collectable {
 public:
  /// **Requires** `all` to outlive this.
  explicit meter_collection(const meters& all) : all_{all} {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const meters& all_;
};

/// The text that Prometheus reads.
std::string render_metrics(const meters& all);

/// `GET /metrics`, exempt from admission. **Requires** `all` to outlive the router.
route metrics_route(const meters& all);

}  // namespace boxoffice::http
