#pragma once

#include "bench/load/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace boxoffice::load {

/// What one operation is made of: one request after the other on one connection. Operations are
/// numbered, so that each can be somebody else's.
class scenario {
 public:
  virtual ~scenario() = default;
  /// The first request of operation `number`, as bytes.
  virtual void begin(std::uint64_t number, std::string& request) = 0;
  /// `shed`: the server said "later" (429, 503), and the operation ends undone.
  enum class verdict : std::uint8_t { more, done, shed, failed };
  /// Takes the answer to request `position` (from 0) of the operation; `more` after writing the
  /// next request.
  virtual verdict next(std::uint64_t number, std::size_t position, const answer& to,
                       std::string& request) = 0;
  /// How many operations there can be.
  [[nodiscard]] virtual std::uint64_t count_max() const { return UINT64_MAX; }
};

}  // namespace boxoffice::load
