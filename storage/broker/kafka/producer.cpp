#include "storage/broker/kafka/producer.hpp"

#include "logging/log.hpp"

#include <array>
#include <librdkafka/rdkafka.h>

namespace boxoffice::broker {
namespace {

/// In the library: a few batches. Beyond it the caller waits.
constexpr const char* queue_messages_max = "1024";
constexpr const char* queue_kib_max = "65536";
/// Less than a day, see `offer`.
constexpr std::chrono::hours checked_time_max{1};

kafka_client::settings settings_of(kafka_producer::sets how) {
  kafka_client::settings all{
      {"enable.idempotence", "true"},
      {"acks", "all"},
      // A message that is given up, by the library or by a broker, ends the producer: what stands
      // behind it would be in the topic before it.
      {"enable.gapless.guarantee", "true"},
      {"message.timeout.ms", "0"},  // never
      // As clients in Java choose it.
      {"partitioner", "murmur2_random"},
      {"compression.codec", "zstd"},
      {"linger.ms", "5"},
      {"queue.buffering.max.messages", queue_messages_max},
      {"queue.buffering.max.kbytes", queue_kib_max},
  };
  switch (how) {
    case kafka_producer::sets::of_many:
      break;
    case kafka_producer::sets::of_one:
      all.emplace_back("batch.num.messages", "1");
      break;
  }
  return all;
}

/// The parts of a record as the library takes them. It borrows all texts.
class parts {
 public:
  parts& topic(rd_kafka_topic_t* which) {
    next(RD_KAFKA_VTYPE_RKT).rkt = which;
    return *this;
  }
  parts& text(rd_kafka_vtype_t as, const std::string& bytes) {
    // The library takes a pointer to what may change, and only copies from it.
    next(as).mem = {const_cast<char*>(bytes.data()), bytes.size()};
    return *this;
  }
  parts& header(const char* name, const std::string& value) {
    next(RD_KAFKA_VTYPE_HEADER).header = {name, value.data(), static_cast<ssize_t>(value.size())};
    return *this;
  }
  parts& copied() {
    next(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
    return *this;
  }
  parts& number(std::size_t which) {
    next(RD_KAFKA_VTYPE_OPAQUE).ptr = reinterpret_cast<void*>(which);  // NOLINT: never followed
    return *this;
  }
  [[nodiscard]] rd_kafka_resp_err_t hand_to(rd_kafka_t* producer) const {
    const std::unique_ptr<rd_kafka_error_t, decltype(&rd_kafka_error_destroy)> error{
        rd_kafka_produceva(producer, all_.data(), all_.size()), &rd_kafka_error_destroy};
    return rd_kafka_error_code(error.get());
  }

 private:
  decltype(rd_kafka_vu_t::u)& next(rd_kafka_vtype_t type) {
    auto& made = all_.emplace_back();
    made.vtype = type;
    return made.u;
  }

  std::vector<rd_kafka_vu_t> all_;
};

}  // namespace

void kafka_producer::freeing::operator()(rd_kafka_topic_s* of) const { rd_kafka_topic_destroy(of); }

kafka_producer::kafka_producer(const kafka_place& where, sets how)
    : name_{where.topic},
      client_{kafka_client::side::produces, where, settings_of(how)},
      topic_{rd_kafka_topic_new(client_.get(), name_.c_str(), nullptr)} {
  if (!topic_) throw kafka_error{text_of(rd_kafka_last_error())};
}

kafka_producer::~kafka_producer() { give_up(unreported::all); }

kafka_producer::topic kafka_producer::look_up(std::chrono::milliseconds wait) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code =
      rd_kafka_metadata(library(), 0, topic_.get(), &raw, static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    // Why brokers are away is in the events, unless the question itself took too long.
    if (trouble_.empty()) trouble_ = text_of(code);
    return topic::unknown;
  }
  const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> all{
      raw, &rd_kafka_metadata_destroy};
  if (all->topic_cnt != 1) return topic::unknown;
  const auto& found = all->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    trouble_ = text_of(found.err);
    return verdict_of(found.err) == kafka_verdict::missing_topic ? topic::missing : topic::unknown;
  }
  if (found.partition_cnt == 0) return topic::unknown;
  trouble_.clear();
  count_ = found.partition_cnt;
  has_grown_ = false;
  return topic::there;
}

