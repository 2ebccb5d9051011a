#include "storage/broker/kafka/source.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/broker/kafka/parked_topic.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::broker {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

/// Handed over in one call at most.
constexpr std::size_t batch_records_max = 256;
/// How long the thread waits for the library before it looks around.
constexpr std::chrono::milliseconds look_up_every = 100ms;
/// How long a full member waits before it pauses its partitions. To pause is dear: what the library
/// has fetched is fetched again.
constexpr std::chrono::milliseconds full_time_max = 1s;
/// For the commit before partitions are given back, and for leaving the group: without them, events
/// come twice and later, but none is lost.
constexpr std::chrono::milliseconds last_commit_time_max = 500ms;
constexpr std::chrono::milliseconds leave_time_max = 500ms;

}  // namespace

kafka_source::kafka_source(kafka_place where, std::string group)
    : where_{std::move(where)}, group_{std::move(group)}, parking_{where_, group_} {}

kafka_source::~kafka_source() {
  {
    const std::scoped_lock hold{lock_};
    ends_ = true;
    if (consumer_) consumer_->wake();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void kafka_source::open(std::function<void(std::vector<arrival>)> arrived) {
  arrived_ = std::move(arrived);
  thread_ = std::thread{[this] { run(); }};
}

void kafka_source::acknowledge(std::uint64_t through) {
  {
    const std::scoped_lock hold{lock_};
    acknowledged_ = std::max(acknowledged_, through);
    if (consumer_) consumer_->wake();
  }
  changed_.notify_all();
}

void kafka_source::park(std::string body, std::string reason, std::function<void(bool)> done) {
  parking_.keep(std::move(body), std::move(reason), std::move(done));
}

void kafka_source::read_parked(read_call done) {
  {
    const std::scoped_lock hold{lock_};
    reading_ = std::move(done);
    if (consumer_) consumer_->wake();
  }
  changed_.notify_all();
}

void kafka_source::run() {
  while (!ends_) {
    if (consumer_)
      turn();
    else
      join_group();
  }
  end_membership();
}

void kafka_source::join_group() {
  try {
    auto made = std::make_unique<kafka_consumer>(where_, group_);
    const std::scoped_lock hold{lock_};
    consumer_ = std::move(made);
    pause_.reset();
    flow_ = flow::open;
    commit_under_way_ = false;
  } catch (const kafka_error& e) {
    log(log_level::warning, "kafka", "no consumer can be made",
        {{"consumer", group_}, {"error", e.what()}});
    rest(pause_.next());
  }
}

void kafka_source::turn() {
  heed_acknowledgements();
  commit();
  read_if_asked();
  const auto under_way = deliveries_.under_way();
  if (under_way >= limits::bus_unacknowledged_max) return await_room();
  // Not at once, since the next record could be the one that pauses it again.
  if (flow_ == flow::paused && under_way <= limits::bus_unacknowledged_max / 2)
    set_flow(flow::open);
  collect(std::min(limits::bus_unacknowledged_max - under_way, batch_records_max));
  hand_over();
}

void kafka_source::collect(std::size_t records_max) {
  for (auto wait = look_up_every; consumer_ && batch_.size() < records_max; wait = 0ms) {
    auto found = consumer_->next(wait);
    if (found.what == kafka_consumer::news::nothing) return;
    heed(std::move(found));
  }
}

void kafka_source::heed(kafka_consumer::event what) {
  switch (what.what) {
    case kafka_consumer::news::nothing:
    case kafka_consumer::news::brokers_away:
      break;
    case kafka_consumer::news::arrived:
      batch_.push_back({deliveries_.deliver(what.value.partition, what.value.offset),
                        std::move(what.value.body), session_});
      break;
    case kafka_consumer::news::assigned:
      ++session_;
      consumer_->take_partitions();
      break;
    case kafka_consumer::news::revoked:
    case kafka_consumer::news::lost:
      take_back(what.what);
      break;
    case kafka_consumer::news::committed:
      commit_under_way_ = false;
      break;
    case kafka_consumer::news::not_committed:
      commit_under_way_ = false;
      next_commit_ = std::chrono::steady_clock::now() + limits::bus_reconnect_first;
      deliveries_.not_committed();
      log(log_level::debug, "kafka", "a commit failed",
          {{"consumer", group_}, {"error", what.text}});
      break;
    case kafka_consumer::news::missing_topic:
      log(log_level::warning, "kafka", "a topic is awaited",
          {{"consumer", group_}, {"topic", where_.topic}, {"error", what.text}});
      break;
    case kafka_consumer::news::trouble:
      log(log_level::warning, "kafka", "a consumer has trouble",
          {{"consumer", group_}, {"error", what.text}});
      break;
    case kafka_consumer::news::failed:
      log(log_level::warning, "kafka", "a consumer failed and is replaced",
          {{"consumer", group_}, {"error", what.text}});
      end_membership();
      break;
  }
}

// What was collected of these partitions is handed over first: it has tags, and would be under way
// for ever.
void kafka_source::take_back(kafka_consumer::news how) {
  hand_over();
  heed_acknowledgements();
  if (how == kafka_consumer::news::revoked) commit_now();
  deliveries_.give_up();
  // A partition that comes back would still be paused.
  set_flow(flow::open);
  consumer_->release_partitions();
}

// A pause is dear, so it begins late; until then the partitions only wait. While they are paused
// the group is told that this member lives.
void kafka_source::await_room() {
  if (flow_ == flow::open) {
    rest(full_time_max);
    heed_acknowledgements();
    commit();
    if (ends_ || deliveries_.under_way() < limits::bus_unacknowledged_max) return;
    set_flow(flow::paused);
  }
  heed(consumer_->next(look_up_every));
  hand_over();
}

void kafka_source::set_flow(flow wanted) {
  if (flow_ == wanted) return;
  flow_ = wanted;
  switch (wanted) {
    case flow::open:
      return consumer_->resume();
    case flow::paused:
      return consumer_->pause();
  }
}

// What is not handed over at the end comes again elsewhere.
void kafka_source::hand_over() {
  auto batch = std::exchange(batch_, {});
  if (!batch.empty() && !ends_) arrived_(std::move(batch));
}

void kafka_source::heed_acknowledgements() {
  {
    const std::scoped_lock hold{lock_};
    heeded_ = acknowledged_;
  }
  deliveries_.acknowledge(heeded_);
}

void kafka_source::read_if_asked() {
  read_call done;
  {
    const std::scoped_lock hold{lock_};
    done = std::exchange(reading_, nullptr);
  }
  if (!done) return;
  try {
    done(read_parked_topic(where_, group_));
  } catch (const kafka_error& e) {
    log(log_level::warning, "kafka", "what is parked cannot be read",
        {{"consumer", group_}, {"error", e.what()}});
    done(std::nullopt);
  }
}

void kafka_source::commit() {
  if (commit_under_way_ || std::chrono::steady_clock::now() < next_commit_) return;
  if (const auto where = deliveries_.due(); !where.empty()) {
    consumer_->commit(where);
    commit_under_way_ = true;
  }
}

// Also what a commit is about that is still under way: its answer comes too late.
void kafka_source::commit_now() {
  deliveries_.not_committed();
  const auto where = deliveries_.due();
  if (!where.empty() && !consumer_->commit_now(where, last_commit_time_max))
    log(log_level::debug, "kafka", "a last commit failed", {{"consumer", group_}});
}

void kafka_source::end_membership() {
  if (!consumer_) return;
  hand_over();
  heed_acknowledgements();
  commit_now();
  deliveries_.give_up();
  consumer_->leave(leave_time_max);
  std::unique_ptr<kafka_consumer> ended;
  const std::scoped_lock hold{lock_};
  ended = std::move(consumer_);
}

void kafka_source::rest(milliseconds most) {
  std::unique_lock hold{lock_};
  changed_.wait_for(hold, most, [this] { return ends_ || reading_ || acknowledged_ != heeded_; });
}

}  // namespace boxoffice::broker
