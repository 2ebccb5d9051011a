// boxoffice-bench-events: the relay and a plain loop, in turns, on the same brokers.
#include "bench/events/lags.hpp"
#include "bench/events/sides.hpp"
#include "config/rabbitmq_location.hpp"
#include "config/redis_location.hpp"
#include "storage/broker/kafka.hpp"
#include "storage/broker/rabbitmq.hpp"
#include "storage/broker/redis_streams.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>

namespace boxoffice::bench {
namespace {

/// Takes everything at once: what is left is the work of either side itself.
class no_broker final : public event_publisher {
 public:
  void publish(std::vector<event_record> batch, std::function<void(answer)> done) override {
    done({batch.size(), ending::whole, {}});
  }
};

struct sink {
  std::string name;
  std::function<std::unique_ptr<event_publisher>()> open;
};

/// **Units** events a second.
struct round {
  double relay, loop;
};

double median(std::vector<double> of) {
  std::ranges::sort(of);
  return of[of.size() / 2];
}

void print(const std::string& name, const std::vector<round>& rounds) {
  std::vector<double> relay, loop, ratio;
  for (const auto& each : rounds) {
    relay.push_back(each.relay);
    loop.push_back(each.loop);
    ratio.push_back(each.relay / each.loop);
  }
  std::printf("| %s | %.0f | %.0f | %.2f (%.2f–%.2f) × |\n", name.c_str(), median(relay),
              median(loop), median(relay) / median(loop), *std::ranges::min_element(ratio),
              *std::ranges::max_element(ratio));
}

/// The relay's rate.
double compare(const sink& to, const std::string& postgres, std::uint64_t events, int rounds) {
  const auto rate = [&](auto publish) {
    const filled_outbox from{postgres, events};
    const auto publisher = to.open();
    return static_cast<double>(events) / publish(from, *publisher);
  };
  std::vector<round> all(static_cast<std::size_t>(rounds));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 2 == 0) all[i].relay = rate(publish_by_relay);
    all[i].loop = rate(publish_by_loop);
    if (i % 2 == 1) all[i].relay = rate(publish_by_relay);
  }
  print(to.name, all);
  std::vector<double> relay;
  for (const auto& each : all)
    relay.push_back(each.relay);
  return median(relay);
}

void print(const std::string& name, double wanted, const lag_row& row) {
  std::printf("| %s | %.0f | %.0f | %.0f ms | %.0f ms | %.1f s |\n", name.c_str(), wanted, row.rate,
              row.p50, row.p99, row.left_over);
  std::fflush(stdout);
}

/// The lag at a part of each one's own rate, and that of a data platform.
void measure_lags(const std::vector<sink>& all, const std::vector<double>& rates,
                  const std::string& postgres, std::chrono::seconds time) {
  constexpr double part = 0.7, purchases = 1000;
  constexpr std::size_t batched = 100;
  std::printf(
      "\n| to | events/s asked for | committed | lag p50 | lag p99 | last one after |\n"
      "|---|---:|---:|---:|---:|---:|\n");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto rate = rates[i] * part;
    const auto publisher = all[i].open();
    print(all[i].name, rate, lag_at_a_broker(postgres, *publisher, rate, time));
  }
  print("data platform, 50 ms a POST, 100 schedules", purchases,
        lag_at_a_platform(postgres, purchases, 1, time));
  print("the same, batches of up to 100", purchases,
        lag_at_a_platform(postgres, purchases, batched, time));
}

int run(int argc, char** argv) {
  CLI::App app{"How fast events leave: the relay against SELECT … FOR UPDATE SKIP LOCKED"};
  std::string postgres, rabbitmq, kafka, redis;
  std::uint64_t events = 20'000;
  int rounds = 5, lag_seconds = 10;
  app.add_option("--postgres", postgres, "A server with fsync on")->required();
  app.add_option("--rabbitmq", rabbitmq, "amqp://…; a queue has to be bound to the exchange");
  app.add_option("--kafka", kafka, "HOST:PORT");
  app.add_option("--redis", redis, "redis://…");
  app.add_option("--events", events, "Of a round")->capture_default_str();
  app.add_option("--rounds", rounds, "Of each side")->capture_default_str();
  app.add_option("--lag-seconds", lag_seconds, "How long each lag is measured; 0: not at all")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  std::vector<sink> all{{"none", [] { return std::make_unique<no_broker>(); }}};
  std::unique_ptr<event_source> bound;  // makes a queue, so that nothing is unroutable
  if (!rabbitmq.empty()) {
    const broker::rabbitmq_place at{
        .where = std::get<rabbitmq_location>(parse_rabbitmq_location(rabbitmq))};
    bound = broker::open_rabbitmq_source(at, "bench");
    bound->open([&bound](const std::vector<event_source::arrival>& more) {
      bound->acknowledge(more.back().tag);
    });
    all.push_back({"RabbitMQ, quorum queue", [at] { return broker::open_rabbitmq_publisher(at); }});
  }
  if (!kafka.empty())
    all.push_back({"Kafka", [kafka] {
                     broker::kafka_place at;
                     at.brokers = kafka;
                     return broker::open_kafka_publisher(at);
                   }});
  if (!redis.empty()) {
    const broker::redis_streams_place at{std::get<redis_location>(parse_redis_location(redis))};
    all.push_back({"Redis Streams", [at] { return broker::open_redis_streams_publisher(at); }});
  }
  std::printf(
      "| broker | relay, events/s | loop, events/s | relay / loop |\n|---|---:|---:|---:|\n");
  std::vector<double> rates;
  for (const auto& each : all)
    rates.push_back(compare(each, postgres, events, rounds));
  if (lag_seconds > 0) measure_lags(all, rates, postgres, std::chrono::seconds{lag_seconds});
  return 0;
}

}  // namespace
}  // namespace boxoffice::bench

int main(int argc, char** argv) {
  try {
    return boxoffice::bench::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "boxoffice-bench-events: %s\n", e.what());
    return 1;
  }
}
