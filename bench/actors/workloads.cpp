#include "bench/actors/workloads.hpp"

#include <caf/send.hpp>

namespace boxoffice::bench {
namespace {

// Every request has a key, as every request over HTTP has.
request_key key_of(std::uint64_t number, std::uint64_t kind) {
  return {{kind, number * 0x9E3779B97F4A7C15ULL}, {kind, number}};
}

bool is_granted(const hold_reply& reply) {
  return reply.fault == fault::none && reply.outcome.refusal == hold_refusal::none;
}

}  // namespace

void seat_hold::begin(const caf::actor& self, std::uint64_t number) {
  const std::uint64_t seats = node_.plan().seats / basket_ * basket_;  // no basket over two
  const auto first = number * basket_;
  hold_seats command;
  command.correlation = number;
  command.key = key_of(number, 1);
  command.user = buyer(number);
  command.schedule = node_.on_sale().at(first / seats);
  for (std::uint32_t i = 0; i < basket_; ++i)
    command.seats.push_back("A-" + std::to_string(first % seats + i + 1));
  caf::send_as(self, node_.services().reservation, std::move(command));
}

workload::progress seat_hold::on(const caf::actor& /*self*/, const hold_reply& reply) {
  return is_granted(reply) ? progress::done : progress::refused;
}

workload::progress purchase::on(const caf::actor& self, const hold_reply& reply) {
  if (!is_granted(reply)) return progress::refused;
  caf::send_as(self, node_.services().payment,
               start_payment{.correlation = reply.correlation,
                             .key = key_of(reply.correlation, 2),
                             .user = buyer(reply.correlation),
                             .reservation = reply.outcome.held.id});
  return progress::under_way;
}

workload::progress purchase::on(const caf::actor& /*self*/, const payment_reply& reply) {
  const bool paid = reply.fault == fault::none && reply.outcome.paid.state == saga_state::completed;
  return paid ? progress::done : progress::refused;
}

void contended_hold::begin(const caf::actor& self, std::uint64_t number) {
  hold_seats command;
  command.correlation = number;
  command.key = key_of(number, 1);
  command.user = bench_node::user(number % node_.plan().users);
  command.schedule = node_.on_sale().front();
  command.seats = {"A-1"};
  caf::send_as(self, node_.services().reservation, std::move(command));
}

workload::progress contended_hold::on(const caf::actor& /*self*/, const hold_reply& reply) {
  const auto refusal = reply.outcome.refusal;
  const bool decided = refusal == hold_refusal::none || refusal == hold_refusal::seat_taken;
  return reply.fault == fault::none && decided ? progress::done : progress::refused;
}

void charge::begin(const caf::actor& self, std::uint64_t number) {
  constexpr std::uint64_t stride = 7919;  // a prime: no user soon again
  caf::send_as(
      self, node_.services().point,
      charge_points{
          number, key_of(number, 3), bench_node::user(number * stride % node_.plan().users), {10}});
}

workload::progress charge::on(const caf::actor& /*self*/, const charge_reply& reply) {
  return reply.fault == fault::none ? progress::done : progress::refused;
}

}  // namespace boxoffice::bench
