#include "bench/load/attempts.hpp"

#include "bench/load/purchases.hpp"
#include "bench/load/requests.hpp"

#include <stdexcept>
#include <utility>

namespace boxoffice::load {

attempts::attempts(market at, std::size_t first_buyer, std::uint64_t count)
    : market_{std::move(at)},
      first_buyer_{first_buyer},
      count_{count},
      hold_begins_{R"({"scheduleId":")" + market_.sale().schedule_id + R"(","seats":[")"} {}

void attempts::begin(std::uint64_t number, std::string& request) {
  const auto taking_part = market_.buyers().size() - first_buyer_;
  const auto& who = market_.buyers()[first_buyer_ + number % taking_part];
  const auto& seats = market_.sale().seats;
  body_.assign(hold_begins_).append(seats[number % seats.size()]).append("\"]}");
  key_ = std::to_string(number);
  write_post(request, "/v1/reservations", body_,
             {.bearer = who.token, .queue_token = who.queue_token, .idempotency_key = key_});
}

scenario::verdict attempts::next(std::uint64_t /*number*/, std::size_t /*position*/,
                                 const answer& to, std::string& /*request*/) {
  if (says_later(to)) return verdict::shed;
  if (to.status == 201) {
    ++granted_;
    return verdict::done;
  }
  const bool taken = to.status == 409 && member_of(to.body, "code") == "seat_taken";
  return taken ? verdict::done : verdict::failed;
}

attempts sold_out(const std::string& url, std::size_t seats, std::size_t buyers) {
  purchases all{market{url, {.seats = seats, .buyers = seats + buyers}}};
  const auto sold = run_load(all.at().server(), all,
                             {.connections = 16,
                              .warm_up = std::chrono::milliseconds{0},
                              .measured = std::chrono::minutes{1},
                              .count = seats});
  if (sold.done != seats) throw std::runtime_error{"the sale is not sold out: " + sold.failure};
  return attempts{all.at(), seats};
}

}  // namespace boxoffice::load
