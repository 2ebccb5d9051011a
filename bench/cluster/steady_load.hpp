#pragma once

#include "bench/cluster/balanced_client.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::load {

/// Operations that begin at a steady rate whatever becomes of those before them (open loop), on a
/// thread and a client of their own.
///
/// Life cycle: begins when it is made; `stop` ends it. What operations write is read after that.
class steady_load {
 public:
  using clock = std::chrono::steady_clock;
  /// One of them: its number from 0, and when it was meant to begin, from which its time counts.
  using operation = std::function<boost::asio::awaitable<void>(
      balanced_client&, std::uint64_t number, clock::time_point meant)>;

  struct plan {
    std::vector<boost::asio::ip::tcp::endpoint> gateways;
    double rate{1};  ///< **Units** operations a second
    std::uint64_t count{UINT64_MAX};
    std::size_t connections{1024};
  };
  steady_load(const plan& how, operation what);
  ~steady_load();
  steady_load(const steady_load&) = delete;
  steady_load& operator=(const steady_load&) = delete;

  /// No further one begins; returns when all have ended.
  void stop();
  /// How many have begun.
  [[nodiscard]] std::uint64_t begun() const { return begun_; }
  /// **Requires** `stop`.
  [[nodiscard]] const answers_seen& seen() const { return client_.seen(); }

 private:
  boost::asio::awaitable<void> arrive();
  boost::asio::awaitable<void> run(std::uint64_t number, clock::time_point meant);

  const plan how_;
  const operation what_;
  boost::asio::io_context context_{1};
  balanced_client client_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> begun_{0};
  std::thread thread_;
};

}  // namespace boxoffice::load
