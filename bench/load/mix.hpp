#pragma once

#include "bench/load/scenario.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace boxoffice::load {

/// Several scenarios at once, each with so many operations of every hundred.
class mix final : public scenario {
 public:
  struct part {
    std::unique_ptr<scenario> what;
    std::uint64_t of_hundred{0};
  };
  /// **Requires** shares that add up to 100.
  explicit mix(std::vector<part> parts);
  void begin(std::uint64_t number, std::string& request) override;
  verdict next(std::uint64_t number, std::size_t position, const answer& to,
               std::string& request) override;
  [[nodiscard]] std::uint64_t count_max() const override;

 private:
  struct running {
    std::size_t part{0};
    std::uint64_t number{0};  ///< within the part
  };
  std::vector<part> parts_;
  std::vector<std::size_t> order_;  // which part each of a hundred belongs to
  std::vector<std::uint64_t> begun_;
  std::unordered_map<std::uint64_t, running> under_way_;
};

}  // namespace boxoffice::load
