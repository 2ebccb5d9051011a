#include "bench/load/purchases.hpp"

#include "bench/load/requests.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::load {
namespace {

// Who holds a seat does not give it up because the server says "later" once.
constexpr std::size_t payment_tries_max = 50;

}  // namespace

purchases::purchases(market at)
    : market_{std::move(at)},
      hold_key_{"hold-" + market_.sale().schedule_id},
      pay_key_{"pay-" + market_.sale().schedule_id},
      hold_begins_{R"({"scheduleId":")" + market_.sale().schedule_id + R"(","seats":[")"},
      held_(count_max()) {}

std::uint64_t purchases::count_max() const {
  return std::min(market_.buyers().size(), market_.sale().seats.size());
}

void purchases::begin(std::uint64_t number, std::string& request) {
  const auto& who = market_.buyers()[number];
  body_.assign(hold_begins_).append(market_.sale().seats[number]).append("\"]}");
  write_post(request, "/v1/reservations", body_,
             {.bearer = who.token, .queue_token = who.queue_token, .idempotency_key = hold_key_});
}

scenario::verdict purchases::next(std::uint64_t number, std::size_t position, const answer& to,
                                  std::string& request) {
  auto& held = held_[number];
  if (says_later(to)) {
    if (position == 0 || position == payment_tries_max) return verdict::shed;
    write_payment(number, request);
    return verdict::more;
  }
  // A 202 is no purchase yet.
  if (to.status != 201) return verdict::failed;
  if (position > 0) return verdict::done;
  held = member_of(to.body, "reservationId");
  write_payment(number, request);
  return verdict::more;
}

void purchases::write_payment(std::uint64_t number, std::string& request) {
  const auto& who = market_.buyers()[number];
  body_.assign(R"({"reservationId":")").append(held_[number]).append("\"}");
  write_post(request, "/v1/payments", body_,
             {.bearer = who.token, .queue_token = who.queue_token, .idempotency_key = pay_key_});
}

std::function<std::unique_ptr<scenario>(const std::string& url, std::size_t count)>
purchases_of_a_crowd() {
  return [people = std::make_shared<crowd>()](const std::string& url, std::size_t count) {
    return std::make_unique<purchases>(
        market{url, {.seats = count, .buyers = count, .people = people}});
  };
}

}  // namespace boxoffice::load
