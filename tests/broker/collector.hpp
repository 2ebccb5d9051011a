#pragma once

#include "actors/bus/event_publisher.hpp"
#include "actors/bus/event_source.hpp"
#include "tests/system/eventually.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::broker_test {

/// Generous, for a machine that does other things too; nothing waits for as long as this.
inline constexpr std::chrono::seconds patience{40};

/// An event whose body is `<key>/<sequence>`.
inline event_record record(const std::string& key, std::uint64_t sequence) {
  return {"evt_" + std::to_string(sequence), sequence, key, "payment.completed",
          key + '/' + std::to_string(sequence)};
}

/// Events `from` to `to`, over `keys` keys in turns.
inline std::vector<event_record> records(std::uint64_t from, std::uint64_t to,
                                         std::uint64_t keys = 7) {
  std::vector<event_record> out;
  for (auto n = from; n <= to; ++n)
    out.push_back(record("k" + std::to_string(n % keys), n));
  return out;
}

/// Publishes, and waits for what became of it.
inline event_publisher::answer publish(event_publisher& to, std::vector<event_record> batch) {
  auto told = std::make_shared<std::promise<event_publisher::answer>>();
  auto answer = told->get_future();
  to.publish(std::move(batch),
             [told](event_publisher::answer a) { told->set_value(std::move(a)); });
  if (answer.wait_for(patience) != std::future_status::ready)
    return {0, event_publisher::ending::try_later, "the publisher did not answer"};
  return answer.get();
}

/// The same again and again, until all of it is confirmed or nobody has patience any more.
inline event_publisher::answer publish_all(event_publisher& to, std::vector<event_record> batch) {
  event_publisher::answer told;
  system_test::eventually(
      [&] {
        told = publish(to, batch);
        batch.erase(batch.begin(), batch.begin() + static_cast<std::ptrdiff_t>(told.confirmed));
        return batch.empty();
      },
      patience);
  return told;
}

/// What arrives at a source.
class collector {
 public:
  enum class acknowledging : bool { no, yes };
  explicit collector(std::unique_ptr<event_source> from, acknowledging at_once = acknowledging::yes)
      : from_{std::move(from)}, source_{from_.get()}, at_once_{at_once} {
    from_->open([this](std::vector<event_source::arrival> more) { take(std::move(more)); });
  }
  ~collector() { end(); }
  collector(const collector&) = delete;
  collector& operator=(const collector&) = delete;

  event_source& source() { return *source_; }
  void end() { from_.reset(); }

  /// Bodies in order of arrival.
  std::vector<std::string> bodies() {
    const std::scoped_lock hold{lock_};
    return bodies_;
  }
  /// Whether everything of 1 to `last` has arrived at least once, within `patience`.
  bool has_all(std::uint64_t last) {
    return wait([&] { return known_.size() >= last; }, patience);
  }
  bool wait(const std::function<bool()>& until, std::chrono::milliseconds most) {
    std::unique_lock hold{lock_};
    return changed_.wait_for(hold, most, until);
  }
  /// Without the lock: inside `wait`.
  [[nodiscard]] std::size_t different() const { return known_.size(); }
  [[nodiscard]] std::size_t arrived() const { return bodies_.size(); }
  /// Sequences of what has arrived.
  std::set<std::uint64_t> sequences() {
    const std::scoped_lock hold{lock_};
    return known_;
  }
  /// Whether everything of 1 to `last` that is not in `elsewhere` has arrived, within `patience`.
  bool has_all_but(const std::set<std::uint64_t>& elsewhere, std::uint64_t last) {
    return wait(
        [&] {
          for (std::uint64_t n = 1; n <= last; ++n)
            if (!known_.contains(n) && !elsewhere.contains(n)) return false;
          return true;
        },
        patience);
  }
  std::uint64_t last_tag() {
    const std::scoped_lock hold{lock_};
    return last_tag_;
  }
  /// The first that came for the first time behind a later one of its key; empty: none.
  std::string out_of_order() {
    const std::scoped_lock hold{lock_};
    return out_of_order_;
  }

 private:
  void take(std::vector<event_source::arrival> more) {
    {
      const std::scoped_lock hold{lock_};
      for (auto& each : more) {
        const auto slash = each.body.find('/');
        const auto key = each.body.substr(0, slash);
        const auto sequence = std::stoull(each.body.substr(slash + 1));
        if (known_.insert(sequence).second) {
          auto& last = last_[key];
          if (sequence < last && out_of_order_.empty()) out_of_order_ = each.body;
          last = sequence;
        }
        last_tag_ = each.tag;
        bodies_.push_back(std::move(each.body));
      }
    }
    // It lives until the last call of this has returned.
    if (at_once_ == acknowledging::yes) source_->acknowledge(more.back().tag);
    changed_.notify_all();
  }

  std::unique_ptr<event_source> from_;
  event_source* const source_;
  acknowledging at_once_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<std::string> bodies_;
  std::set<std::uint64_t> known_;
  std::map<std::string, std::uint64_t> last_;
  std::uint64_t last_tag_{0};
  std::string out_of_order_;
};

}  // namespace boxoffice::broker_test