void kafka_producer::make_topic(std::chrono::milliseconds wait) {
  std::array<char, 256> text{};
  constexpr int partitions = 1, copies_as_the_brokers_choose = -1;
  using new_topic = std::unique_ptr<rd_kafka_NewTopic_t, decltype(&rd_kafka_NewTopic_destroy)>;
  const new_topic made{
      rd_kafka_NewTopic_new(name_.c_str(), partitions, copies_as_the_brokers_choose, text.data(),
                            text.size()),
      &rd_kafka_NewTopic_destroy};
  if (!made) {
    trouble_ = text.data();
    return;
  }
  rd_kafka_NewTopic_set_config(made.get(), "retention.ms", "-1");
  rd_kafka_NewTopic_set_config(made.get(), "retention.bytes", "-1");
  const kafka_queue answers{rd_kafka_queue_new(library())};
  auto* each = made.get();
  rd_kafka_CreateTopics(library(), &each, 1, nullptr, answers.get());
  // Whether it is there is seen by looking it up. The answer only says why not.
  const kafka_event answer{rd_kafka_queue_poll(answers.get(), static_cast<int>(wait.count()))};
  if (!answer) return;
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(answer.get());
  if (result == nullptr) return;
  const auto* const* topics = rd_kafka_CreateTopics_result_topics(result, &count);
  const auto code =
      count == 1 ? rd_kafka_topic_result_error(topics[0]) : rd_kafka_event_error(answer.get());
  log(log_level::info, "kafka", "a topic was to be made",
      {{"topic", name_}, {"answer", text_of(code)}});
}

// Brokers check the numbers of a producer's sets from the first on that they have taken, and forget
// them when none comes for a day (`producer.id.expiration.ms`). Before, they take a set with any
// number: the second, when they have just refused the first.
kafka_producer::report kafka_producer::offer(const kafka_message& what, std::size_t number) {
  auto* in = what.key.empty() ? nullptr : &partitions_[partition_of(what.key)];
  const bool checked = in == nullptr || clock::now() - in->checked < checked_time_max;
  if (!checked && in->first_under_way) return {number, kafka_verdict::not_now};
  parts all;
  all.topic(topic_.get()).copied().number(number).text(RD_KAFKA_VTYPE_VALUE, what.body);
  if (!what.key.empty()) all.text(RD_KAFKA_VTYPE_KEY, what.key);
  for (const auto& [name, value] : what.headers)
    all.header(name, value);
  const auto code = all.hand_to(library());
  if (!checked && code == RD_KAFKA_RESP_ERR_NO_ERROR) in->first_under_way = true;
  return {number, verdict_of(code), code};
}

std::vector<kafka_producer::report> kafka_producer::reports(std::chrono::milliseconds wait) {
  std::vector<report> all;
  for (; const auto event = client_.next(wait); wait = std::chrono::milliseconds{0}) {
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      trouble_ = rd_kafka_event_error_string(event.get());
      continue;
    }
    while (const auto* each = rd_kafka_event_message_next(event.get())) {
      // NOLINTNEXTLINE: a number, see `offer`
      const auto number = reinterpret_cast<std::size_t>(each->_private);
      all.push_back({number, verdict_of(each->err), each->err});
      if (each->err == RD_KAFKA_RESP_ERR_NO_ERROR) is_taken(*each);
    }
  }
  return all;
}

void kafka_producer::is_taken(const rd_kafka_message_s& what) {
  trouble_.clear();
  partitions_[what.partition] = {clock::now(), false};
  const std::string key{static_cast<const char*>(what.key), what.key_len};
  if (!key.empty() && partition_of(key) != what.partition) has_grown_ = true;
}

// As the library does, as long as the topic has as many partitions.
int kafka_producer::partition_of(const std::string& key) const {
  return rd_kafka_msg_partitioner_murmur2_random(topic_.get(), key.data(), key.size(), count_,
                                                 nullptr, nullptr);
}

void kafka_producer::give_up(unreported what) {
  // Without waiting for the threads of the library: one of them may wait for a resolver.
  int flags = RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING;
  if (what == unreported::all) flags |= RD_KAFKA_PURGE_F_INFLIGHT;
  rd_kafka_purge(library(), flags);
}

}  // namespace boxoffice::broker
