#pragma once

#include "actors/payment/sales_baseline.hpp"

#include <cstdint>
#include <string>

namespace boxoffice::sql {

/// Counts all sales from the rows of payments, but for what a consumer has parked. **Requires** one
/// snapshot around a call.
template <class Dialect>
class sales_count {
  using statement = typename Dialect::statement;
  using row = typename Dialect::row;

 public:
  explicit sales_count(typename Dialect::session& db)
      : last_{db, Dialect::last_sequence},
        schedules_{db, count_schedules()},
        minutes_{db, count_minutes()} {}

  sales_baseline count(const std::string& consumer, std::int64_t since_minute) {
    sales_baseline all;
    all.through = last_.first([](row& r) { return r.template next<std::uint64_t>(); }).value_or(0);
    schedules_.each(
        [&](row& r) {
          auto& s = all.schedules.emplace_back();
          r.into(s.schedule, s.seats, s.last_paid_at, s.most_seats, s.most_at);
        },
        consumer);
    minutes_.each(
        [&](row& r) {
          auto& m = all.minutes.emplace_back();
          r.into(m.schedule, m.minute, m.seats);
        },
        consumer, since_minute * minute_ms);
    return all;
  }

 private:
  static constexpr std::int64_t minute_ms = 60'000;

  static std::string parked_here() {
    return std::string{"WITH parked_here AS (SELECT o.payment AS payment, o.kind AS kind FROM "} +
           Dialect::parked_events + " WHERE p.consumer = $1)";
  }
  // 0: it was paid; 1: it was refunded. **Why** a list: it is made once, and not for each payment.
  static std::string is_not_parked(const std::string& kind) {
    return "p.id NOT IN (SELECT payment FROM parked_here WHERE kind = " + kind + ")";
  }
  // Completed, or on its way back from there (actors/payment/payment.hpp has the numbers).
  static std::string was_paid() {
    return "(p.state IN (2, 7, 8, 9) OR (p.state = 6 AND p.completed_at <> 0)) AND " +
           is_not_parked("0");
  }
  static std::string is_refunded() { return "p.state = 9 AND " + is_not_parked("1"); }

  // Of one moment, seats come back before they are paid again.
  static std::string count_schedules() {
    return parked_here() +
           ", moved AS (SELECT p.schedule AS schedule, p.completed_at AS at, p.seats AS seats"
           " FROM payment p WHERE " +
           was_paid() +
           " UNION ALL SELECT p.schedule,"
           " CASE WHEN p.released_at <> 0 THEN p.released_at ELSE p.changed_at END, -p.seats"
           " FROM payment p WHERE " +
           is_refunded() +
           "), counted AS (SELECT schedule, at, seats, sum(seats) OVER (PARTITION BY schedule"
           " ORDER BY at, seats ROWS UNBOUNDED PRECEDING) AS paid FROM moved)"
           ", ranked AS (SELECT schedule, at, seats, paid, row_number() OVER"
           " (PARTITION BY schedule ORDER BY paid DESC, at) AS place FROM counted)"
           " SELECT schedule, sum(seats), max(CASE WHEN seats > 0 THEN at ELSE 0 END),"
           " max(paid), max(CASE WHEN place = 1 THEN at ELSE 0 END)"
           " FROM ranked GROUP BY schedule ORDER BY schedule";
  }
  static std::string count_minutes() {
    return parked_here() +
           " SELECT schedule, minute, sum(seats) FROM (SELECT p.schedule AS schedule,"
           " p.completed_at / 60000 AS minute, CASE WHEN " +
           is_refunded() + " THEN 0 ELSE p.seats END AS seats FROM payment p WHERE " + was_paid() +
           " AND p.completed_at >= $2) m GROUP BY schedule, minute HAVING sum(seats) <> 0"
           " ORDER BY minute, schedule";
  }

  statement last_, schedules_, minutes_;
};

}  // namespace boxoffice::sql
