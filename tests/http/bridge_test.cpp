#include "http/api/bridge.hpp"

#include "actors/caf/message.hpp"

#include <array>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

using namespace std::chrono_literals;

using boxoffice::inspect;

struct add_one {
  using reply = struct added;
  std::uint64_t correlation{0};
  std::int64_t value{0};
  call_context call{};
};
struct added {
  std::uint64_t correlation{0};
  std::int64_t value{0};
  time_point until{};  ///< as the question said
};
struct ask_other {
  using reply = struct other_reply;
  std::uint64_t correlation{0};
  call_context call{};
};
struct other_reply {
  std::uint64_t correlation{0};
};
struct be_told {
  std::uint64_t correlation{0};
  call_context call{};
};

using adder = accepts<add_one, ask_other, be_told>;
using stranger = accepts<add_one>;
using adder_bridge = bridge<adder>;

template <class Bridge, class Handle, class Question>
concept can_ask = requires(Bridge& b, Handle h, Question q) {
  b.ask(h, q, 1s);
};
static_assert(can_ask<adder_bridge, adder, add_one>);
static_assert(!can_ask<adder_bridge, adder, be_told>, "it has no reply");
static_assert(!can_ask<adder_bridge, stranger, add_one>, "its replies are not taken");

class stopped_clock final : public clock {
 public:
  [[nodiscard]] time_point now() const override { return time_point{1'000s}; }
};

// Answers value + 1; a negative value is not answered, 1000 with the wrong type, 2000 with no
// reply at all, 3000 twice.
struct adder_state {
  using interface = adder;
  static constexpr auto name = "F";
  explicit adder_state(adder::pointer self_) : self{self_} {}
  void on(add_one& m) {
    const auto to = sender_of(self);
    if (m.value < 0) return;
    if (m.value == 1000) return answer(self, to, other_reply{m.correlation});
    if (m.value == 2000) return answer(self, to, std::string{"what?"});
    answer(self, to, added{m.correlation, m.value + 1, m.call.deadline});
    if (m.value == 3000) answer(self, to, added{m.correlation, 0, {}});
  }
  void on(const ask_other&) {}
  void on(const be_told&) {}
  adder::pointer self;
};

class Bridge : public ::testing::Test {
 protected:
  Bridge()
      : bridge_{system_, io_.get_executor(), clock_, metrics_},
        actor_{spawn_actor<adder_state>(system_)},
        threads_{std::thread{[this] { io_.run(); }}, std::thread{[this] { io_.run(); }}} {}
  ~Bridge() override {
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    work_.reset();
    io_.stop();
    for (auto& each : threads_)
      each.join();
  }

  std::future<std::optional<added>> ask(std::int64_t value, std::chrono::milliseconds within) {
    return boost::asio::co_spawn(io_, bridge_.ask(actor_, add_one{0, value}, within),
                                 boost::asio::use_future);
  }
  std::uint64_t count(const char* name) { return metrics_.counter(name, "").value(); }

  stopped_clock clock_;
  metrics metrics_;
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  adder_bridge bridge_;
  adder actor_;
  std::array<std::thread, 2> threads_;
};

TEST_F(Bridge, BringsTheReplyBack) {
  const auto reply = ask(41, 5s).get();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->value, 42);
  EXPECT_EQ(bridge_.waiting_count(), 0U);
}

TEST_F(Bridge, TheQuestionSaysUntilWhenItsReplyIsAwaited) {
  EXPECT_EQ(ask(1, 5s).get()->until, clock_.now() + 5s);
}

TEST_F(Bridge, EveryOneGetsTheirOwnReply) {
  std::atomic<int> right{0};
  std::vector<std::future<void>> all;
  for (std::int64_t i = 0; i < 64; ++i)
    all.push_back(boost::asio::co_spawn(
        io_,
        [](adder_bridge& to, adder actor, std::int64_t base,
           std::atomic<int>& good) -> boost::asio::awaitable<void> {
          for (std::int64_t k = 0; k < 200; ++k) {
            const auto reply = co_await to.ask(actor, add_one{0, base + k}, 10s);
            if (reply && reply->value == base + k + 1) ++good;
          }
        }(bridge_, actor_, 100'000 + i * 1000, right),
        boost::asio::use_future));
  for (auto& each : all)
    each.get();
  EXPECT_EQ(right, 64 * 200);
  EXPECT_EQ(count("boxoffice_bridge_late_replies"), 0U);
}

TEST_F(Bridge, SilenceEndsAtTheDeadline) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(ask(-1, 60ms).get());
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, 60ms);
  EXPECT_LT(took, 2s);
  EXPECT_EQ(count("boxoffice_bridge_deadlines_missed"), 1U);
  EXPECT_TRUE(ask(1, 5s).get());  // and it goes on
}

TEST_F(Bridge, DeadlinesEndInTheirOrder) {
  auto later = ask(-1, 300ms), sooner = ask(-1, 50ms);
  EXPECT_FALSE(sooner.get());
  EXPECT_EQ(later.wait_for(0ms), std::future_status::timeout);
  EXPECT_FALSE(later.get());
}

TEST_F(Bridge, RepliesOfTheWrongTypeAreNotTaken) {
  EXPECT_FALSE(ask(1000, 60ms).get());
  EXPECT_EQ(count("boxoffice_bridge_late_replies"), 1U);
}

TEST_F(Bridge, MessagesThatAreNoReplyAreCounted) {
  EXPECT_FALSE(ask(2000, 60ms).get());
  EXPECT_EQ(count("boxoffice_bridge_unexpected_messages"), 1U);
}

TEST_F(Bridge, SecondRepliesAreDropped) {
  EXPECT_EQ(ask(3000, 5s).get()->value, 3001);
  EXPECT_TRUE(ask(1, 5s).get());
  EXPECT_EQ(count("boxoffice_bridge_late_replies"), 1U);
}

TEST_F(Bridge, NobodyIsAskedInVain) {
  auto answer =
      boost::asio::co_spawn(io_, bridge_.ask(adder{}, add_one{0, 1}, 60s), boost::asio::use_future);
  EXPECT_FALSE(answer.get());
}

TEST_F(Bridge, TheEndFreesWhoWaits) {
  std::optional<std::future<std::optional<added>>> answer;
  {
    adder_bridge short_lived{system_, io_.get_executor(), clock_, metrics_};
    answer = boost::asio::co_spawn(io_, short_lived.ask(actor_, add_one{0, -1}, 60s),
                                   boost::asio::use_future);
    while (short_lived.waiting_count() == 0)
      std::this_thread::yield();
  }
  EXPECT_FALSE(answer->get());
}

}  // namespace
}  // namespace boxoffice::http
