// Who is asked for figures, how often, and what a service that says nothing costs the others.
#include "actors/caf/actor.hpp"
#include "http/api/gateway.hpp"
#include "http/api/streams/live_streams.hpp"
#include "tests/http/toy_server.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

using nlohmann::ordered_json;

/// A service that knows its figures and nothing else.
class figures_alone {
 public:
  using interface = point_service_actor;
  static constexpr auto name = "figures_alone";
  figures_alone(interface::pointer self, std::atomic<int>* asked) : self_{self}, asked_{*asked} {}

  void on(const read_figures& m) {
    ++asked_;
    figures_reply reply{m.correlation};
    reply.commits.push_back({"point", {50, {1, 0}}});
    answer(self_, sender_of(self_), std::move(reply));
  }
  template <class Other>
  void on(const Other& /*m*/) {}

 private:
  interface::pointer self_;
  std::atomic<int>& asked_;
};

/// One that was written before there were figures, and so says nothing.
class older_payments {
 public:
  using interface = payment_service_actor;
  static constexpr auto name = "older_payments";
  explicit older_payments(interface::pointer /*self*/) {}
  template <class Other>
  void on(const Other& /*m*/) {}
};

/// Reads a stream until it has heard so many summaries.
class figures_reader : public stream_listener, public std::enable_shared_from_this<figures_reader> {
 public:
  figures_reader(std::shared_ptr<live_body> body, std::size_t wanted)
      : body_{std::move(body)}, wanted_{wanted} {}

  void more() override {
    while (body_) {
      stream_frames frames;
      ended = body_->read(frames, shared_from_this()) == live_body::after::end;
      for (const auto& each : frames)
        take(std::string{each->text()});
      if (ended || summaries.size() >= wanted_) body_.reset();
      if (frames.empty()) return;
    }
  }

  std::vector<ordered_json> summaries;
  bool ended{false};

 private:
  void take(const std::string& text) {
    if (!text.starts_with("event: summary")) return;
    const auto begin = text.find("data: ") + 6;
    summaries.push_back(ordered_json::parse(text.substr(begin)));
  }

  std::shared_ptr<live_body> body_;
  const std::size_t wanted_;
};

class FiguresFeed : public testing::Test {
 protected:
  class one : public random_source {
   public:
    std::uint64_t next() override { return 1; }
  };

  ~FiguresFeed() override {
    caf::anon_send_exit(point_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(payment_, caf::exit_reason::user_shutdown);
  }
  service_handles services() {
    service_handles all;
    all.point = point_;
    all.payment = payment_;
    return all;
  }
  std::shared_ptr<figures_reader> open(std::size_t wanted) {
    auto made = std::make_shared<figures_reader>(streams_.open_figures(gateway_, 1), wanted);
    made->more();
    return made;
  }

  std::atomic<int> asked_{0};
  toy_clock time_;
  metrics measured_;
  one random_;
  const catalogue_view catalogue_;
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  point_service_actor point_{spawn_actor<figures_alone>(system_, &asked_)};
  payment_service_actor payment_{spawn_actor<older_payments>(system_)};
  boost::asio::io_context io_;
  service_bridge bridge_{system_, io_.get_executor(), time_, measured_};
  gateway gateway_{bridge_, gateway_parts{.services = services(),
                                          .catalogue = catalogue_,
                                          .measured = measured_,
                                          .random = random_}};
  live_streams streams_{io_.get_executor(), time_};
};

// The io context has nothing left to do once nobody is asked any more: so `run` returns.
TEST_F(FiguresFeed, AsksOncePerSummaryHoweverManyReadAndNobodyWhenNobodyDoes) {
  const auto first = open(2);
  const auto second = open(2);
  io_.run();
  ASSERT_EQ(first->summaries.size(), 2U);
  EXPECT_EQ(second->summaries, first->summaries);
  EXPECT_EQ(asked_, 2);
  const auto later = open(1);
  io_.restart();
  io_.run();
  EXPECT_EQ(later->summaries.size(), 1U);
  EXPECT_EQ(asked_, 3);
}

TEST_F(FiguresFeed, TellsOfTheOthersWhenAServiceSaysNothing) {
  const auto reader = open(1);
  io_.run();
  ASSERT_EQ(reader->summaries.size(), 1U);
  const auto& summary = reader->summaries[0];
  EXPECT_EQ(summary.at("silent"), ordered_json::array({"catalogue", "queue", "best_selling",
                                                       "reservation", "payment", "outbox"}));
  EXPECT_EQ(summary.at("sagas"), nullptr);
  EXPECT_EQ(summary.at("nodes").size(), 1U);
}

TEST_F(FiguresFeed, SaysGoodbyeWhenTheServerEnds) {
  const auto reader = open(100);
  streams_.close();
  io_.run();
  EXPECT_TRUE(reader->ended);
  EXPECT_EQ(streams_.open_figures(gateway_, 1), nullptr) << "and nobody comes in any more";
}

}  // namespace
}  // namespace boxoffice::http
