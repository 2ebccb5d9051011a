#pragma once

#include "actors/commit/committer.hpp"
#include "actors/core/metrics.hpp"
#include "actors/node/node_stores.hpp"
#include "actors/node/service_handles.hpp"
#include "config/settings.hpp"
#include "tests/actors/virtual_time.hpp"
#include "tests/reliability/number_sources.hpp"
#include "tests/storage/disk/chance.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <caf/scheduler/test_coordinator.hpp>

namespace boxoffice::reliability {

using test::chance;

/// When the answers of a commit leave; the second is the mistake that the tests have to find.
enum class answering : std::uint8_t { after_commit, before_commit };

/// A store of a machine: its jobs, run one at a time when the machine steps, and its committer.
template <class Write>
class lane {
 public:
  using apply_fn = std::function<commit_result(std::span<const Write>)>;

  lane(const std::string& store, apply_fn apply, answering when, metrics& m)
      : apply_{std::move(apply)},
        when_{when},
        commits_{store, {4096, 64}, writer_, [this](auto batch) { return commit(batch); }, m} {}

  committer<Write>& commits() { return commits_; }
  testing::queued_runner& writer() { return writer_; }
  testing::queued_runner& reader() { return reader_; }
  /// Ends as a killed process does: what is queued never runs.
  void stop() {
    writer_.stop();
    reader_.stop();
    commits_.close();
  }

 private:
  commit_result commit(std::span<const Write> batch) {
    if (when_ == answering::after_commit) return apply_(batch);
    // One batch behind: that one is acknowledged and not yet written.
    if (!owed_.empty()) apply_(owed_);
    owed_.assign(batch.begin(), batch.end());
    return commit_outcome::committed;
  }

  apply_fn apply_;
  const answering when_;
  std::vector<Write> owed_;
  testing::queued_runner writer_, reader_;
  committer<Write> commits_;
};

/// One life of a whole node: the actors of all services over opened stores, on the test's own
/// thread, in virtual time, in an order drawn from a seed. It is put together as actors/node does.
///
/// Life cycle: construction starts it; destruction is `kill -9`, whatever was under way.
class machine {
 public:
  machine(node_stores stores, time_point now, std::uint64_t seed, answering when);
  ~machine();
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  /// Runs one message or one store job. False: nothing is to do now.
  bool step(chance& order);
  /// Moves the clock to the next timer, at most by `most`, and fires it.
  void pass(milliseconds most);
  [[nodiscard]] time_point now() const { return time_.now(); }

  const service_handles& services() const { return services_; }
  testing::virtual_time& time() { return time_; }

 private:
  void start_sales();
  void start_consumers();
  void start_payments();
  outbox_relay_actor relay(std::string consumer, const event_consumer_actor& to);
  caf::scheduler::test_coordinator& scheduler();

  const settings how_;
  node_stores stores_;
  catalogue_view catalogue_;
  number_sources numbers_;
  boxoffice::metrics metrics_;
  lane<concert_write> concert_;
  lane<reservation_write> reservation_;
  lane<point_write> point_;
  lane<payment_write> payment_;
  lane<queue_ranking_write> queue_ranking_;
  std::vector<testing::queued_runner*> runners_;
  service_handles services_;
  testing::virtual_time time_;
};

}  // namespace boxoffice::reliability
