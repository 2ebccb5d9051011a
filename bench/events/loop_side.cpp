#include "bench/events/sides.hpp"
#include "storage/broker/cloud_event.hpp"
#include "storage/postgres/stores.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <pqxx/pqxx>
#include <stdexcept>
#include <unistd.h>
#include <utility>
#include <vector>

namespace boxoffice::bench {
namespace {

constexpr auto batch_events = "256";

std::string next_name() {
  static int made = 0;
  return "bench_events_" + std::to_string(getpid()) + "_" + std::to_string(++made);
}

event_record record_of(const pqxx::row& r) {
  payment_event e;
  e.sequence = r[0].as<std::uint64_t>();
  e.id = {r[1].as<std::uint64_t>()};
  e.kind = r[2].as<int>() == 0 ? event_kind::payment_completed : event_kind::payment_refunded;
  e.payment = {r[3].as<std::uint64_t>()};
  e.user = {r[4].as<std::string>()};
  e.reservation = {{r[5].as<std::uint64_t>()}, r[6].as<std::uint64_t>()};
  e.concert = {r[7].as<std::uint64_t>()};
  e.seats = r[8].as<std::uint32_t>();
  e.amount = {r[9].as<std::int64_t>()};
  e.paid_at = from_unix_ms(r[10].as<std::int64_t>());
  e.occurred_at = from_unix_ms(r[11].as<std::int64_t>());
  return broker::encode_event(e);
}

void publish(event_publisher& to, std::vector<event_record> batch) {
  const auto many = batch.size();
  auto told = std::make_shared<std::promise<event_publisher::answer>>();
  to.publish(std::move(batch),
             [told](event_publisher::answer a) { told->set_value(std::move(a)); });
  const auto answer = told->get_future().get();
  if (answer.confirmed != many) throw std::runtime_error{"the loop: " + answer.reason};
}

}  // namespace

filled_outbox::filled_outbox(std::string url, std::uint64_t events)
    : url_{std::move(url)}, name_{next_name()}, events_{events} {
  {
    pqxx::connection server{url_};
    pqxx::nontransaction{server}.exec0("CREATE DATABASE " + name_);
  }
  open_postgres_payment(postgres_at(location()));  // makes the tables
  pqxx::connection database{location()};
  pqxx::work fill{database};
  fill.exec0(
      "INSERT INTO outbox (sequence, id, kind, payment, user_id, reservation, concert, seats, "
      "amount, "
      "token, holds_else, paid_at, occurred_at, schedule) SELECT n, n, 0, n, 'user' || n % 5000, "
      "n, 7, 2, 200, 0, false, 1780000000000 + n, 1780000000000 + n, 1 + n % 100 "
      "FROM generate_series(1, " +
      std::to_string(events_) + ") n");
  fill.exec0("UPDATE outbox_counter SET last_sequence = " + std::to_string(events_));
  fill.exec0("ALTER TABLE outbox ADD COLUMN published bigint");
  fill.exec0("CREATE INDEX outbox_unpublished ON outbox (sequence) WHERE published IS NULL");
  fill.commit();
  pqxx::nontransaction{database}.exec0("VACUUM ANALYZE outbox");
}

filled_outbox::~filled_outbox() {
  try {
    pqxx::connection server{url_};
    pqxx::nontransaction{server}.exec0("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) {  // the server goes with it
  }
}

std::string filled_outbox::location() const { return url_.substr(0, url_.rfind('/') + 1) + name_; }

double publish_by_loop(const filled_outbox& from, event_publisher& to) {
  pqxx::connection database{from.location()};
  database.prepare("next", std::string{"SELECT sequence, id, kind, payment, user_id, schedule, "
                                       "reservation, concert, seats, amount, paid_at, occurred_at "
                                       "FROM outbox WHERE published IS NULL ORDER BY sequence "
                                       "LIMIT "} +
                               batch_events + " FOR UPDATE SKIP LOCKED");
  database.prepare("done",
                   "UPDATE outbox SET published = 1 WHERE published IS NULL AND sequence "
                   "BETWEEN $1 AND $2");
  const auto began = std::chrono::steady_clock::now();
  while (true) {
    pqxx::work step{database};
    const auto rows = step.exec_prepared("next");
    if (rows.empty()) break;
    std::vector<event_record> batch;
    batch.reserve(static_cast<std::size_t>(rows.size()));
    for (const auto& r : rows)
      batch.push_back(record_of(r));
    publish(to, std::move(batch));
    step.exec_prepared0("done", rows.front()[0].as<std::int64_t>(),
                        rows.back()[0].as<std::int64_t>());
    step.commit();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace boxoffice::bench
