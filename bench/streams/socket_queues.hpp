#pragma once

#include <cstddef>
#include <cstdint>

namespace boxoffice::load {

/// What lies in the kernel between two ports of this machine: sent and not acknowledged, arrived
/// and not read. 0 when there is no such connection. **Source**: /proc/net/tcp (proc(5)).
std::size_t bytes_on_their_way(std::uint16_t from_port, std::uint16_t to_port);

}  // namespace boxoffice::load
