#pragma once

#include "actors/reservation/reservation_store.hpp"
#include "storage/encoding/outcomes.hpp"
#include "storage/page.hpp"
#include "storage/sql/remembered_keys.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::sql {

/// The reads of the reservation service. **Thread**: the reader's.
template <class Dialect>
class sql_reservation_reader final : public reservation_reader {
  using statement = typename Dialect::statement;
  using row = typename Dialect::row;

 public:
  explicit sql_reservation_reader(typename Dialect::location at) : db_{std::move(at)} {}

  schedule_state load_schedule(schedule_id schedule) override {
    return db_.read_once([&] {
      schedule_state state;
      // Every live reservation claims its seats, so the claims lead to all of them.
      live_.each([&](row& r) { state.live.push_back(read_reservation(r)); }, schedule);
      return state;
    });
  }

  std::vector<schedule_id> schedules_with_holds() override {
    return db_.read_once([&] {
      std::vector<schedule_id> found;
      with_holds_.each([&](row& r) { r.into(found.emplace_back()); });
      return found;
    });
  }

  std::optional<reservation> find(reservation_id id) override {
    return db_.read_once([&] { return find_.first(read_reservation, id.number, id.schedule); });
  }

  page list(const user_id& user, std::optional<reservation_status> status, time_point now,
            std::uint64_t cursor, std::size_t limit) override {
    return db_.read_once([&] {
      return storage::read_page<page>(limit, [&](auto& items, std::size_t count) {
        const auto collect = [&](row& r) { items.push_back(read_reservation(r)); };
        const int wanted = status ? static_cast<int>(*status) : -1;
        if (cursor == 0)
          newest_.each(collect, user, wanted, now, count);
        else
          older_.each(collect, user, wanted, now, cursor, count);
      });
    });
  }

  std::optional<remembered_hold> find_key(const digest& scope) override {
    return db_.read_once([&] {
      return keys_.template find<remembered_hold>(scope, encoding::decode_reservation_answer);
    });
  }

  key_page key_scopes(std::int64_t cursor, std::size_t limit) override {
    return db_.read_once([&] { return scopes_.page(cursor, limit); });
  }

 private:
  static reservation read_reservation(row& r) {
    reservation found;
    r.into(found.id.number, found.id.schedule, found.concert, found.user);
    found.seats = encoding::decode_seats(r.next_bytes());
    r.into(found.amount, found.status, found.held_at, found.expires_at, found.payment,
           found.reverted, found.admitted_at, found.extended_at);
    return found;
  }

  static std::string select(const std::string& rest) {
    return std::string{"SELECT id, schedule, concert, "} + Dialect::user +
           ", seats, amount, status, held_at, expires_at, payment, reverted, admitted_at,"
           " extended_at FROM reservation"
           " WHERE " +
           rest;
  }
  // Of one user, the newest first. The status is the one at $3; $2 is the wanted one, -1 any.
  static std::string list(const std::string& rest) {
    return select(std::string{Dialect::user} +
                  " = $1 AND CAST($2 AS smallint) IN (-1,"
                  " CASE WHEN status = 0 AND expires_at <= $3 THEN 2 ELSE status END)" +
                  rest);
  }

  typename Dialect::reading_connection db_;
  statement live_{
      db_.database(),
      select("id " +
             Dialect::among("SELECT DISTINCT reservation FROM seat_claim WHERE schedule = $1") +
             " ORDER BY id")};
  statement with_holds_{db_.database(),
                        "SELECT DISTINCT schedule FROM reservation WHERE status = 0"};
  statement find_{db_.database(), select("id = $1 AND schedule = $2")};
  statement newest_{db_.database(), list(" ORDER BY held_at DESC, id DESC LIMIT $4")};
  statement older_{db_.database(),
                   list(" AND (held_at, id) < (SELECT held_at, id FROM reservation WHERE id = $4)"
                        " ORDER BY held_at DESC, id DESC LIMIT $5")};
  key_finder<Dialect> keys_{db_.database()};
  key_list<Dialect> scopes_{db_.database()};
};

}  // namespace boxoffice::sql
