#pragma once

#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "config/settings.hpp"

#include <memory>
#include <string>

namespace boxoffice::http {

/// What a node says while it stands by: `/healthz`, `/readyz` with `"standby":true`, `/metrics`,
/// and 503 to everything else. Listens from construction to destruction. **Faults** listen_error.
/// **Thread**: the owner's.
class standby_page {
 public:
  standby_page(const settings& how, const boxoffice::clock& time, metrics& m);
  ~standby_page();
  standby_page(const standby_page&) = delete;
  standby_page& operator=(const standby_page&) = delete;

  [[nodiscard]] std::string url() const;

 private:
  class parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace boxoffice::http
