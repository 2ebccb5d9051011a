#include "bench/cluster/sure_purchases.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::load {
namespace {

using rush::json;

constexpr std::chrono::milliseconds poll_every{100};
constexpr std::chrono::seconds poll_time_max{60};

bool is_open(const rush::http_answer& answer) {
  return answer.succeeded() && answer.value().value("status", "") == "PENDING";
}

}  // namespace

std::uint64_t sure_purchases::count_max() const {
  return std::min(market_.buyers().size(), market_.sale().seats.size());
}

boost::asio::awaitable<void> sure_purchases::buy(balanced_client& by, std::uint64_t number,
                                                 clock::time_point meant) {
  const auto& who = market_.buyers()[number];
  rush::http_request request{.verb = rush::method::post,
                             .target = "/v1/reservations",
                             .body = json{{"scheduleId", market_.sale().schedule_id},
                                          {"seats", {market_.sale().seats[number]}}}
                                         .dump(),
                             .bearer = who.token,
                             .idempotency_key = "hold",
                             .queue_token = who.queue_token};
  const auto held = co_await by.ask(request);
  if (held.status != 201) {
    note_failure(refused_holds_, held);
    co_return;
  }
  const auto hold = held.value();
  const std::string id = hold.at("reservationId");
  log_.record({rush::acknowledged::hold, hold.at("userId"), id, hold});
  const auto begun = clock::now();
  request.target = "/v1/payments";
  request.body = json{{"reservationId", id}}.dump();
  request.idempotency_key = "pay";
  auto paid = co_await by.ask(request);
  while (is_open(paid) && clock::now() < begun + poll_time_max) {
    co_await pause_for(poll_every);
    const rush::http_request poll{
        .target = "/v1/payments/" + paid.value().at("paymentId").get<std::string>(),
        .bearer = who.token};
    paid = co_await by.ask(poll);
  }
  if (!paid.succeeded() || paid.value().value("status", "") != "COMPLETED") {
    note_failure(failed_payments_, paid);
    co_return;
  }
  const auto told = clock::now();
  const auto payment = paid.value();
  log_.record(
      {rush::acknowledged::payment, payment.at("userId"), payment.at("paymentId"), payment});
  all_.push_back({meant, told});
  whole_.add(told - meant);
  payment_.add(told - begun);
}

void sure_purchases::note_failure(std::uint64_t& count, const rush::http_answer& answer) {
  ++count;
  if (first_failure_.empty())
    first_failure_ = std::to_string(answer.status) + " " + answer.transport_error + answer.body;
}

sure_purchases::clock::duration sure_purchases::longest_silence(clock::time_point from,
                                                                clock::time_point to) const {
  auto last = from;
  clock::duration longest{0};
  for (const auto& each : all_) {
    if (each.told < from) continue;
    const auto next = std::min(each.told, to);
    longest = std::max(longest, next - last);
    last = next;
    if (each.told >= to) return longest;
  }
  return std::max(longest, to - last);
}

sure_purchases::clock::duration sure_purchases::first_begun_after(clock::time_point at) const {
  const auto found =
      std::ranges::find_if(all_, [at](const completed& each) { return each.meant >= at; });
  return found == all_.end() ? clock::duration::max() : found->told - at;
}

}  // namespace boxoffice::load
