#include "tests/broker/kafka_house.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;  // NOLINT: POSIX declares it nowhere

namespace boxoffice::broker_test {
namespace {

constexpr int patience_ms = 10'000;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::filesystem::path new_directory() {
  auto name = (std::filesystem::temp_directory_path() / "boxoffice-kafka-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
  return name;
}

void script(const std::string& command, const std::filesystem::path& directory) {
  const auto line = "'" BOXOFFICE_KAFKA_SCRIPT "' " + command + " '" + directory.string() + "'";
  if (std::system(line.c_str()) == 0) return;  // NOLINT(concurrency-mt-unsafe)
  const auto why = content_of(directory / "kafka.missing");
  throw std::runtime_error{why.empty() ? "Kafka: " + command + " failed, see above" : why};
}

using client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

/// A client that asks, and neither produces nor consumes.
client asking(const std::string& brokers) {
  std::array<char, 512> text{};
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), text.data(), text.size());
  rd_kafka_conf_set(conf, "log_level", "2", text.data(), text.size());
  // As a producer it would make the topics that it asks for.
  auto* made = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text.data(), text.size());
  if (made == nullptr) throw std::runtime_error{text.data()};
  return {made, &rd_kafka_destroy};
}

int partitions_of(rd_kafka_t* by, const std::string& topic) {
  const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> handle{
      rd_kafka_topic_new(by, topic.c_str(), nullptr), &rd_kafka_topic_destroy};
  const rd_kafka_metadata_t* raw = nullptr;
  if (const auto code = rd_kafka_metadata(by, 0, handle.get(), &raw, patience_ms);
      code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error{rd_kafka_err2str(code)};
  const std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> found{
      raw, &rd_kafka_metadata_destroy};
  return found->topic_cnt == 1 ? found->topics[0].partition_cnt : 0;
}

/// One topic of its own on a cluster of either kind.
template <class Cluster>
class house final : public broker_house {
 public:
  explicit house(Cluster& shared) : cluster_{&shared} { make(); }
  explicit house(std::unique_ptr<Cluster> own) : own_{std::move(own)}, cluster_{own_.get()} {
    make();
  }

  std::unique_ptr<event_publisher> publisher() override {
    return broker::open_kafka_publisher(place());
  }
  std::unique_ptr<event_source> source(const std::string& group) override {
    return broker::open_kafka_source(place(), group);
  }
  [[nodiscard]] std::vector<std::string> settings() const override {
    return {"events.kafka.brokers=" + cluster_->brokers(), "events.kafka.topic=" + topic_};
  }
  std::size_t parked_in(const std::string& group) override {
    return records_in(cluster_->brokers(), topic_ + "." + group + ".parked");
  }
  void kill() override { cluster_->kill(); }
  void start() override {
    cluster_->start();
    if constexpr (std::is_same_v<Cluster, kafka_mock>) make();
  }

 private:
  [[nodiscard]] broker::kafka_place place() const {
    return {.brokers = cluster_->brokers(), .topic = topic_};
  }
  void make() {
    if constexpr (std::is_same_v<Cluster, kafka_mock>)
      cluster_->tell("topic " + topic_ + " " + std::to_string(topic_shape{}.partitions));
    else
      make_topic(cluster_->brokers(), topic_, {});
  }

  const std::string topic_{fresh_topic()};
  std::unique_ptr<Cluster> own_;
  Cluster* cluster_;
};

}  // namespace

// --- the mock ---------------------------------------------------------------------------------

kafka_mock::kafka_mock() { start(); }

kafka_mock::~kafka_mock() {
  if (process_ != 0) kill();
}

