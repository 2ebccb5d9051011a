#pragma once

#include "bench/load/market.hpp"
#include "bench/streams/change_times.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice::load {

/// One buyer an operation, who holds a seat and gives it back: two changes of the map. Seats and
/// buyers in turn.
class changes final : public scenario {
 public:
  changes(market at, change_times& times);
  void begin(std::uint64_t number, std::string& request) override;
  verdict next(std::uint64_t number, std::size_t position, const answer& to,
               std::string& request) override;

 private:
  [[nodiscard]] std::size_t seat_of(std::uint64_t number) const;
  [[nodiscard]] const buyer& buyer_of(std::uint64_t number) const;

  const market market_;
  change_times& times_;
  std::string body_, key_;
};

}  // namespace boxoffice::load
