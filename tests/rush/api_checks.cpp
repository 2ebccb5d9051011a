#include "tests/rush/api_checks.hpp"

#include <map>
#include <set>
#include <string>

namespace boxoffice::rush {
namespace {

/// Seats that the log says are sold, with the payment that paid them.
std::map<std::string, std::string> paid_seats(const acknowledgement_log& log, findings& out) {
  std::map<std::string, std::vector<std::string>> seats_of;
  std::set<std::string> refunded;
  for (const auto& each : log.all()) {
    if (each.what == acknowledged::refund) refunded.insert(each.id);
    if (each.what != acknowledged::hold) continue;
    for (const auto& seat : each.body.at("seats"))
      seats_of[each.id].push_back(seat.at("seat").get<std::string>());
  }
  std::map<std::string, std::string> paid;
  for (const auto& each : log.all()) {
    if (each.what != acknowledged::payment || refunded.contains(each.id)) continue;
    for (const auto& seat : seats_of[each.body.at("reservationId").get<std::string>()]) {
      const auto [other, fresh] = paid.try_emplace(seat, each.id);
      out.expect(fresh, "seat " + seat + " was sold to " + each.id + " and " + other->second);
    }
  }
  return paid;
}

void check_map(blocking_client& client, const on_sale& sale,
               const std::map<std::string, std::string>& paid, findings& out) {
  const auto answer = client.get("/v1/schedules/" + sale.schedule_id + "/seats");
  out.expect(answer.status == 200, "the seat map answered " + std::to_string(answer.status));
  if (answer.status != 200) return;
  const auto map = answer.value();
  for (const auto& seat : map.at("seats")) {
    const auto name = seat.at("seat").get<std::string>();
    const auto by = paid.find(name);
    const bool sold = seat.at("status") == "SOLD";
    out.expect(sold == (by != paid.end()),
               "seat " + name + " shows as " + seat.at("status").get<std::string>() +
                   (by == paid.end() ? ", but nobody was told that it is paid"
                                     : ", but was paid by " + by->second));
  }
}

void check_payment(blocking_client& client, const acknowledgement& told, bool refunded,
                   findings& out) {
  const auto answer = client.get("/v1/payments/" + told.id, client.dev_token(told.user));
  const auto now = answer.value();
  const bool same = answer.status == 200 && now.at("amount") == told.body.at("amount") &&
                    now.at("reservationId") == told.body.at("reservationId") &&
                    now.at("status") == (refunded ? "REFUNDED" : "COMPLETED");
  out.expect(same, told.user + " was told of payment " + told.body.dump() + ", which now reads " +
                       std::to_string(answer.status) + " " + answer.body);
}

}  // namespace

findings check_through_api(blocking_client& client, const acknowledgement_log& log,
                           const on_sale& sale) {
  findings out;
  check_map(client, sale, paid_seats(log, out), out);
  std::set<std::string> refunded;
  for (const auto& each : log.all())
    if (each.what == acknowledged::refund) refunded.insert(each.id);
  for (const auto& each : log.all())
    if (each.what == acknowledged::payment)
      check_payment(client, each, refunded.contains(each.id), out);
  return out;
}

}  // namespace boxoffice::rush
