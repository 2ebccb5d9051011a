#include "storage/broker/kafka/consumer.hpp"

#include "logging/log.hpp"

#include <librdkafka/rdkafka.h>

namespace boxoffice::broker {
namespace {

using clock = std::chrono::steady_clock;

kafka_client::settings settings_of(const std::string& group) {
  return {
      {"group.id", group},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "earliest"},
      // All partitions are given back at each change of the group. The other way, cooperative,
      // keeps more of them, but in library 2.0.2 it may hang while a consumer ends, loop, or lose
      // its partitions over a commit (librdkafka 4528, 4800, 4908). A group has few members here.
      {"partition.assignment.strategy", "range"},
      // A member that was killed keeps its partitions from others for so long.
      {"session.timeout.ms", "10000"},
      {"heartbeat.interval.ms", "3000"},
      {"max.poll.interval.ms", "300000"},
      // Fetched ahead. A partition that has so much waits for the time below until it fetches
      // again.
      {"queued.min.messages", "10000"},
      {"queued.max.messages.kbytes", "16384"},
      {"fetch.error.backoff.ms", "100"},
      {"check.crcs", "true"},
  };
}

int ms_of(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

}  // namespace

void kafka_consumer::freeing::operator()(rd_kafka_topic_partition_list_s* of) const {
  rd_kafka_topic_partition_list_destroy(of);
}

kafka_consumer::kafka_consumer(const kafka_place& where, const std::string& group)
    : topic_{where.topic},
      client_{kafka_client::side::consumes, where, settings_of(where.topic + "." + group)} {
  const partitions wanted{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(wanted.get(), topic_.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto code = rd_kafka_subscribe(client_.get(), wanted.get());
      code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw kafka_error{text_of(code)};
}

kafka_consumer::~kafka_consumer() = default;

kafka_consumer::event kafka_consumer::next(std::chrono::milliseconds wait) {
  const auto found = client_.next(wait);
  if (!found) return {};
  switch (rd_kafka_event_type(found.get())) {
    case RD_KAFKA_EVENT_FETCH:
      if (const auto* one = rd_kafka_event_message_next(found.get())) {
        const auto* bytes = static_cast<const char*>(one->payload);
        return {news::arrived, {one->partition, one->offset, {bytes, bytes + one->len}}};
      }
      return {news::trouble, {}, "an event without a record"};
    case RD_KAFKA_EVENT_REBALANCE:
      return on_rebalance(*found);
    case RD_KAFKA_EVENT_OFFSET_COMMIT:
      if (const auto code = rd_kafka_event_error(found.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return {news::not_committed, {}, text_of(code)};
      return {news::committed};
    case RD_KAFKA_EVENT_ERROR:
      return on_error(*found);
  }
  return {news::trouble, {}, "an event of an unknown type"};
}

kafka_consumer::event kafka_consumer::on_rebalance(const rd_kafka_op_s& what) {
  auto* raw = const_cast<rd_kafka_event_t*>(&what);  // the library only reads it
  if (rd_kafka_event_error(raw) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    offered_.reset(rd_kafka_topic_partition_list_copy(rd_kafka_event_topic_partition_list(raw)));
    return {news::assigned};
  }
  return {rd_kafka_assignment_lost(client_.get()) != 0 ? news::lost : news::revoked};
}

kafka_consumer::event kafka_consumer::on_error(const rd_kafka_op_s& what) {
  auto* raw = const_cast<rd_kafka_event_t*>(&what);  // as above
  if (auto why = client_.fatal()) return {news::failed, {}, std::move(*why)};
  std::string text = rd_kafka_event_error_string(raw);
  switch (verdict_of(rd_kafka_event_error(raw))) {
    case kafka_verdict::missing_topic:
      return {news::missing_topic, {}, std::move(text)};
    case kafka_verdict::away:
      return {news::brokers_away, {}, std::move(text)};
    case kafka_verdict::good:
    case kafka_verdict::not_now:
    case kafka_verdict::too_large:
    case kafka_verdict::refused:
    case kafka_verdict::later:
      return {news::trouble, {}, std::move(text)};
  }
  return {};
}

void kafka_consumer::take_partitions() {
  if (!offered_) return;
  rd_kafka_assign(client_.get(), offered_.get());
  offered_.reset();
}

void kafka_consumer::release_partitions() { rd_kafka_assign(client_.get(), nullptr); }

void kafka_consumer::pause() {
  if (const auto all = assignment()) rd_kafka_pause_partitions(client_.get(), all.get());
}

void kafka_consumer::resume() {
  if (const auto all = assignment()) rd_kafka_resume_partitions(client_.get(), all.get());
}

kafka_consumer::partitions kafka_consumer::assignment() const {
  rd_kafka_topic_partition_list_t* raw = nullptr;
  rd_kafka_assignment(client_.get(), &raw);
  return partitions{raw};
}

kafka_consumer::partitions kafka_consumer::offsets(const std::vector<kafka_position>& of) const {
  partitions all{rd_kafka_topic_partition_list_new(static_cast<int>(of.size()))};
  for (const auto& each : of)
    rd_kafka_topic_partition_list_add(all.get(), topic_.c_str(), each.partition)->offset =
        each.next_offset;
  return all;
}

void kafka_consumer::commit(const std::vector<kafka_position>& where) {
  rd_kafka_commit_queue(client_.get(), offsets(where).get(), client_.queue(), nullptr, nullptr);
}

bool kafka_consumer::commit_now(const std::vector<kafka_position>& where,
                                std::chrono::milliseconds wait) {
  const kafka_queue answers{rd_kafka_queue_new(client_.get())};
  rd_kafka_commit_queue(client_.get(), offsets(where).get(), answers.get(), nullptr, nullptr);
  const kafka_event answer{rd_kafka_queue_poll(answers.get(), ms_of(wait))};
  return answer && rd_kafka_event_error(answer.get()) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void kafka_consumer::leave(std::chrono::milliseconds wait) {
  const auto until = clock::now() + wait;
  const kafka_queue last{rd_kafka_queue_new(client_.get())};
  const std::unique_ptr<rd_kafka_error_t, decltype(&rd_kafka_error_destroy)> error{
      rd_kafka_consumer_close_queue(client_.get(), last.get()), &rd_kafka_error_destroy};
  if (error) return;
  while (rd_kafka_consumer_closed(client_.get()) == 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
    if (left.count() <= 0) return;
    const kafka_event found{rd_kafka_queue_poll(last.get(), ms_of(left))};
    if (found && rd_kafka_event_type(found.get()) == RD_KAFKA_EVENT_REBALANCE) release_partitions();
  }
}

}  // namespace boxoffice::broker
