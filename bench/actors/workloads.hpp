#pragma once

#include "bench/actors/bench_node.hpp"
#include "bench/actors/closed_loop.hpp"

#include <functional>

namespace boxoffice::bench {

/// A hold of `basket` seats. Seats in order through all schedules, users in turn.
class seat_hold : public workload {
 public:
  explicit seat_hold(const bench_node& on, std::uint32_t basket = 1) : node_{on}, basket_{basket} {}
  void begin(const caf::actor& self, std::uint64_t number) override;
  progress on(const caf::actor& self, const hold_reply& reply) override;

 protected:
  [[nodiscard]] user_id buyer(std::uint64_t number) const {
    return bench_node::user(number % node_.plan().users);
  }
  const bench_node& node_;

 private:
  const std::uint32_t basket_;
};

/// A hold and its payment.
class purchase final : public seat_hold {
 public:
  using seat_hold::on;
  using seat_hold::seat_hold;
  progress on(const caf::actor& self, const hold_reply& reply) override;
  progress on(const caf::actor& self, const payment_reply& reply) override;
};

/// Everybody wants the first seat; a refusal is an answer.
class contended_hold final : public workload {
 public:
  explicit contended_hold(const bench_node& on) : node_{on} {}
  void begin(const caf::actor& self, std::uint64_t number) override;
  progress on(const caf::actor& self, const hold_reply& reply) override;

 private:
  const bench_node& node_;
};

/// A charge of points, by users far apart in turn.
class charge final : public workload {
 public:
  explicit charge(const bench_node& on) : node_{on} {}
  void begin(const caf::actor& self, std::uint64_t number) override;
  progress on(const caf::actor& self, const charge_reply& reply) override;

 private:
  const bench_node& node_;
};

}  // namespace boxoffice::bench