void kafka_mock::start() {
  std::vector<std::string> words{BOXOFFICE_KAFKA_MOCK};
  std::istringstream earlier{brokers_};
  for (std::string each; std::getline(earlier, each, ',');)
    words.push_back(each.substr(each.rfind(':') + 1));
  std::vector<char*> raw;
  raw.reserve(words.size() + 1);
  for (auto& each : words)
    raw.push_back(each.data());
  raw.push_back(nullptr);

  std::array<int, 2> in{}, out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
    throw std::runtime_error{"no pipe"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  const auto failed = posix_spawn(&process_, raw[0], &actions, nullptr, raw.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
  if (failed != 0) throw std::runtime_error{"the mock of Kafka cannot be run"};
  brokers_ = answer();
}

void kafka_mock::kill() {
  ::kill(process_, SIGKILL);
  waitpid(std::exchange(process_, 0), nullptr, 0);
  close(std::exchange(to_, -1));
  close(std::exchange(from_, -1));
}

void kafka_mock::tell(const std::string& line) {
  const auto bytes = line + '\n';
  if (write(to_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error{"the mock of Kafka is gone"};
  if (const auto said = answer(); said != "NO_ERROR")
    throw std::runtime_error{"the mock of Kafka says " + said + " to: " + line};
}

std::string kafka_mock::answer() {
  std::string line;
  for (char byte = 0;; line += byte) {
    pollfd ready{from_, POLLIN, 0};
    if (poll(&ready, 1, patience_ms) != 1 || read(from_, &byte, 1) != 1)
      throw std::runtime_error{"the mock of Kafka does not answer"};
    if (byte == '\n') return line;
  }
}

// --- the real one -----------------------------------------------------------------------------

kafka_server& kafka_server::shared() {
  if (const auto* given = std::getenv("TEST_BROKERS")) {  // NOLINT(concurrency-mt-unsafe)
    if (const auto why = content_of(std::filesystem::path{given} / "kafka.missing"); !why.empty())
      throw std::runtime_error{why};
    static kafka_server theirs{whose::others, given};
    return theirs;
  }
  static kafka_server ours;
  return ours;
}

kafka_server::kafka_server() : kafka_server{whose::ours, new_directory()} { start(); }

kafka_server::kafka_server(whose of, std::filesystem::path directory)
    : whose_{of},
      directory_{std::move(directory)},
      brokers_{content_of(directory_ / "kafka.brokers")} {}

kafka_server::~kafka_server() {
  if (whose_ == whose::others) return;
  try {
    script("stop", directory_);
  } catch (const std::exception&) {  // nothing is left to tell it to
  }
}

broker::kafka_place kafka_server::secure() const {
  return {.brokers = content_of(directory_ / "kafka.secure"),
          .over = broker::kafka_place::transport::tls,
          .ca_file = directory_ / "kafka.ca.pem",
          .user = "boxoffice",
          .password = "a secret",
          .mechanism = "PLAIN"};
}

void kafka_server::kill() { script("kill", directory_); }

void kafka_server::start() {
  script("start", directory_);
  brokers_ = content_of(directory_ / "kafka.brokers");
}

// --- topics -----------------------------------------------------------------------------------

std::string fresh_topic() {
  static std::atomic<int> count{0};
  return "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

void make_topic(const std::string& brokers, const std::string& topic, const topic_shape& shape) {
  const auto by = asking(brokers);
  std::array<char, 512> text{};
  auto* wanted =
      rd_kafka_NewTopic_new(topic.c_str(), shape.partitions, -1, text.data(), text.size());
  for (const auto& [name, value] : shape.settings)
    rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str());
  auto* queue = rd_kafka_queue_new(by.get());
  rd_kafka_CreateTopics(by.get(), &wanted, 1, nullptr, queue);
  auto* said = rd_kafka_queue_poll(queue, patience_ms);
  std::size_t count = 0;
  const auto* result = rd_kafka_event_CreateTopics_result(said);
  const auto* const* topics =
      result == nullptr ? nullptr : rd_kafka_CreateTopics_result_topics(result, &count);
  const auto code = count == 1 ? rd_kafka_topic_result_error(topics[0]) : RD_KAFKA_RESP_ERR__FAIL;
  rd_kafka_event_destroy(said);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(wanted);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error{"no topic " + topic + ": " + rd_kafka_err2str(code)};
}

std::size_t records_in(const std::string& brokers, const std::string& topic) {
  const auto by = asking(brokers);
  std::int64_t sum = 0;
  for (int i = partitions_of(by.get(), topic) - 1; i >= 0; --i) {
    std::int64_t low = 0, high = 0;
    if (const auto code =
            rd_kafka_query_watermark_offsets(by.get(), topic.c_str(), i, &low, &high, patience_ms);
        code != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw std::runtime_error{rd_kafka_err2str(code)};
    sum += high - low;
  }
  return static_cast<std::size_t>(sum);
}

std::unique_ptr<broker_house> make_kafka_mock_house(ownership of) {
  if (of == ownership::own)
    return std::make_unique<house<kafka_mock>>(std::make_unique<kafka_mock>());
  static kafka_mock shared;
  return std::make_unique<house<kafka_mock>>(shared);
}

std::unique_ptr<broker_house> make_kafka_house(ownership of) {
  if (of == ownership::own)
    return std::make_unique<house<kafka_server>>(std::make_unique<kafka_server>());
  return std::make_unique<house<kafka_server>>(kafka_server::shared());
}

}  // namespace boxoffice::broker_test
