#pragma once

#include "actors/core/metrics.hpp"
#include "actors/core/random.hpp"
#include "actors/core/time.hpp"
#include "config/settings.hpp"

#include <memory>
#include <string>

namespace boxoffice {

/// A node that stands by, as other nodes see it: they reach it, and hear that it serves nothing
/// yet. Does nothing without `cluster.listen`.
///
/// Life cycle: from construction to destruction; then a `node` takes its place, on the same port.
/// **Faults** std::runtime_error when it cannot listen. **Thread**: the owner's.
class standby_node {
 public:
  standby_node(const settings& how, const boxoffice::clock& time, random_source& random,
               boxoffice::metrics& m, const std::string& version);
  ~standby_node();
  standby_node(const standby_node&) = delete;
  standby_node& operator=(const standby_node&) = delete;

 private:
  class parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace boxoffice
