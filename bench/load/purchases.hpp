#pragma once

#include "bench/load/market.hpp"

namespace boxoffice::load {

/// One buyer an operation, who holds a free seat and pays for it. No seat is asked for twice.
class purchases final : public scenario {
 public:
  explicit purchases(const market& at);
  void begin(std::uint64_t number, std::string& request) override;
  verdict next(std::uint64_t number, std::size_t position, const answer& to,
               std::string& request) override;
  [[nodiscard]] std::uint64_t count_max() const override;

 private:
  const market& market_;
  const std::string hold_begins_;
  std::string body_;
};

}  // namespace boxoffice::load
