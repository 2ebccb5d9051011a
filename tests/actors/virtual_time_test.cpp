#include "tests/actors/virtual_time.hpp"

#include "actors/caf/message.hpp"
#include "actors/caf/wheel_timer.hpp"
#include "actors/core/deadlines.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

struct add_deadline {
  std::uint64_t ticket{0};
  std::int64_t after_ms{0};
};
struct ring {
  std::uint64_t key{0};
  std::int64_t at_ms{0};
};
struct wheel_tick {};
template <class F>
auto inspect(F& f, add_deadline& m) {
  return fields(f, m.ticket, m.after_ms);
}
template <class F>
auto inspect(F& f, ring& m) {
  return fields(f, m.key, m.at_ms);
}
template <class F>
auto inspect(F& f, wheel_tick&) {
  return fields(f);
}

class alarm {
 public:
  using interface = accepts<add_deadline, wheel_tick>;

  alarm(interface::pointer self, const clock& c) : self_{self}, clock_{c} {}
  void on(const add_deadline& m) {
    owner_ = sender_of(self_);
    wheel_.add(clock_.now() + milliseconds{m.after_ms}, m.ticket);
    timer_.arm(self_, clock_.now(), wheel_.next());
  }
  void on(const wheel_tick&) {
    const auto now = clock_.now();
    timer_.fired(now);
    while (const auto key = wheel_.pop_due(now))
      answer(self_, owner_, ring{*key, (now - testing::beginning).count()});
    timer_.arm(self_, now, wheel_.next());
  }

 private:
  interface::pointer self_;
  const clock& clock_;
  deadlines wheel_;
  wheel_timer<wheel_tick> timer_;
  caf::actor owner_;
};

TEST(VirtualTime, DeadlinesRingInOrderAndOnTime) {
  testing::virtual_time time;
  testing::inbox<ring> box{time};
  const auto actor = time.owns(spawn_actor<alarm>(time.system(), std::cref(time.clock())));
  box.send(actor, add_deadline{1, 300'000});
  box.send(actor, add_deadline{2, 20});
  box.send(actor, add_deadline{3, 20});
  time.advance(milliseconds{19});
  EXPECT_TRUE(box.all<ring>().empty());
  time.advance(milliseconds{1});
  ASSERT_EQ(box.all<ring>().size(), 2U);
  EXPECT_EQ(box.all<ring>()[0].key, 2U);
  time.advance(milliseconds{299'979});
  EXPECT_EQ(box.all<ring>().size(), 2U);
  time.advance(milliseconds{1});
  ASSERT_EQ(box.all<ring>().size(), 3U);
  EXPECT_EQ(box.last<ring>().at_ms, 300'000);
}

TEST(WheelTimer, RingsOnAfterTheClockWasSetBack) {
  testing::virtual_time time;
  testing::inbox<ring> box{time};
  const auto actor = time.owns(spawn_actor<alarm>(time.system(), std::cref(time.clock())));
  box.send(actor, add_deadline{1, 1'000});
  time.jump(-milliseconds{60'000});
  time.advance(milliseconds{1'000});  // the tick comes, and is early by the clock
  EXPECT_TRUE(box.all<ring>().empty());
  time.advance(milliseconds{60'000});
  EXPECT_EQ(box.all<ring>().size(), 1U);
}

}  // namespace
}  // namespace boxoffice
