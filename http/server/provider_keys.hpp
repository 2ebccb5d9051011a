#pragma once

#include "actors/core/metrics.hpp"
#include "http/server/web_keys.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace boxoffice::http {

/// How often keys are fetched. **Why** a pause: tokens with invented key ids cost nothing to make.
/// It does not follow a fetch that no token asked for, so that a change of keys is seen at once.
struct key_fetch_times {
  std::chrono::milliseconds every{std::chrono::minutes{5}};  ///< while nothing asks for them
  /// Least time between two fetches that tokens ask for, and most between two tries.
  std::chrono::milliseconds pause{std::chrono::seconds{30}};
  std::chrono::milliseconds first_retry{std::chrono::seconds{1}};  ///< doubles up to `pause`
};

/// The keys of one identity provider. A thread of its own fetches them: at once, then from time to
/// time, and when a token names a key that is not among them. While the provider is away, or sends
/// what is no set of keys, the ones that are there are kept. **Thread**: any.
class provider_keys {
 public:
  /// Gives the text of the key set; throws std::exception when it cannot.
  using source = std::function<std::string()>;

  /// `name` is said in the log and in the metrics. `give_up` ends a fetch under way.
  provider_keys(std::string name, source fetch, std::function<void()> give_up, metrics& all,
                key_fetch_times times = {});
  ~provider_keys() { close(); }
  provider_keys(const provider_keys&) = delete;
  provider_keys& operator=(const provider_keys&) = delete;

  /// Ends the fetch under way, and the waiting for it; the keys stay. Does nothing the second time.
  /// **Thread**: the owner's.
  void close();

  /// The newest keys; null before the first ones.
  [[nodiscard]] std::shared_ptr<const web_key_set> current() const;
  /// Changes whenever `current` does.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(); }
  /// Whether asking for newer keys may give any: a fetch is under way, or the pause is over.
  [[nodiscard]] bool may_be_asked() const;

  /// Calls `done`, from a thread of its own, after the fetch under way, or after one that it begins
  /// when the pause is over. False, and nothing is called, when neither is so, when too many wait
  /// already, or when this ends.
  using waiter = std::function<void()>;
  bool wait_for_fetch(waiter done);

 private:
  void run();
  void fetch_once();
  /// Takes the keys of `text`; otherwise says why there are none.
  std::string take(std::string text);
  [[nodiscard]] bool pause_is_over() const;

  std::string name_;
  source fetch_;
  std::function<void()> give_up_;
  key_fetch_times times_;
  gauge& known_;
  counter &good_, &failed_;

  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::shared_ptr<const web_key_set> keys_;
  std::string text_;  // what keys_ were read from
  std::vector<waiter> waiting_;
  std::optional<std::chrono::steady_clock::time_point> asked_;  // the last fetch for a token
  bool fetching_{true}, wanted_{true}, ends_{false};
  std::chrono::milliseconds next_in_{0};
  std::atomic<std::uint64_t> generation_{0};
  std::string last_fault_;
  std::thread thread_;
};

}  // namespace boxoffice::http
