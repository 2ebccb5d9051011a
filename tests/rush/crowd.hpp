#pragma once

#include "tests/rush/buyer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::rush {

struct crowd_plan {
  std::size_t buyers{2000};
  std::size_t seats_per_buyer_max{0};  ///< 0: the usual mix
  noise how{};
  std::uint64_t seed{1};
  std::string name{"rush"};  ///< what the users are called, with a number behind
  outages interruptions{outages::unforeseen};
};

/// All buyers of a rush, on one thread. They come at once; when seats are left at the end (given
/// back, refunded, deserted), those who left with empty hands come again until all is sold.
/// Correct use: `start`, then run the context until `done`.
class crowd {
 public:
  crowd(boost::asio::io_context& context, connection_pool& pool, const on_sale& sale,
        const crowd_plan& plan);

  void start();
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] std::size_t inside() const { return inside_; }
  /// Whether somebody would still have bought a seat.
  [[nodiscard]] bool has_empty_handed() const { return !empty_handed().empty(); }
  [[nodiscard]] shop& floor() { return shop_; }
  [[nodiscard]] const shop& floor() const { return shop_; }

 private:
  boost::asio::awaitable<void> sell_everything();
  boost::asio::awaitable<void> wave(std::vector<std::size_t> who);
  boost::asio::awaitable<seat_counts> look();
  [[nodiscard]] std::vector<std::size_t> empty_handed() const;
  void left(std::size_t who, const std::exception_ptr& thrown, visit_end how);

  boost::asio::io_context& context_;
  shop shop_;
  std::vector<std::unique_ptr<buyer>> buyers_;
  std::vector<visit_end> ends_;
  std::size_t inside_{0};
  boost::asio::steady_timer last_left_;
  bool done_{false};
};

}  // namespace boxoffice::rush
