#pragma once

#include "actors/point/point_store.hpp"
#include "storage/encoding/outcomes.hpp"
#include "storage/page.hpp"
#include "storage/sql/remembered_keys.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::sql {

/// The reads of the point service, but for accounts: many at once are one query for one dialect,
/// and many queries for the other. **Thread**: the reader's.
template <class Dialect>
class sql_point_reader : public point_reader {
 protected:
  using statement = typename Dialect::statement;
  using row = typename Dialect::row;

 public:
  explicit sql_point_reader(typename Dialect::location at) : db_{std::move(at)} {}

  std::optional<remembered_step> find_step(payment_id payment, point_step step) override {
    return db_.read_once([&] { return step_.first(read_step, payment, step); });
  }

  page list(const user_id& user, std::uint64_t cursor, std::size_t limit) override {
    return db_.read_once([&] {
      return storage::read_page<page>(limit, [&](auto& items, std::size_t count) {
        const auto below = cursor == 0 ? std::uint64_t{INT64_MAX} : cursor;
        ledger_.each([&](row& r) { items.push_back(read_entry(r)); }, user, below, count);
      });
    });
  }

  std::optional<remembered_point_answer> find_key(const digest& scope) override {
    return db_.read_once([&] {
      return keys_.template find<remembered_point_answer>(scope, encoding::decode_point_outcome);
    });
  }

  key_page key_scopes(std::int64_t cursor, std::size_t limit) override {
    return db_.read_once([&] { return scopes_.page(cursor, limit); });
  }

 protected:
  static remembered_step read_step(row& r) {
    remembered_step found;
    r.into(found.payment, found.step);
    found.answer = encoding::decode_point_outcome(r.next_bytes());
    return found;
  }

  typename Dialect::reading_connection db_;

 private:
  static ledger_entry read_entry(row& r) {
    ledger_entry found;
    r.into(found.id, found.user, found.kind, found.amount, found.balance_after, found.reference,
           found.at);
    return found;
  }

  statement step_{db_.database(),
                  "SELECT payment, step, answer FROM step WHERE payment = $1 AND step = $2"};
  statement ledger_{db_.database(),
                    std::string{"SELECT id, "} + Dialect::user +
                        ", kind, amount, balance_after, reference, at FROM ledger WHERE " +
                        Dialect::user + " = $1 AND id < $2 ORDER BY id DESC LIMIT $3"};
  key_finder<Dialect> keys_{db_.database()};
  key_list<Dialect> scopes_{db_.database()};
};

}  // namespace boxoffice::sql
