#include "tests/rush/api_checks.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/rush/report.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

/// Lets the whole crowd through, stops the server, and reads the books.
void sell_out(const rush::sale_plan& sale, const rush::crowd_plan& plan) {
  running_server server;
  rush_on rush{server, sale, plan};
  // In the middle of the rush: what is under way is explained.
  rush::audit_run midway;
  rush.at(plan.buyers, [&] { midway = rush::audit(server_binary(), server.data_dir()); });
  rush.finish();
  EXPECT_EQ(midway.faults(), "");

  EXPECT_EQ(rush.measured().server_errors(), 0U);
  EXPECT_EQ(rush.measured().unanswered(), 0U);
  for (const auto& each : rush.measured().violations())
    ADD_FAILURE() << each;
  EXPECT_EQ(rush.measured().ends(rush::visit_end::failed), 0U);
  EXPECT_EQ(rush::sold_as_told(rush.log()), sale.seats);

  rush::blocking_client client{server.url()};
  EXPECT_EQ(to_text(rush::check_through_api(client, rush.log(), rush.sale())), "");
  const auto drained = [&] {
    return rush::audit(server_binary(), server.data_dir(), {"--drained"});
  };
  EXPECT_TRUE(eventually([&] { return drained().code == 0; }, std::chrono::seconds{30}))
      << drained().faults();
  EXPECT_EQ(server.process().stop(), 0);
  EXPECT_EQ(drained().faults(), "");
  const auto books = server.read_books();
  EXPECT_EQ(rush::sold_seats(books, rush.sale()), sale.seats);
  EXPECT_EQ(to_text(rush::check_books(books, rush.log(), rush.sale(), rush::books_are::at_rest)),
            "");
}

TEST(Rush, SellsEachSeatOnceThroughAWaitingRoom) {
  const auto seed = announced_seed(1);
  sell_out({.seats = 50,
            .waiting_room = rush::waiting_room_size{.active_max = 40, .admit_per_second = 100},
            .hold = std::chrono::seconds{3}},
           {.buyers = 200, .how = {.retry = 0.3, .refund = 0.1}, .seed = seed});
}

TEST(Rush, GivesOneSeatToOneOfAHundred) {
  const auto seed = announced_seed(2);
  sell_out({.seats = 1, .waiting_room = std::nullopt, .hold = std::chrono::seconds{3}},
           {.buyers = 100, .how = {.give_up = 0, .rivals = 1, .refund = 0}, .seed = seed});
}

TEST(Rush, LetsOneOfAHundredThroughAWaitingRoom) {
  const auto seed = announced_seed(3);
  sell_out({.seats = 1,
            .waiting_room = rush::waiting_room_size{.active_max = 50, .admit_per_second = 100},
            .hold = std::chrono::seconds{3}},
           {.buyers = 100, .how = {.give_up = 0, .rivals = 0.5, .refund = 0}, .seed = seed});
}

}  // namespace
}  // namespace boxoffice::system_test
