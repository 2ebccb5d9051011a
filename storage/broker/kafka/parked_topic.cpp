#include "storage/broker/kafka/parked_topic.hpp"

#include "config/limits.hpp"
#include "storage/broker/kafka/client.hpp"

#include <chrono>
#include <cstdint>
#include <librdkafka/rdkafka.h>
#include <map>
#include <memory>

namespace boxoffice::broker {
namespace {

using clock = std::chrono::steady_clock;

constexpr int answer_ms_max = static_cast<int>(limits::bus_answer_time_max.count());

void expect_good(rd_kafka_resp_err_t code) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw kafka_error{text_of(code)};
}

/// How many partitions the topic has; 0: it is not there.
int partitions_of(rd_kafka_t* client, const std::string& topic) {
  const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> handle{
      rd_kafka_topic_new(client, topic.c_str(), nullptr), &rd_kafka_topic_destroy};
  if (!handle) throw kafka_error{text_of(rd_kafka_last_error())};
  const rd_kafka_metadata_t* raw = nullptr;
  expect_good(rd_kafka_metadata(client, 0, handle.get(), &raw, answer_ms_max));
  const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> found{
      raw, &rd_kafka_metadata_destroy};
  if (found->topic_cnt == 0) return 0;
  const auto& of = found->topics[0];
  if (verdict_of(of.err) == kafka_verdict::missing_topic) return 0;
  expect_good(of.err);
  return of.partition_cnt;
}

/// Where each partition ends now; without those that are empty.
std::map<std::int32_t, std::int64_t> ends_of(rd_kafka_t* client, const std::string& topic) {
  std::map<std::int32_t, std::int64_t> ends;
  for (int partition = 0; partition < partitions_of(client, topic); ++partition) {
    std::int64_t first = 0, end = 0;
    expect_good(rd_kafka_query_watermark_offsets(client, topic.c_str(), partition, &first, &end,
                                                 answer_ms_max));
    if (first < end) ends.emplace(partition, end);
  }
  return ends;
}

std::string reason_of(const rd_kafka_message_t& of) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&of, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, "reason", &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return {};
  return {static_cast<const char*>(value), size};
}

}  // namespace

kafka_place parked_place(kafka_place of, const std::string& group) {
  of.topic += "." + group + ".parked";
  return of;
}

event_source::parked_records read_parked_topic(const kafka_place& of, const std::string& group) {
  const auto where = parked_place(of, group);
  const kafka_client client{kafka_client::side::consumes,
                            where,
                            {{"group.id", where.topic + ".reader"},
                             {"enable.auto.commit", "false"},
                             {"auto.offset.reset", "earliest"}}};
  auto ends = ends_of(client.get(), where.topic);
  event_source::parked_records out;
  if (ends.empty()) return out;
  const std::unique_ptr<rd_kafka_topic_partition_list_t,
                        decltype(&rd_kafka_topic_partition_list_destroy)>
      all{rd_kafka_topic_partition_list_new(static_cast<int>(ends.size())),
          &rd_kafka_topic_partition_list_destroy};
  for (const auto& [partition, end] : ends)
    rd_kafka_topic_partition_list_add(all.get(), where.topic.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  expect_good(rd_kafka_assign(client.get(), all.get()));
  auto until = clock::now() + limits::bus_answer_time_max;
  while (!ends.empty()) {
    if (clock::now() > until) throw kafka_error{where.topic + " is not read to its end in time"};
    const auto found = client.next(limits::bus_reconnect_first);
    if (!found || rd_kafka_event_type(found.get()) != RD_KAFKA_EVENT_FETCH) continue;
    const auto* one = rd_kafka_event_message_next(found.get());
    if (one == nullptr || one->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const auto* bytes = static_cast<const char*>(one->payload);
    out.push_back({{bytes, bytes + one->len}, reason_of(*one)});
    until = clock::now() + limits::bus_answer_time_max;
    const auto end = ends.find(one->partition);
    if (end != ends.end() && one->offset + 1 >= end->second) ends.erase(end);
  }
  return out;
}

}  // namespace boxoffice::broker
