#pragma once

#include "tests/rush/crowd.hpp"

namespace boxoffice::rush {

/// Says on standard error how far a crowd is, until it is done: one line that is rewritten on a
/// terminal, a line every few seconds elsewhere. Runs on `on`.
boost::asio::awaitable<void> show_progress(boost::asio::io_context& on, const crowd& of);

}  // namespace boxoffice::rush
