#include "http/api/readiness.hpp"

#include <algorithm>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

constexpr std::chrono::milliseconds probe_time{1000};

template <class Handle, class Question>
awaitable<void> probe(gateway& g, const Handle& to, Question& question, const char* name,
                      std::vector<std::string>& missing) {
  const auto reply = co_await g.ask_for_nobody(to, question, probe_time);
  const bool serves = reply && reply->fault == fault::none;
  if (!serves && (missing.empty() || missing.back() != name)) missing.emplace_back(name);
}

void add_stores(const store_board& board, readiness& into) {
  for (const auto& each : board.all()) {
    if (!each.note.empty()) into.notes.push_back({{"store", each.store}, {"found", each.note}});
    if (each.trouble == store_trouble::none) continue;
    into.stores.push_back({{"store", each.store}, {"reason", each.reason}});
    if (std::ranges::find(into.missing, each.store) == into.missing.end())
      into.missing.push_back(each.store);
  }
}

}  // namespace

awaitable<readiness> look_at_readiness(gateway& g) {
  // Things that do not exist: nothing changes. What an actor answers from memory says that it
  // serves; lists are always read from the store.
  const user_id nobody{"readiness-probe"};
  const schedule_id no_schedule{1ULL << 60U};
  const reservation_id no_reservation{no_schedule, 1};
  const auto no_payment = make_payment_id(shard_of(nobody), time_point{milliseconds{1}}, 0);
  find_reservation reservation{0, nobody, no_reservation};
  list_reservations reservations{.user = nobody, .limit = 1};
  read_balance balance{0, nobody};
  list_transactions transactions{.user = nobody, .limit = 1};
  find_payment payment{0, nobody, no_payment};
  poll_queue place{0, nobody, queue_token{{no_schedule.value}, 1}};
  read_best_selling best_selling{0, {}, 1};
  read_sold_out sold_out{0, 1};
  const auto& s = g.services();
  readiness found;
  auto& missing = found.missing;
  // A gateway is ready when it can do everything, any other node when its own services serve.
  const auto answers_for = [&roles = g.parts().node.roles](role r) {
    return roles.contains(role::gateway) || roles.contains(r);
  };
  if (!g.knows_catalogue() && (answers_for(role::reservation) || answers_for(role::queue_ranking)))
    missing.emplace_back("concert");
  if (answers_for(role::reservation)) {
    co_await probe(g, s.reservation, reservation, "reservation", missing);
    co_await probe(g, s.reservation, reservations, "reservation", missing);
  }
  if (answers_for(role::point)) {
    co_await probe(g, s.point, balance, "point", missing);
    co_await probe(g, s.point, transactions, "point", missing);
  }
  if (answers_for(role::payment)) co_await probe(g, s.payment, payment, "payment", missing);
  if (answers_for(role::queue_ranking)) {
    co_await probe(g, s.queue, place, "queue", missing);
    co_await probe(g, s.best_selling, best_selling, "ranking", missing);
    co_await probe(g, s.sold_out, sold_out, "ranking", missing);
  }
  if (s.stores != nullptr) add_stores(*s.stores, found);
  co_return found;
}

}  // namespace boxoffice::http
