#include "bench/load/purchases.hpp"

#include "bench/load/requests.hpp"

#include <algorithm>

namespace boxoffice::load {

purchases::purchases(const market& at)
    : market_{at}, hold_begins_{R"({"scheduleId":")" + at.sale().schedule_id + R"(","seats":[")"} {}

std::uint64_t purchases::count_max() const {
  return std::min(market_.buyers().size(), market_.sale().seats.size());
}

void purchases::begin(std::uint64_t number, std::string& request) {
  const auto& who = market_.buyers()[number];
  body_.assign(hold_begins_).append(market_.sale().seats[number]).append("\"]}");
  write_post(
      request, "/v1/reservations", body_,
      {.bearer = who.token, .queue_token = who.queue_token, .idempotency_key = "hold"});
}

scenario::verdict purchases::next(std::uint64_t number, std::size_t position, const answer& to,
                                  std::string& request) {
  // A 202 is no purchase yet.
  if (to.status != 201) return verdict::failed;
  if (position == 1) return verdict::done;
  const auto& who = market_.buyers()[number];
  body_.assign(R"({"reservationId":")").append(member_of(to.body, "reservationId")).append("\"}");
  write_post(request, "/v1/payments", body_,
             {.bearer = who.token, .queue_token = who.queue_token, .idempotency_key = "pay"});
  return verdict::more;
}

}  // namespace boxoffice::load
