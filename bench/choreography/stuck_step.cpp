#include "bench/choreography/stuck_step.hpp"

#include "actors/payment/saga.hpp"
#include "bench/actors/bench_node.hpp"
#include "bench/choreography/choreographed_node.hpp"
#include "bench/compare/polling.hpp"
#include "storage/sqlite/audit_reader.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>

#include <caf/scoped_actor.hpp>

namespace boxoffice::bench {

alarm alarm_of_orchestration() {
  const saga_rules rules;
  const time_point began{};
  payment wanted;
  wanted.id = {1};
  saga one{*saga::begin(std::move(wanted), rules, began).row, rules};
  alarm out;
  auto now = began;
  const auto after_start = [&] { return std::chrono::duration_cast<seconds>(now - began); };
  auto next = one.resume(now);
  while (!one.is_over()) {
    if (one.is_writing()) {
      if (one.row().state == saga_state::refunding) out.given_up = after_start();
      next = one.committed(now);
    } else if (next.send == saga_step::debit) {
      next = one.debit_answered({}, now, 0);
    } else if (next.due) {
      now = *next.due;
      next = one.timed_out(now, 0);
    } else {
      throw std::runtime_error{"the saga waits for nothing"};
    }
  }
  out.named = after_start();
  out.what = std::string{name_of(one.row().state)} + ": " + one.row().reason;
  return out;
}

alarm alarm_of_choreography() {
  const scratch_directory scratch;
  std::atomic<bool> is_stuck{false};
  const auto hears = [&](const purchase_event& e) {
    if (e.kind != purchase_event_kind::points_debited) return reaction::handles;
    is_stuck = true;
    return reaction::ignores;
  };
  choreographed_node node{scratch.path(), hears};
  const auto concert = open_concert(node.system(), node.services().catalogue);
  const auto on_sale =
      open_schedule(node.system(), node.services().catalogue,
                    {.concert = concert, .seats = 10, .now = system_clock_source{}.now()});
  charge_users(node.system(), node.services().point, 1, 10'000);
  hold_seats hold;
  hold.user = bench_user(0);
  hold.schedule = on_sale;
  hold.seats = {"A-1"};
  {
    caf::scoped_actor client{node.system()};
    client->send(node.services().reservation, std::move(hold));
    client->receive([&](const hold_reply& reply) {
      client->send(node.payment(), start_payment{0, {}, bench_user(0), reply.outcome.held.id});
    });
  }
  const auto step = std::chrono::milliseconds{1};
  compare::seconds_until("the stuck step", step, std::chrono::seconds{60},
                         [&] { return is_stuck.load(); });

  alarm out;
  constexpr seconds watched{std::chrono::hours{2}};
  for (seconds later{0}; later <= watched; later += seconds{5}) {
    const auto report = audit_of(scratch.path(), audit::reading::online, later);
    if (report.ok()) continue;
    out.named = later;
    const auto& found = report.violations.front();
    out.what = std::string{audit::name_of(found.broken)} + ": " + found.detail;
    break;
  }
  const auto books = open_audit_reader(scratch.path())->read();
  if (books.payments.size() != 1) throw std::runtime_error{"there is one payment"};
  const auto state = static_cast<saga_state>(books.payments.front().state);
  out.what += " The payment says " + std::string{name_of(state)} + ".";
  return out;
}

}  // namespace boxoffice::bench
