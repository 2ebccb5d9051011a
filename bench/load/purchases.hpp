#pragma once

#include "bench/load/market.hpp"

#include <functional>
#include <memory>
#include <string>

namespace boxoffice::load {

/// One buyer an operation, who holds a free seat and pays for it. No seat is asked for twice.
class purchases final : public scenario {
 public:
  explicit purchases(market at);
  void begin(std::uint64_t number, std::string& request) override;
  verdict next(std::uint64_t number, std::size_t position, const answer& to,
               std::string& request) override;
  [[nodiscard]] std::uint64_t count_max() const override;
  [[nodiscard]] const market& at() const { return market_; }

 private:
  void write_payment(std::uint64_t number, std::string& request);

  const market market_;
  const std::string hold_key_, pay_key_;  // the same people may come to another sale
  const std::string hold_begins_;
  std::vector<std::string> held_;  // the reservation of each operation
  std::string body_;
};

/// Prepares one sale after the other for the same people: so many seats, and a buyer for each.
std::function<std::unique_ptr<scenario>(const std::string& url, std::size_t count)>
purchases_of_a_crowd();

}  // namespace boxoffice::load
