#pragma once

#include "actors/core/metrics.hpp"
#include "config/settings.hpp"
#include "http/server/token.hpp"

namespace boxoffice::http {

/// The identity providers of the settings. Their keys begin to arrive at once.
/// **Requires** the metrics to outlive them.
token_verifier::providers make_identity_providers(const settings& how, metrics& all);

}  // namespace boxoffice::http
