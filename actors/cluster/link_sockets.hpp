#pragma once

#include "actors/cluster/calls.hpp"
#include "config/listen_address.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace boxoffice::cluster {

/// Makes the sockets of links: accepts those that come, and connects to peers, each on a thread of
/// its own, so that a peer that does not answer holds nobody up.
///
/// Life cycle: construction listens; `start`; `stop` or destruction ends all threads.
/// **Thread**: the owner's; `dial` any.
class link_sockets {
 public:
  struct outlets {
    /// Takes the descriptor over. **Thread** one of these.
    std::function<void(int descriptor)> came;
    std::function<void(calls::peer, int descriptor)> connected;
    std::function<void(calls::peer, std::string why)> failed;
  };

  /// Throws std::runtime_error, with the address, when it cannot listen there.
  link_sockets(const std::optional<listen_address>& listen, std::vector<listen_address> peers);
  ~link_sockets();
  link_sockets(const link_sockets&) = delete;
  link_sockets& operator=(const link_sockets&) = delete;

  void start(outlets to);
  void dial(calls::peer at);
  void stop();
  /// Where it listens; 0: nowhere.
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  struct dialler {
    listen_address to;
    std::mutex lock;
    std::condition_variable_any asked;
    bool wanted{false};
    std::jthread thread;
  };
  void accept_all(const std::stop_token& stop);
  void connect_when_asked(const std::stop_token& stop, calls::peer at);

  outlets to_;
  int listening_{-1};
  std::uint16_t port_{0};
  std::vector<std::unique_ptr<dialler>> peers_;
  std::jthread accepting_;
};

}  // namespace boxoffice::cluster
