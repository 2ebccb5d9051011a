// What a proxy makes of what became of a call.
#include "actors/cluster/proxy.hpp"

#include "tests/actors/virtual_time.hpp"

#include <gtest/gtest.h>

namespace boxoffice::cluster {
namespace {

class Proxy : public ::testing::Test {
 protected:
  /// How the asker hears what another process said of a charge.
  charge_reply hear(fault said, bool asked_before) {
    charge_reply reply{};
    reply.fault = said;
    link_reply over_the_link{asker.actor(),
                             7,
                             wire_numbers::number_of<charge_points>,
                             fault::none,
                             wire_numbers::number_of<charge_reply>,
                             to_bytes(reply),
                             asked_before};
    asker.send(proxy, std::move(over_the_link));
    return asker.last<charge_reply>();
  }
  /// How it hears what the link itself says.
  charge_reply fail(fault why, bool asked_before) {
    asker.send(
        proxy,
        link_reply{
            asker.actor(), 7, wire_numbers::number_of<charge_points>, why, 0, {}, asked_before});
    return asker.last<charge_reply>();
  }

  boxoffice::testing::virtual_time time;
  boxoffice::testing::inbox<charge_reply> asker{time};
  caf::actor proxy{time.owns(caf::actor_cast<caf::actor>(
      spawn_proxy<point_service_actor>(time.system(), asker.actor(), front::point, time.clock())))};
};

TEST_F(Proxy, PassesOnWhatWasSaid) {
  EXPECT_EQ(hear(fault::unavailable, false).fault, fault::unavailable);
  EXPECT_EQ(hear(fault::none, true).fault, fault::none);
  EXPECT_EQ(hear(fault::internal, true).fault, fault::internal);
  EXPECT_EQ(hear(fault::none, false).correlation, 7U);
}

// The first one who was asked may have done it.
TEST_F(Proxy, DoesNotSaySurelyNotDoneOfWhatWasAskedTwice) {
  EXPECT_EQ(hear(fault::unavailable, true).fault, fault::in_doubt);
  EXPECT_EQ(hear(fault::overloaded, true).fault, fault::in_doubt);
  EXPECT_EQ(fail(fault::overloaded, true).fault, fault::in_doubt);
  EXPECT_EQ(fail(fault::overloaded, false).fault, fault::overloaded);
}

}  // namespace
}  // namespace boxoffice::cluster
