#include "tests/reliability/client_log.hpp"

#include "storage/sqlite/stores.hpp"

#include <bit>
#include <memory>
#include <sqlite3.h>
#include <stdexcept>

namespace boxoffice::reliability {
namespace {

/// A database read with plain SQL.
class plain_database {
 public:
  explicit plain_database(const std::filesystem::path& file) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr);
    db_.reset(opened);
    if (result != SQLITE_OK) throw std::runtime_error{file.string() + " cannot be opened"};
    // To look is not to change: what is in the log stays there.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }

  template <class Visit>
  void each(const char* sql, Visit visit) {
    sqlite3_stmt* prepared = nullptr;
    int result = sqlite3_prepare_v2(db_.get(), sql, -1, &prepared, nullptr);
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> query{prepared,
                                                                           &sqlite3_finalize};
    if (result == SQLITE_OK)
      while ((result = sqlite3_step(prepared)) == SQLITE_ROW)
        visit(prepared);
    if (result != SQLITE_DONE)
      throw std::runtime_error{std::string{sql} + ": " + sqlite3_errmsg(db_.get())};
  }

 private:
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> db_{nullptr, &sqlite3_close};
};

std::uint64_t id_at(sqlite3_stmt* row, int column) {
  return std::bit_cast<std::uint64_t>(sqlite3_column_int64(row, column));
}
user_id user_at(sqlite3_stmt* row, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  if (text == nullptr) throw std::runtime_error{"a row without a user"};
  return {text};
}

}  // namespace

stored_rows read_rows(const std::filesystem::path& data_dir) {
  const auto files = files_in(data_dir);
  stored_rows rows;
  plain_database{files.point}.each(
      "SELECT user, amount, id FROM ledger WHERE kind = 0", [&](sqlite3_stmt* r) {
        rows.charges.push_back({user_at(r, 0), {sqlite3_column_int64(r, 1)}, {id_at(r, 2)}});
      });
  plain_database{files.reservation}.each(
      "SELECT schedule, id, user, status, payment, expires_at FROM reservation",
      [&](sqlite3_stmt* r) {
        rows.reservations[{{id_at(r, 0)}, id_at(r, 1)}] = {
            user_at(r, 2),
            static_cast<reservation_status>(sqlite3_column_int(r, 3)),
            {id_at(r, 4)},
            from_unix_ms(sqlite3_column_int64(r, 5))};
      });
  plain_database{files.payment}.each("SELECT id, user, state FROM payment", [&](sqlite3_stmt* r) {
    rows.payments[{id_at(r, 0)}] = {user_at(r, 1),
                                    static_cast<saga_state>(sqlite3_column_int(r, 2))};
  });
  plain_database{files.queue_ranking}.each(
      "SELECT concert, token, user FROM queue_entry", [&](sqlite3_stmt* r) {
        rows.tokens[{{id_at(r, 0)}, id_at(r, 1)}] = user_at(r, 2);
      });
  return rows;
}

void client_log::told_charge(const user_id& who, points amount, transaction_id id) {
  auto& told = charges_[{who, amount}];
  if (told && *told != id)
    complain("one charge was answered as " + to_text(*told) + " and as " + to_text(id));
  if (!told) ++acknowledged_;
  told = id;
}

void client_log::told_hold(const reservation& r) {
  --open_holds_[r.user];
  ++acknowledged_;
  holds_[r.id] = {r.user, r.amount, r.expires_at, standing::held, {}, false};
}

void client_log::told_payment(const payment& p) {
  const auto [known, first] = payments_.try_emplace(p.id, paid{p.user, p.reservation, p.state});
  if (first) --open_payments_[p.user];
  known->second.told = p.state;
  auto& h = holds_.at(p.reservation);
  h.moving = !is_terminal(p.state);
  if (h.moving) return;
  ++acknowledged_;
  h.payment = p.id;
  if (p.state == saga_state::completed) h.what = standing::paid;
  if (p.state == saga_state::refunded) h.what = standing::refunded;
  if (p.state == saga_state::compensated) h.what = standing::over;
}

std::vector<std::string> client_log::compare(const stored_rows& rows, time_point now) const {
  auto found = complaints_;
  compare_charges(rows, found);
  compare_holds(rows, now, found);
  compare_payments(rows, found);
  for (const auto& [token, user] : tokens_)
    if (!rows.tokens.contains(token)) found.push_back("lost: the place " + to_text(token));
  return found;
}

void client_log::compare_charges(const stored_rows& rows, findings& out) const {
  std::map<std::pair<user_id, points>, std::vector<transaction_id>> stored;
  for (const auto& row : rows.charges)
    stored[{row.user, row.amount}].push_back(row.id);
  const auto text = [](const std::pair<user_id, points>& c) {
    return "the charge of " + std::to_string(c.second.value) + " by " + c.first.value;
  };
  for (const auto& [what, ids] : stored) {
    if (ids.size() > 1) out.push_back("twice: " + text(what));
    if (!charges_.contains(what)) out.push_back("unasked: " + text(what));
  }
  for (const auto& [what, told] : charges_) {
    if (!told) continue;
    const auto at = stored.find(what);
    if (at == stored.end() || at->second.front() != *told) out.push_back("lost: " + text(what));
  }
}

void client_log::compare_holds(const stored_rows& rows, time_point now, findings& out) const {
  auto unanswered = open_holds_;
  for (const auto& [id, row] : rows.reservations)
    if (!holds_.contains(id) && --unanswered[row.user] < 0)
      out.push_back("unasked: the reservation " + to_text(id));
  for (const auto& [id, h] : holds_) {
    const auto at = rows.reservations.find(id);
    if (at == rows.reservations.end()) {
      out.push_back("lost: the reservation " + to_text(id));
      continue;
    }
    if (h.moving) continue;
    using status = reservation_status;
    const auto& row = at->second;
    const bool lapsed = row.status == status::expired && now >= h.expires_at;
    bool agrees = true;
    switch (h.what) {
      case standing::held:
        agrees = row.status == status::held || lapsed;
        break;
      case standing::released:
        agrees = row.status == status::released || lapsed;
        break;
      case standing::paid:
        agrees = row.status == status::confirmed && row.payment == h.payment;
        break;
      case standing::refunded:
        agrees = row.status == status::refunded;
        break;
      case standing::over:
        agrees = row.status != status::confirmed;
        break;
    }
    if (!agrees)
      out.push_back("lost: " + to_text(id) + " stands as " +
                    std::to_string(static_cast<int>(row.status)) + ", its owner was told " +
                    std::to_string(static_cast<int>(h.what)));
  }
}

void client_log::compare_payments(const stored_rows& rows, findings& out) const {
  auto unanswered = open_payments_;
  for (const auto& [id, row] : rows.payments)
    if (!payments_.contains(id) && --unanswered[row.user] < 0)
      out.push_back("unasked: the payment " + to_text(id));
  for (const auto& [id, p] : payments_) {
    const auto at = rows.payments.find(id);
    if (at == rows.payments.end()) {
      out.push_back("lost: the payment " + to_text(id));
      continue;
    }
    // A refund under way moves a completed payment on.
    const bool moves = !is_terminal(p.told) || holds_.at(p.reservation).moving;
    if (!moves && at->second.state != p.told)
      out.push_back("lost: " + to_text(id) + " stands as " +
                    std::to_string(static_cast<int>(at->second.state)) + ", its owner was told " +
                    std::to_string(static_cast<int>(p.told)));
  }
}

}  // namespace boxoffice::reliability
