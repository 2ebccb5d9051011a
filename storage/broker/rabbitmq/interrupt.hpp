#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace boxoffice::broker {

/// A file descriptor that is closed with this.
class descriptor {
 public:
  explicit descriptor(int number = -1) : number_{number} {}
  ~descriptor();
  descriptor(descriptor&& other) noexcept : number_{other.release()} {}
  descriptor& operator=(descriptor&& other) noexcept;

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  /// Whoever takes it closes it.
  int release();

 private:
  int number_;
};

/// What other threads can do to the one that owns a connection: wake it, tell it to stop, and cut
/// the socket on which it waits inside the library.
class rabbitmq_interrupt {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  rabbitmq_interrupt();

  /// Ends the current wait, or the next one. **Thread**: any.
  void wake();
  /// The owner is to end as soon as it can. **Thread**: any.
  void stop();
  [[nodiscard]] bool stopped() const { return stopped_; }
  /// Shuts the held socket, and every later one, down: whatever waits on it fails. **Thread**: any.
  void cut();

  // Thread: the owner.
  /// From now on `cut` is about this socket. Somebody else closes `socket`.
  void hold(int socket);
  /// Forgets the held socket.
  void release();
  /// Waits until `socket` is ready for one of `events`, as poll() names them, or somebody wakes us.
  /// Returns what it is ready for: 0 when woken, and when the time is over. A socket of -1 is none.
  short wait(int socket, short events, time_point until);

 private:
  descriptor event_;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  descriptor held_;  ///< a duplicate: the library may close its own at any time
  bool is_cut_{false};
};

/// A thread that owns a connection. The destructor stops it, and cuts its connection when that does
/// not end it soon.
class rabbitmq_thread {
 public:
  explicit rabbitmq_thread(rabbitmq_interrupt& with) : interrupt_{with} {}
  ~rabbitmq_thread();
  rabbitmq_thread(const rabbitmq_thread&) = delete;
  rabbitmq_thread& operator=(const rabbitmq_thread&) = delete;

  /// Runs `body`, which returns soon after the interrupt says `stopped`. **Requires** that it was
  /// not called before.
  void start(std::function<void()> body);

 private:
  rabbitmq_interrupt& interrupt_;
  std::promise<void> ended_;
  std::thread thread_;
};

/// Opens a TCP connection, without blocking reads and writes. Throws rabbitmq_error when there is
/// none by the end of `patience` for each of the host's addresses, or `with` says `stopped`.
descriptor connect_tcp(const std::string& host, unsigned port, std::chrono::milliseconds patience,
                       rabbitmq_interrupt& with);

}  // namespace boxoffice::broker
