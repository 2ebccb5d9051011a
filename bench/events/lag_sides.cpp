#include "actors/bus/publisher.hpp"
#include "actors/data_platform/forwarder.hpp"
#include "bench/compare/polling.hpp"
#include "bench/events/lags.hpp"
#include "bench/events/running_relay.hpp"
#include "http/outgoing/event_post.hpp"
#include "http/server/server.hpp"
#include "storage/broker/cloud_event.hpp"

#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace boxoffice::bench {
namespace {

constexpr std::chrono::milliseconds look_every{1};
constexpr std::chrono::minutes patience{2};

/// Notes when the broker has confirmed what.
class watched_publisher final : public event_publisher {
 public:
  watched_publisher(event_publisher& to, lag_times& into) : to_{to}, into_{into} {}

  void publish(std::vector<event_record> batch, std::function<void(answer)> done) override {
    std::vector<std::uint64_t> sequences;
    sequences.reserve(batch.size());
    for (const auto& each : batch)
      sequences.push_back(each.sequence);
    to_.publish(std::move(batch),
                [this, sequences = std::move(sequences), done = std::move(done)](answer told) {
                  for (std::size_t i = 0; i < told.confirmed; ++i)
                    into_.confirmed(sequences[i]);
                  done(std::move(told));
                });
  }

 private:
  event_publisher& to_;
  lag_times& into_;
};

/// The same of a data platform.
class watched_sink final : public event_sink {
 public:
  watched_sink(event_sink& to, lag_times& into) : to_{to}, into_{into} {}

  void post(std::vector<payment_event> events, std::function<void(answer)> done) override {
    std::vector<std::uint64_t> sequences;
    for (const auto& each : events)
      sequences.push_back(each.sequence);
    to_.post(std::move(events),
             [this, sequences = std::move(sequences), done = std::move(done)](answer told) {
               if (told.what == outcome::accepted)
                 for (const auto each : sequences)
                   into_.confirmed(each);
               done(std::move(told));
             });
  }

 private:
  event_sink& to_;
  lag_times& into_;
};

/// Answers every POST after 50 ms.
class slow_platform {
 public:
  slow_platform() : server_{{}, nullptr, time_, measured_} {
    http::router routes;
    routes.add({.method = http::verb::post,
                .pattern = "/events",
                .handle = &slow_platform::answer,
                .body = http::body_rule::text,
                .body_bytes_max = std::size_t{16} * 1024 * 1024});
    server_.start(std::move(routes));
  }
  [[nodiscard]] std::string url() const { return server_.url() + "/events"; }

 private:
  static boost::asio::awaitable<http::response> answer(http::request& /*post*/) {
    constexpr std::chrono::milliseconds takes{50};
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, takes};
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return http::response{http::status::no_content};
  }

  system_clock_source time_;
  metrics measured_;
  http::server server_;
};

lag_row run(const filled_outbox& from, running_relay& relay, double rate, std::chrono::seconds time,
            lag_times& times) {
  lag_row out;
  out.rate = append_paced(from, rate, time, times, [&] { relay.appended(); });
  const auto all = times.committed_events();
  out.left_over = compare::seconds_until("the rest", look_every, patience,
                                         [&] { return times.confirmed_events() >= all; });
  out.p50 = times.lag_of(0.5);
  out.p99 = times.lag_of(0.99);
  return out;
}

}  // namespace

lag_row lag_at_a_broker(const std::string& postgres, event_publisher& to, double rate,
                        std::chrono::seconds time) {
  const filled_outbox from{postgres, 0};
  lag_times times;
  watched_publisher watched{to, times};
  running_relay relay{from};
  relay.start(spawn_publisher(relay.system(), {.sink = "bench",
                                               .to = watched,
                                               .encode = broker::encode_event,
                                               .metrics = relay.measured()}),
              limits::outbox_relay_batch_events_max);
  return run(from, relay, rate, time, times);
}

lag_row lag_at_a_platform(const std::string& postgres, double rate, std::size_t batch,
                          std::chrono::seconds time) {
  const filled_outbox from{postgres, 0};
  const slow_platform platform;
  settings::data_platform_settings how;
  how.url = platform.url();
  const system_clock_source time_source;
  system_random_source random;
  const auto posts = http::open_event_sink(how, time_source, broker::encode_event);
  lag_times times;
  watched_sink watched{*posts, times};
  running_relay relay{from};
  relay.start(spawn_forwarder(relay.system(),
                              data_platform_context{watched, random, relay.measured(), batch}),
              limits::consumer_queue_events_max);
  return run(from, relay, rate, time, times);
}

}  // namespace boxoffice::bench
