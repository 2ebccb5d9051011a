#pragma once

#include "bench/load/market.hpp"

#include <cstdint>

namespace boxoffice::load {

/// Many who want the same seats: each operation is one attempt at a hold, which is granted (201) or
/// refused as taken (409). Buyers and seats in turn, each attempt under a key of its own.
class attempts final : public scenario {
 public:
  /// `first_buyer`: those before it do not take part. `count`: how many attempts there may be.
  explicit attempts(market at, std::size_t first_buyer = 0, std::uint64_t count = UINT64_MAX);
  void begin(std::uint64_t number, std::string& request) override;
  verdict next(std::uint64_t number, std::size_t position, const answer& to,
               std::string& request) override;
  [[nodiscard]] std::uint64_t count_max() const override { return count_; }
  [[nodiscard]] std::uint64_t granted() const { return granted_; }

 private:
  const market market_;
  const std::size_t first_buyer_;
  const std::uint64_t count_;
  const std::string hold_begins_;
  std::uint64_t granted_{0};
  std::string body_, key_;
};

/// A sale whose seats have all been paid for, and `buyers` more who want one.
attempts sold_out(const std::string& url, std::size_t seats, std::size_t buyers);

}  // namespace boxoffice::load
