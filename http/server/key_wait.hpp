#pragma once

#include "http/server/provider_keys.hpp"

#include <boost/asio/awaitable.hpp>

namespace boxoffice::http {

/// Waits for the fetch under way, or for one that it begins: `provider_keys::wait_for_fetch` for a
/// coroutine. Comes back at once when there is nothing to wait for.
/// **Requires** `keys` to outlive the wait.
boost::asio::awaitable<void> fetched(provider_keys& keys);

}  // namespace boxoffice::http
