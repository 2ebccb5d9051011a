#include "storage/broker/kafka/client.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"

#include <array>
#include <exception>
#include <future>
#include <librdkafka/rdkafka.h>
#include <string_view>
#include <thread>

namespace boxoffice::broker {
namespace {

using std::chrono_literals::operator""s;

/// How long the end of a client is waited for.
constexpr std::chrono::seconds end_time_max = 1s;
/// A topic that appears, or gets more partitions, is noticed within this time.
constexpr std::chrono::milliseconds topic_refresh_every = 5s;
constexpr std::size_t error_text_chars_max = 512;

/// Runs in any thread of the library. Its levels are those of syslog.
void pass_on_log(const rd_kafka_t* /*of*/, int level, const char* facility, const char* text) {
  constexpr int warning = 4;
  // It warns of settings that we chose with care.
  const bool tells = level <= warning && facility != std::string_view{"CONFWARN"};
  log(tells ? log_level::warning : log_level::debug, "kafka", "the library says",
      {{"facility", facility}, {"text", text}});
}

const char* protocol_of(const kafka_place& where) {
  const bool named = !where.user.empty();
  switch (where.over) {
    case kafka_place::transport::plain:
      return named ? "sasl_plaintext" : "plaintext";
    case kafka_place::transport::tls:
      return named ? "sasl_ssl" : "ssl";
  }
  return "plaintext";
}

kafka_client::settings settings_of(const kafka_place& where) {
  const auto ms = [](std::chrono::milliseconds time) { return std::to_string(time.count()); };
  kafka_client::settings all{
      {"bootstrap.servers", where.brokers},
      {"client.id", "boxoffice"},
      {"security.protocol", protocol_of(where)},
      {"socket.timeout.ms", ms(limits::bus_answer_time_max)},
      {"socket.connection.setup.timeout.ms", ms(limits::bus_answer_time_max)},
      {"socket.keepalive.enable", "true"},
      {"socket.nagle.disable", "true"},
      {"reconnect.backoff.ms", ms(limits::bus_reconnect_first)},
      {"reconnect.backoff.max.ms", ms(limits::bus_reconnect_max)},
      {"topic.metadata.refresh.interval.ms", ms(topic_refresh_every)},
      // Brokers end connections that are idle.
      {"log.connection.close", "false"},
  };
  if (where.over == kafka_place::transport::tls) {
    all.emplace_back("ssl.endpoint.identification.algorithm", "https");
    if (!where.ca_file.empty()) all.emplace_back("ssl.ca.location", where.ca_file.string());
  }
  if (!where.user.empty()) {
    all.emplace_back("sasl.mechanism", where.mechanism);
    all.emplace_back("sasl.username", where.user);
    all.emplace_back("sasl.password", where.password);
  }
  return all;
}

using configuration = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;

void set(rd_kafka_conf_t* in, const kafka_client::settings& all) {
  std::array<char, error_text_chars_max> text{};
  for (const auto& [name, value] : all) {
    if (rd_kafka_conf_set(in, name, value.c_str(), text.data(), text.size()) == RD_KAFKA_CONF_OK)
      continue;
    // The text repeats the value.
    if (std::string_view{name} == "sasl.password") throw kafka_error{"the password is not taken"};
    throw kafka_error{text.data()};
  }
}

/// It repeats a nonce, which brokers took until CVE-2024-56128 (librdkafka 4895).
bool has_old_scram(const kafka_place& where) {
  constexpr int repaired = 0x02060100;
  return !where.user.empty() && where.mechanism.starts_with("SCRAM") &&
         rd_kafka_version() < repaired;
}

/// Ends a client in a thread of its own, which is left alone when it takes too long.
void end(rd_kafka_t* client) noexcept {
  try {
    auto ended = std::make_shared<std::promise<void>>();
    auto waits = ended->get_future();
    std::thread{[client, ended] {
      rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
      ended->set_value();
    }}.detach();
    if (waits.wait_for(end_time_max) == std::future_status::timeout)
      log(log_level::warning, "kafka", "a client takes long to end and is left behind");
  } catch (const std::exception& e) {
    log(log_level::error, "kafka", "a client is never ended", {{"error", e.what()}});
  }
}

}  // namespace

// The numbers of the library are Kafka's; its own are negative.
kafka_verdict verdict_of(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return kafka_verdict::good;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return kafka_verdict::not_now;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return kafka_verdict::too_large;
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return kafka_verdict::away;
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return kafka_verdict::refused;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return kafka_verdict::missing_topic;
  }
  return kafka_verdict::later;
}

std::string text_of(int code) { return rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code)); }

void kafka_freeing::operator()(rd_kafka_queue_s* of) const { rd_kafka_queue_destroy(of); }
void kafka_freeing::operator()(rd_kafka_op_s* of) const { rd_kafka_event_destroy(of); }

kafka_client::kafka_client(side which, const kafka_place& where, const settings& more) {
  configuration conf{rd_kafka_conf_new(), &rd_kafka_conf_destroy};
  rd_kafka_conf_set_log_cb(conf.get(), &pass_on_log);
  set(conf.get(), settings_of(where));
  set(conf.get(), more);
  const bool produces = which == side::produces;
  rd_kafka_conf_set_events(
      conf.get(),
      RD_KAFKA_EVENT_ERROR |
          (produces ? RD_KAFKA_EVENT_DR : RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_REBALANCE));
  std::array<char, error_text_chars_max> text{};
  client_ = rd_kafka_new(produces ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf.get(), text.data(),
                         text.size());
  if (client_ == nullptr) throw kafka_error{text.data()};
  static_cast<void>(conf.release());  // it is the client's now
  if (has_old_scram(where))
    log(log_level::warning, "kafka",
        "brokers since Kafka 3.7.2, 3.8.1 and 3.9 refuse SCRAM of this library: take PLAIN over "
        "TLS",
        {{"library", rd_kafka_version_str()}});
  if (!produces) rd_kafka_poll_set_consumer(client_);
  queue_.reset(produces ? rd_kafka_queue_get_main(client_) : rd_kafka_queue_get_consumer(client_));
}

kafka_client::~kafka_client() {
  queue_.reset();
  end(client_);
}

kafka_event kafka_client::next(std::chrono::milliseconds wait) const {
  return kafka_event{rd_kafka_queue_poll(queue_.get(), static_cast<int>(wait.count()))};
}

void kafka_client::wake() const { rd_kafka_queue_yield(queue_.get()); }

std::optional<std::string> kafka_client::fatal() const {
  std::array<char, error_text_chars_max> text{};
  if (rd_kafka_fatal_error(client_, text.data(), text.size()) == RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  return text.data();
}

}  // namespace boxoffice::broker
