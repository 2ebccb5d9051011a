#include "tests/rush/sale.hpp"

#include "actors/core/time.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace boxoffice::rush {
namespace {

constexpr std::size_t row_seats_max = 50;

std::string moment(std::chrono::hours from_now) {
  const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  return to_rfc3339(now + from_now);
}

struct section_plan {
  std::string name;
  std::size_t rows;
  std::size_t seats_per_row;
  int price;
};

/// Full rows in front, the rest behind them.
std::vector<section_plan> sections_for(std::size_t seats) {
  std::vector<section_plan> sections;
  const auto rows = seats / row_seats_max;
  const auto rest = seats % row_seats_max;
  if (rows > 0) sections.push_back({"A", rows, row_seats_max, 99'000});
  if (rest > 0) sections.push_back({"B", 1, rest, 66'000});
  return sections;
}

json created(const http_answer& answer) {
  if (answer.status != 201)
    throw std::runtime_error{"the sale cannot be set up: " + std::to_string(answer.status) + " " +
                             answer.transport_error + answer.body};
  return answer.value();
}

}  // namespace

on_sale open_sale(blocking_client& client, const sale_plan& plan) {
  const auto admin = client.dev_token("rush-admin", "admin");
  json concert{{"title", "Rush hour"}, {"artist", "The Queue"}};
  if (plan.waiting_room)
    concert["waitingRoom"] = {{"activeMax", plan.waiting_room->active_max},
                              {"admitPerSecond", plan.waiting_room->admit_per_second}};
  on_sale out;
  out.concert_id = created(client.post("/v1/concerts", concert, admin)).at("concertId");
  out.waiting_room = plan.waiting_room;
  out.seats_per_user_max = plan.seats_per_user_max;

  json sections = json::array();
  for (const auto& each : sections_for(plan.seats)) {
    sections.push_back({{"name", each.name},
                        {"rows", each.rows},
                        {"seatsPerRow", each.seats_per_row},
                        {"price", each.price}});
    for (std::size_t n = 1; n <= each.rows * each.seats_per_row; ++n)
      out.seats.push_back(each.name + "-" + std::to_string(n));
  }
  using std::chrono::hours;
  const json schedule{
      {"startsAt", moment(hours{48})},     {"salesOpenAt", moment(hours{-1})},
      {"salesCloseAt", moment(hours{24})}, {"venue", "Harbour Hall"},
      {"holdSeconds", plan.hold.count()},  {"maxSeatsPerUser", plan.seats_per_user_max},
      {"sections", std::move(sections)}};
  const auto target = "/v1/concerts/" + out.concert_id + "/schedules";
  out.schedule_id = created(client.post(target, schedule, admin)).at("scheduleId");
  return out;
}

seat_counts count_seats(const json& seat_map) {
  seat_counts counts;
  for (const auto& seat : seat_map.at("seats")) {
    const auto status = seat.at("status").get<std::string>();
    if (status == "AVAILABLE") ++counts.available;
    if (status == "HELD") ++counts.held;
    if (status == "SOLD") ++counts.sold;
  }
  return counts;
}

}  // namespace boxoffice::rush
