#include "bench/choreography/timed_purchase.hpp"

#include "bench/actors/preparation.hpp"

#include <string>

#include <caf/send.hpp>

namespace boxoffice::bench {
namespace {

request_key key_of(std::uint64_t number, std::uint64_t kind) {
  return {{kind, number * 0x9E3779B97F4A7C15ULL}, {kind, number}};
}

}  // namespace

void timed_purchase::begin(const caf::actor& self, std::uint64_t number) {
  hold_seats command;
  command.correlation = number;
  command.key = key_of(number, 1);
  command.user = bench_user(number % shop_.users);
  command.schedule = shop_.schedule;
  command.seats = {"A-" + std::to_string(number + 1)};
  caf::send_as(self, shop_.reservation, std::move(command));
}

workload::progress timed_purchase::on(const caf::actor& self, const hold_reply& reply) {
  if (reply.fault != fault::none || reply.outcome.refusal != hold_refusal::none)
    return progress::refused;
  const auto number = reply.correlation;
  began_.emplace(number, std::chrono::steady_clock::now());
  caf::send_as(self, shop_.payment,
               start_payment{.correlation = number,
                             .key = key_of(number, 2),
                             .user = bench_user(number % shop_.users),
                             .reservation = reply.outcome.held.id});
  return progress::under_way;
}

workload::progress timed_purchase::on(const caf::actor& /*self*/, const payment_reply& reply) {
  const auto began = began_.extract(reply.correlation);
  payments_.add(std::chrono::steady_clock::now() - began.mapped());
  if (reply.fault != fault::none) return progress::refused;
  const auto& paid = reply.outcome.paid;
  if (paid.state == saga_state::completed) return progress::done;
  unpaid_.push_back(paid);
  return progress::refused;
}

}  // namespace boxoffice::bench
