#include "bench/streams/changes.hpp"

#include "bench/load/requests.hpp"

#include <utility>

namespace boxoffice::load {

changes::changes(market at, change_times& times) : market_{std::move(at)}, times_{times} {}

std::size_t changes::seat_of(std::uint64_t number) const {
  return number % market_.sale().seats.size();
}

const buyer& changes::buyer_of(std::uint64_t number) const {
  return market_.buyers()[number % market_.buyers().size()];
}

void changes::begin(std::uint64_t number, std::string& request) {
  const auto& who = buyer_of(number);
  body_.assign(R"({"scheduleId":")").append(market_.sale().schedule_id);
  body_.append(R"(","seats":[")").append(market_.sale().seats[seat_of(number)]).append("\"]}");
  key_.assign("change-").append(std::to_string(number));
  write_post(request, "/v1/reservations", body_,
             {.bearer = who.token, .queue_token = who.queue_token, .idempotency_key = key_});
  times_.note(seat_of(number), change_times::to::held);
}

scenario::verdict changes::next(std::uint64_t number, std::size_t position, const answer& to,
                                std::string& request) {
  if (position == 0 && says_later(to)) return verdict::shed;
  if (position == 1) return to.status == 204 ? verdict::done : verdict::failed;
  if (to.status != 201) return verdict::failed;
  body_.assign("/v1/reservations/").append(member_of(to.body, "reservationId"));
  write_delete(request, body_, {.bearer = buyer_of(number).token});
  times_.note(seat_of(number), change_times::to::available);
  return verdict::more;
}

}  // namespace boxoffice::load
