#include "bench/cluster/seat_changes.hpp"

namespace boxoffice::load {

using rush::json;

bool seat_changes::expect(const rush::http_answer& answer, int status) {
  if (answer.status == status) return true;
  if (failed_++ == 0)
    first_failure_ = std::to_string(answer.status) + " " + answer.transport_error + answer.body;
  return false;
}

boost::asio::awaitable<void> seat_changes::hold_and_release(balanced_client& by,
                                                            std::uint64_t number) {
  const auto& who = market_.buyers()[number % market_.buyers().size()];
  const auto& seat = market_.sale().seats[number % market_.sale().seats.size()];
  const rush::http_request hold{
      .verb = rush::method::post,
      .target = "/v1/reservations",
      .body = json{{"scheduleId", market_.sale().schedule_id}, {"seats", {seat}}}.dump(),
      .bearer = who.token,
      .idempotency_key = "change-" + std::to_string(number),
      .queue_token = who.queue_token};
  const auto held = co_await by.ask(hold);
  if (!expect(held, 201)) co_return;
  const rush::http_request release{
      .verb = rush::method::remove,
      .target = "/v1/reservations/" + held.value().at("reservationId").get<std::string>(),
      .bearer = who.token};
  expect(co_await by.ask(release), 204);
}

boost::asio::awaitable<void> look_at_map(balanced_client& by, const std::string& schedule,
                                         map_readers& all) {
  const auto asked = map_readers::clock::now();
  const rush::http_request read{.target = "/v1/schedules/" + schedule + "/seats"};
  const auto answer = co_await by.ask(read);
  if (answer.status != 200) co_return;
  std::uint64_t version = 0;
  auto map = map_in(answer.body, version);
  all.note(asked, version, std::move(map));
}

}  // namespace boxoffice::load
