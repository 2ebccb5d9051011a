// A Kafka cluster of three brokers on loopback, for tests: the one inside the client library.
//
//     kafka_mock [PORT PORT PORT]     the same ports as in an earlier life
//
// It prints the brokers as HOST:PORT,… on a line, answers each line of its standard input with a
// line, and ends with its standard input:
//
//     topic NAME PARTITIONS             makes a topic, as nobody else can
//     down BROKER | up BROKER           cuts connections, takes new ones again; -1: all brokers
//     leader TOPIC PARTITION BROKER     moves a partition
//     coordinator GROUP BROKER          moves a group
//     errors API CODE...                what the next requests of a kind are answered with
//     topic-error TOPIC CODE            what is said about a topic; 0: nothing
//     delay BROKER MILLISECONDS         of every answer
//
// API and CODE are numbers of Kafka's protocol.

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <memory>
#include <netinet/in.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

/// The ports that are still to be given out, for `bind` below.
std::vector<std::uint16_t>& wanted_ports() {
  static std::vector<std::uint16_t> ports;
  return ports;
}

rd_kafka_resp_err_t run(rd_kafka_mock_cluster_t* cluster, const std::string& line) {
  std::istringstream words{line};
  std::string command, name;
  std::int32_t number = 0, broker = 0;
  words >> command;
  if (command == "topic" && words >> name >> number)
    return rd_kafka_mock_topic_create(cluster, name.c_str(), number, 3);
  if (command == "down" && words >> broker) return rd_kafka_mock_broker_set_down(cluster, broker);
  if (command == "up" && words >> broker) return rd_kafka_mock_broker_set_up(cluster, broker);
  if (command == "delay" && words >> broker >> number)
    return rd_kafka_mock_broker_set_rtt(cluster, broker, number);
  if (command == "leader" && words >> name >> number >> broker)
    return rd_kafka_mock_partition_set_leader(cluster, name.c_str(), number, broker);
  if (command == "coordinator" && words >> name >> broker)
    return rd_kafka_mock_coordinator_set(cluster, "group", name.c_str(), broker);
  if (command == "topic-error" && words >> name >> number) {
    rd_kafka_mock_topic_set_error(cluster, name.c_str(), static_cast<rd_kafka_resp_err_t>(number));
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  if (command == "errors" && words >> number) {
    std::vector<rd_kafka_resp_err_t> codes;
    for (int code = 0; words >> code;)
      codes.push_back(static_cast<rd_kafka_resp_err_t>(code));
    rd_kafka_mock_push_request_errors_array(cluster, static_cast<std::int16_t>(number),
                                            codes.size(), codes.data());
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  return RD_KAFKA_RESP_ERR__INVALID_ARG;
}

}  // namespace

// The library lets the system choose its brokers' ports. It finds this `bind` before the system's,
// so a cluster that was killed comes back where its clients look for it.
extern "C" int bind(int socket, const sockaddr* address, socklen_t size) noexcept {
  sockaddr_in chosen{};
  if (address->sa_family == AF_INET) {
    chosen = *reinterpret_cast<const sockaddr_in*>(address);
    if (auto& ports = wanted_ports(); chosen.sin_port == 0 && !ports.empty()) {
      chosen.sin_port = htons(ports.front());
      ports.erase(ports.begin());
    }
    const int on = 1;  // connections of the earlier life still have the port
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    address = reinterpret_cast<const sockaddr*>(&chosen);
  }
  return static_cast<int>(syscall(SYS_bind, socket, address, size));
}

int main(int count, char** words) {
  for (int i = 1; i < count; ++i)
    wanted_ports().push_back(static_cast<std::uint16_t>(std::stoi(words[i])));
  std::array<char, 512> text{};
  auto* conf = rd_kafka_conf_new();
  // It warns that it has no brokers to go to.
  rd_kafka_conf_set(conf, "log_level", "3", text.data(), text.size());
  auto* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size());
  if (client == nullptr) {
    std::cerr << "kafka_mock: " << text.data() << '\n';
    return EXIT_FAILURE;
  }
  auto* cluster = rd_kafka_mock_cluster_new(client, 3);
  if (cluster == nullptr) {
    std::cerr << "kafka_mock: no cluster\n";
    return EXIT_FAILURE;
  }
  std::cout << rd_kafka_mock_cluster_bootstraps(cluster) << std::endl;
  for (std::string line; std::getline(std::cin, line);)
    std::cout << rd_kafka_err2name(run(cluster, line)) << std::endl;
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(client);
  return EXIT_SUCCESS;
}
