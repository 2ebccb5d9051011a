#pragma once

#include "http/api/gateway.hpp"

#include <optional>

#include <nlohmann/json.hpp>

namespace boxoffice::http {

/// The processes that this one knows, itself first, for operators.
struct node_list {
  nlohmann::ordered_json items;
  std::optional<nlohmann::ordered_json> problems;  ///< in sentences; empty: there are no others
};
node_list render_nodes(const gateway& g);

}  // namespace boxoffice::http
