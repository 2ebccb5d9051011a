#pragma once

#include "config/limits.hpp"
#include "storage/reconnect.hpp"
#include "storage/redis/location.hpp"
#include "storage/storage_error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::redis {

/// A command with its arguments, as Redis takes it.
using command = std::vector<std::string>;

/// What Redis answered.
struct reply {
  enum class type : std::uint8_t { nil, integer, text, list, error };
  type is{type::nil};
  std::int64_t integer{0};
  std::string text;  ///< also of status and error
  std::vector<reply> items;
};

/// A script and what Redis calls it, once it has been told.
struct script {
  std::string text;
  std::string digest{};
};

/// A connection to one Redis, opened when it is used and again after it was lost. The one place
/// where the library is used. **Thread**: one at a time.
/// **Faults** of all calls: storage_error; after `unreachable`, `read_only` and `refused` the
/// connection is closed.
class link {
 public:
  /// Opens nothing yet.
  explicit link(location where);
  ~link();
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  /// Opens it unless it is open and its peer is still there. While a server is away, attempts have
  /// a growing, jittered distance, and a call between two of them fails at once.
  void open();
  [[nodiscard]] bool is_open() const { return library_ != nullptr; }
  void close() noexcept;

  /// Sends a command and waits for its answer. An error that Redis answers is thrown.
  reply run(const command& what);
  /// The same for several, sent at once and answered in order. The first error is thrown, when all
  /// are answered.
  std::vector<reply> run(std::span<const command> all);
  /// Runs a script, telling Redis its text first if need be.
  reply run(script& what, std::span<const std::string> keys, std::span<const std::string> values);
  /// The same script several times, each with values of its own, sent ahead of its answers.
  std::vector<reply> run_each(script& what, std::span<const std::string> keys,
                              std::span<const std::vector<std::string>> values);

  /// The server as its operator knows it, never with the password.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct library;
  void connect();
  void connect_to_master();
  void enter();
  [[nodiscard]] bool peer_is_gone() const;
  std::vector<reply> exchange(std::span<const command> all);
  void send(const std::string& bytes, std::chrono::steady_clock::time_point ends);
  reply receive(std::chrono::steady_clock::time_point ends);
  void load(script& what);
  [[noreturn]] void fail(storage_error::kind why, const std::string& text);
  [[noreturn]] void fail(const reply& error);

  const location where_;
  const std::string name_;
  std::unique_ptr<library> library_;
  storage::reconnect reconnect_{limits::redis_reconnect_first, limits::redis_reconnect_max};
};

/// What an error that Redis answers means for us.
storage_error::kind kind_of(std::string_view error);

}  // namespace boxoffice::redis
