#pragma once

#include "tests/servers/tcp_proxy.hpp"
#include "tests/system/visitor.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace boxoffice::system_test {

/// A server that the box office needs, with a proxy before it, and how to end it on the spot and
/// start it again. A chaos is about a list of them.
struct disturbed_server {
  std::string name;
  std::unique_ptr<test::tcp_proxy> proxy;
  std::function<void()> kill;   ///< at once, its connections and processes with it
  std::function<void()> start;  ///< returns when it accepts connections
};

/// What is done to the servers, one thing after the other. Two chaoses of one seed are the same.
class chaos {
 public:
  struct plan {
    std::size_t disturbances{0};  ///< of the proxies
    std::size_t restarts{0};
    std::uint64_t seed{0};
  };
  /// `servers` outlive it.
  chaos(std::vector<disturbed_server>& servers, const plan& what);

  /// `away(server)` is called when a server has been killed, `back(server)` when it has just begun
  /// to accept connections again.
  std::function<void(const disturbed_server&)> away, back;

  [[nodiscard]] std::size_t steps() const { return steps_.size(); }
  /// Does step `number`, the first is 0; whatever the step before it left on is off again.
  void step(std::size_t number);
  /// Carries everything again as if nothing had been.
  void heal();
  /// How often each kind was done: `cut 10, stall 9, …`.
  [[nodiscard]] std::string told() const;

 private:
  enum class kind : std::uint8_t {
    cut,
    half_close_to_server,
    half_close_to_client,
    stall,
    delay,
    answer_lost,  ///< the server gets a batch, and the connection is cut before it answers
    restart
  };
  static constexpr std::size_t kinds = 7;
  static const char* name_of(kind what);

  std::vector<disturbed_server>& servers_;
  std::vector<kind> steps_;
  std::vector<std::size_t> done_;
  std::mt19937_64 dice_;
};

/// Somebody who buys a seat whenever a test wants to know whether that is possible.
class regular_customer {
 public:
  explicit regular_customer(const std::string& url);
  /// One attempt, from where the last one ended; whether a seat is paid now.
  bool buys();
  /// Ids of all payments that were answered as done.
  [[nodiscard]] const std::vector<std::string>& payments() const { return payments_; }
  /// Answers that docs/API.md does not allow while something is away.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  [[nodiscard]] plain_answer get(const std::string& target) { return who_.get(target); }

 private:
  /// Whether it has this status; otherwise it has to say "later".
  bool is_done(const plain_answer& answer, int status);

  visitor who_;
  std::string concert_, schedule_, reservation_, hold_key_, pay_key_;
  std::vector<std::string> payments_, faults_;
};

}  // namespace boxoffice::system_test
