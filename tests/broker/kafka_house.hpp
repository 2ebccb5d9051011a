#pragma once

#include "storage/broker/kafka.hpp"
#include "tests/broker/broker_house.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace boxoffice::broker_test {

/// librdkafka's mock cluster, as a process of its own (tests/servers/kafka_mock.cpp).
class kafka_mock {
 public:
  kafka_mock();
  ~kafka_mock();
  kafka_mock(const kafka_mock&) = delete;
  kafka_mock& operator=(const kafka_mock&) = delete;

  [[nodiscard]] const std::string& brokers() const { return brokers_; }
  /// Has it carry out a line of its language; throws when it cannot.
  void tell(const std::string& line);
  void kill();
  /// On the same ports, and empty.
  void start();

 private:
  [[nodiscard]] std::string answer();

  std::string brokers_;
  pid_t process_{0};
  int to_{-1}, from_{-1};
};

/// A Kafka that tests/servers/kafka runs.
class kafka_server {
 public:
  /// The one that all tests share: that of CTest (TEST_BROKERS names its folder), or one that this
  /// program starts at first use and ends with itself.
  static kafka_server& shared();
  /// One of the test's own.
  kafka_server();
  ~kafka_server();
  kafka_server(const kafka_server&) = delete;
  kafka_server& operator=(const kafka_server&) = delete;

  /// Also while it is down.
  [[nodiscard]] const std::string& brokers() const { return brokers_; }
  /// Its other listener: TLS, and a name.
  [[nodiscard]] broker::kafka_place secure() const;
  void kill();
  void start();

 private:
  enum class whose { ours, others };
  kafka_server(whose of, std::filesystem::path directory);

  whose whose_{whose::ours};
  std::filesystem::path directory_;
  std::string brokers_;
};

/// A topic on a cluster, of a name that nobody else has.
std::string fresh_topic();
struct topic_shape {
  int partitions{6};
  std::vector<std::pair<std::string, std::string>> settings{};
};
/// By a broker that can: the mock cannot.
void make_topic(const std::string& brokers, const std::string& topic, const topic_shape& shape);
/// How many records lie in all partitions of a topic; 0 when it is not there.
std::size_t records_in(const std::string& brokers, const std::string& topic);

}  // namespace boxoffice::broker_test
