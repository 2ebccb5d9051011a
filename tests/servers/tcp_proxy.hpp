#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace boxoffice::test {

/// Stands between a client and a server on loopback, and does to their connections what networks
/// do. **Thread**: any; its own threads carry the bytes.
class tcp_proxy {
 public:
  explicit tcp_proxy(int server_port);
  ~tcp_proxy();
  tcp_proxy(const tcp_proxy&) = delete;
  tcp_proxy& operator=(const tcp_proxy&) = delete;

  /// Where clients connect to.
  [[nodiscard]] int port() const { return port_; }

  /// New connections go to another server.
  void lead_to(int server_port) { server_port_ = server_port; }
  /// Ends every connection there is, before it returns; new ones are served.
  void cut();
  enum class direction : std::uint8_t { to_server, to_client };
  /// Ends one direction of every connection there is; what the other side sends still arrives.
  void half_close(direction ended) { ++(ended == direction::to_server ? deaf_ : mute_); }
  /// Carries nothing until it is told otherwise; connections stay.
  void stall(bool on) {
    stall(direction::to_server, on);
    stall(direction::to_client, on);
  }
  /// The same for what goes one way: it is neither lost nor told that it does not arrive.
  void stall(direction of, bool on) { stalled_.at(static_cast<std::size_t>(of)) = on; }
  /// The same for a time.
  void stall_for(std::chrono::milliseconds time) {
    stalled_until_ = std::chrono::steady_clock::now() + time;
  }
  /// Carries every piece so much later.
  void delay(std::chrono::milliseconds by) { delay_ms_ = static_cast<int>(by.count()); }
  /// The next time a client sends `text`, the server still gets it, and the client no answer: the
  /// connection is cut.
  void cut_after(const std::string& text);
  /// Whether that has happened.
  [[nodiscard]] bool has_cut_after() const { return !armed_; }

 private:
  void accept_all();
  void carry(int client);
  bool is_watched(const char* data, std::size_t size);
  /// What comes from the client goes to the server.
  [[nodiscard]] bool is_stalled(std::size_t direction_number) const {
    return stalled_.at(direction_number) ||
           std::chrono::steady_clock::now() < stalled_until_.load();
  }

  std::atomic<int> server_port_;
  int listener_{-1};
  int port_{0};
  std::atomic<bool> ending_{false};
  std::array<std::atomic<bool>, 2> stalled_{};
  std::atomic<bool> armed_{false};
  std::atomic<int> cuts_{0}, deaf_{0}, mute_{0}, delay_ms_{0};
  std::atomic<std::chrono::steady_clock::time_point> stalled_until_{};
  std::mutex lock_;  // guards what follows
  std::string watched_;
  std::multiset<int> carried_;  // how many cuts there had been when each connection was made
  std::list<std::thread> carriers_;
  std::thread acceptor_;
};

}  // namespace boxoffice::test
