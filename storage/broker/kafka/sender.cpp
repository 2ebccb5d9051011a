#include "storage/broker/kafka/sender.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/broker/kafka/attempt.hpp"

#include <chrono>
#include <utility>

namespace boxoffice::broker {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using clock = std::chrono::steady_clock;
using ending = event_publisher::ending;

/// Brokers that make topics on demand have made one by then.
constexpr std::chrono::milliseconds topic_made_time_max = 2s;
constexpr std::chrono::milliseconds look_up_time = 250ms;
constexpr std::chrono::milliseconds look_up_pause = 100ms;
/// How often a producer without work is asked what it has to tell, so that nothing heaps up in it.
constexpr std::chrono::milliseconds idle_time_max = 1s;

/// Of an event that was alone in its set.
ending ending_of(kafka_verdict failure) {
  switch (failure) {
    case kafka_verdict::too_large:
      return ending::rejected;
    case kafka_verdict::refused:
      return ending::doubtful;
    case kafka_verdict::good:
    case kafka_verdict::not_now:
    case kafka_verdict::missing_topic:
    case kafka_verdict::away:
    case kafka_verdict::later:
      return ending::try_later;
  }
  return ending::try_later;
}

}  // namespace

kafka_sender::kafka_sender(kafka_place where, absent_topic absent)
    : where_{std::move(where)}, absent_{absent}, thread_{[this] { run(); }} {}

kafka_sender::~kafka_sender() {
  {
    const std::scoped_lock hold{lock_};
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void kafka_sender::send(std::vector<kafka_message> batch, std::function<void(answer)> done) {
  {
    const std::scoped_lock hold{lock_};
    job_ = job{std::move(batch), std::move(done)};
  }
  changed_.notify_all();
}

void kafka_sender::run() {
  while (auto next = next_job())
    next->done(bring(next->batch));
}

std::optional<kafka_sender::job> kafka_sender::next_job() {
  std::unique_lock hold{lock_};
  while (!job_ && !ends_) {
    changed_.wait_for(hold, idle_time_max);
    if (!producer_ || job_) continue;
    hold.unlock();
    static_cast<void>(producer_->reports(0ms));
    hold.lock();
  }
  return std::exchange(job_, std::nullopt);
}

// **Why** the order of a key holds, whatever fails. All events of a key go into one partition. In a
// partition, one producer's messages stand in the log in the order of `offer` and without a gap:
// brokers refuse a set whose number is not the next one of that producer, and after the first
// message that will not come (refused, or given up) the producer sends nothing behind it. A new
// producer begins with the first event that is not confirmed. It has numbers of its own, so a set
// of the old one may still arrive among its sets. But both series are without a gap, and both begin
// at or before that event: whatever event one of them brings, its predecessors of the same
// partition stood in the log already, by the same series or confirmed before. What is there twice
// comes after it was there once, and consumers pass over what they have applied.
//
// Therefore a producer lives only as long as nothing is given up; an own refusal, of an event that
// never was in its queue, is no gap.
kafka_sender::answer kafka_sender::bring(std::span<const kafka_message> batch) {
  std::size_t confirmed = 0;
  bool one_by_one = false;
  while (true) {
    if (auto why = make_ready()) return {confirmed, ending::try_later, std::move(*why)};
    const auto rest = batch.subspan(confirmed);
    kafka_attempt attempt{*producer_, one_by_one ? rest.first(1) : rest};
    attempt.run(ends_);
    confirmed += attempt.confirmed();
    auto failed = attempt.first_failure();
    if (!failed && confirmed == batch.size()) return {confirmed, ending::whole, {}};
    if (!failed) continue;
    if (failed->in_this_process && failed->verdict == kafka_verdict::too_large)
      return {confirmed, ending::rejected, std::move(failed->text)};
    producer_.reset();
    sets_ = kafka_producer::sets::of_many;
    // It may have been another event of the set, or the set. That sets are of one from now on helps
    // later batches, where a broker takes less in a set than we put in.
    if (!one_by_one && attempt.has_refused_set()) {
      one_by_one = true;
      sets_ = kafka_producer::sets::of_one;
      continue;
    }
    return {confirmed, ending_of(failed->verdict), std::move(failed->text)};
  }
}

std::optional<std::string> kafka_sender::make_ready() {
  if (producer_) {
    const auto fatal = producer_->fatal();
    if (!fatal) {
      // Without an answer it goes on with what it knows.
      if (producer_->has_grown()) static_cast<void>(producer_->look_up(look_up_time));
      return std::nullopt;
    }
    log(log_level::warning, "kafka", "a producer failed and is replaced", {{"error", *fatal}});
    producer_.reset();
  }
  try {
    producer_ = std::make_unique<kafka_producer>(where_, sets_);
  } catch (const kafka_error& e) {
    return e.what();
  }
  if (seen_) seen_(producer_->library());
  auto why = await_topic();
  if (why) producer_.reset();
  return why;
}

// Before the first message: what the library keeps for a topic that it does not know could fail
// while a later message finds it.
std::optional<std::string> kafka_sender::await_topic() {
  const auto begin = clock::now();
  while (!ends_) {
    const auto waited = clock::now() - begin;
    static_cast<void>(producer_->reports(0ms));
    switch (producer_->look_up(look_up_time)) {
      case kafka_producer::topic::there:
        return std::nullopt;
      case kafka_producer::topic::missing:
        if (absent_ == absent_topic::is_made) producer_->make_topic(look_up_time);
        if (waited > topic_made_time_max)
          return "the topic " + where_.topic + " is not there: " + producer_->trouble();
        break;
      case kafka_producer::topic::unknown:
        if (waited > limits::bus_answer_time_max)
          return "no answer about the topic " + where_.topic + ": " + producer_->trouble();
        break;
    }
    pause();
  }
  return "the publisher ends";
}

void kafka_sender::pause() {
  std::unique_lock hold{lock_};
  changed_.wait_for(hold, look_up_pause, [this] { return ends_.load(); });
}

}  // namespace boxoffice::broker
