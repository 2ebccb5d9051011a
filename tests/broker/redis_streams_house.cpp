#include "storage/broker/redis_streams.hpp"
#include "storage/redis/link.hpp"
#include "tests/broker/broker_house.hpp"
#include "tests/servers/test_servers.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>

namespace boxoffice::broker_test {
namespace {

/// While it lives, servers that are started put every write on the disk before they answer.
class durable_servers {
 public:
  durable_servers() { setenv(name, "on", 1); }
  ~durable_servers() {
    if (before_)
      setenv(name, before_->c_str(), 1);
    else
      unsetenv(name);
  }
  durable_servers(const durable_servers&) = delete;
  durable_servers& operator=(const durable_servers&) = delete;

 private:
  static constexpr auto name = "SERVERS_FSYNC";
  std::optional<std::string> before_{
      std::getenv(name) != nullptr ? std::optional<std::string>{std::getenv(name)} : std::nullopt};
};

std::string fresh_stream() {
  static std::atomic<int> count{0};
  return "t" + std::to_string(getpid()) + ":events" + std::to_string(++count);
}

class redis_streams_house final : public broker_house {
 public:
  explicit redis_streams_house(ownership of) {
    if (of == ownership::own) {
      const durable_servers how;
      own_.emplace("redis");
    }
    url_ =
        own_ ? "redis://127.0.0.1:" + std::to_string(own_->redis_port()) : test::redis_server_url();
    place_.where = redis::parse_location(url_);
    place_.stream = fresh_stream();
  }

  std::unique_ptr<event_publisher> publisher() override {
    return broker::open_redis_streams_publisher(place_);
  }
  std::unique_ptr<event_source> source(const std::string& group) override {
    return broker::open_redis_streams_source(place_, group);
  }
  [[nodiscard]] std::vector<std::string> settings() const override {
    return {"events.redis_streams.url=" + url_, "events.redis_streams.stream=" + place_.stream};
  }
  std::size_t parked_in(const std::string& group) override {
    redis::link link{place_.where};
    link.open();
    const auto length = link.run(redis::command{"XLEN", place_.stream + ":" + group + ":parked"});
    return static_cast<std::size_t>(length.integer);
  }
  void kill() override { own_.value().kill_redis(); }
  void start() override {
    const durable_servers how;
    own_.value().start();
  }

 private:
  std::optional<test::own_servers> own_;
  std::string url_;
  broker::redis_streams_place place_;
};

}  // namespace

std::unique_ptr<broker_house> make_redis_streams_house(ownership of) {
  return std::make_unique<redis_streams_house>(of);
}

}  // namespace boxoffice::broker_test
