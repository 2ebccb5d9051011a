#include "tests/actors/virtual_time.hpp"

#include "actors/caf/deadline_timer.hpp"
#include "actors/core/deadlines.hpp"

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

struct add_deadline {
  std::uint64_t correlation{0};
  std::int64_t after_ms{0};
};
struct ring {
  std::uint64_t key{0};
  std::int64_t at_ms{0};
};
using boxoffice::inspect;  // for messages of a namespace without a name

class alarm {
 public:
  using interface = accepts<add_deadline, continuation>;
  static constexpr auto name = "alarm";

  alarm(interface::pointer self, const clock& c) : self_{self}, clock_{c} {}
  void on(const add_deadline& m) {
    owner_ = sender_of(self_);
    deadlines_.add(clock_.now() + milliseconds{m.after_ms}, m.correlation);
    arm();
  }

 private:
  void arm() {
    timer_.arm(later_, clock_.now(), deadlines_.next(), [this] { on_timer(); });
  }
  void on_timer() {
    const auto now = clock_.now();
    timer_.fired(now);
    while (const auto key = deadlines_.pop_due(now))
      answer(self_, owner_, ring{*key, (now - testing::beginning).count()});
    arm();
  }

  interface::pointer self_;
  const clock& clock_;
  timer_fn later_{timer_of(self_)};
  deadlines deadlines_;
  deadline_timer timer_;
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

TEST(DeadlineTimer, RingsOnAfterTheClockWasSetBack) {
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
