#include "storage/broker/rabbitmq/connection.hpp"
#include "storage/broker/rabbitmq/error.hpp"
#include "storage/broker/rabbitmq/parked_stream.hpp"
#include "tests/broker/broker_house.hpp"
#include "tests/broker/rabbitmq_server.hpp"

#include <exception>
#include <memory>
#include <set>
#include <stdexcept>
#include <utility>

namespace boxoffice::broker_test {
namespace {

class rabbitmq_house final : public broker_house {
 public:
  explicit rabbitmq_house(ownership of)
      : own_{of == ownership::own ? std::make_unique<rabbitmq_server>() : nullptr} {
    place_.where = server().location();
    place_.exchange = fresh_exchange();
  }
  ~rabbitmq_house() override {
    if (!own_) clean_up();
  }
  rabbitmq_house(const rabbitmq_house&) = delete;
  rabbitmq_house& operator=(const rabbitmq_house&) = delete;

  std::unique_ptr<event_publisher> publisher() override {
    return broker::open_rabbitmq_publisher(place_);
  }
  std::unique_ptr<event_source> source(const std::string& group) override {
    groups_.insert(group);
    make_queue_of(group);
    return broker::open_rabbitmq_source(place_, group);
  }
  [[nodiscard]] std::vector<std::string> settings() const override {
    return {"events.rabbitmq.url=amqp://" + place_.where.user + ":" + place_.where.password + "@" +
                place_.where.host + ":" + std::to_string(place_.where.port),
            "events.rabbitmq.exchange=" + place_.exchange};
  }
  std::size_t parked_in(const std::string& group) override {
    const broker::rabbitmq_interrupt nobody;
    return broker::read_parked_stream(place_, place_.exchange + "." + group + ".parked", nobody)
        .size();
  }
  void kill() override { owned().kill(); }
  void start() override { owned().start(); }

 private:
  rabbitmq_server& server() { return own_ ? *own_ : rabbitmq_server::shared(); }
  rabbitmq_server& owned() {
    if (!own_) throw std::logic_error{"the shared RabbitMQ may not be killed"};
    return *own_;
  }
  /// A source makes its queue some time after it was opened, and what is published before that it
  /// never hears. Tests do not wait for it.
  void make_queue_of(const std::string& group) {
    constexpr auto channel = broker::rabbitmq_channel::events;
    const auto queue = place_.exchange + "." + group;
    broker::rabbitmq_interrupt interrupt;
    broker::rabbitmq_connection with{place_, "test", interrupt};
    try {
      with.open();
      with.open_channel(channel);
      with.make_exchange(channel);
      with.make_queue(channel, queue);
      with.bind(channel, queue, "payment.#");
      with.end();
    } catch (const broker::rabbitmq_error&) {  // it was killed
    }
  }
  /// The shared broker would otherwise gather the queues of all tests.
  void clean_up() noexcept {
    try {
      rabbitmq_probe with{place_.where};
      for (const auto& group : groups_) {
        with.remove_queue(place_.exchange + "." + group);
        with.remove_queue(place_.exchange + "." + group + ".parked");
      }
      with.remove_exchange(place_.exchange);
    } catch (const std::exception&) {  // they go with their server
    }
  }

  std::unique_ptr<rabbitmq_server> own_;
  broker::rabbitmq_place place_;
  std::set<std::string> groups_;
};

}  // namespace

std::unique_ptr<broker_house> make_rabbitmq_house(ownership of) {
  return std::make_unique<rabbitmq_house>(of);
}

}  // namespace boxoffice::broker_test
