#pragma once

#include "actors/reservation/reservation_store.hpp"
#include "tests/actors/memory_keys.hpp"
#include "tests/actors/memory_owned.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

namespace boxoffice::testing {

struct memory_reservation_rows {
  std::map<reservation_id, reservation> rows;
  std::map<std::pair<schedule_id, seat_index>, reservation_id> claims;
  std::map<digest, std::pair<remembered_hold, time_point>> keys;
};

/// A reservation store in memory that keeps the promises of the port, and can fail in ways that a
/// real one only does on a bad day.
class memory_reservation_store final : public memory_owned<reservation_store>,
                                       public reservation_reader,
                                       public memory_reservation_rows {
 public:
  enum class accident : std::uint8_t { fails, written_in_doubt, lost_in_doubt };
  /// What happens to the next batches, one each.
  std::deque<accident> accidents;
  bool unreadable{false};
  int violations{0};  ///< writes that the schema forbids: a bug that the store had to stop
  int commits{0};

  /// Holds from now on what `other` holds, owner and all.
  void become(const memory_reservation_store& other) {
    static_cast<memory_reservation_rows&>(*this) = other;
    this->owner_epoch = other.owner_epoch;
  }

  /// A write that the schema does not take, for what is in it.
  std::function<bool(const reservation_write&)> refuses;

  commit_result commit(std::span<const reservation_write> batch) override {
    const auto happens = next_accident();
    if (happens == accident::fails) return commit_outcome::failed;
    if (happens == accident::lost_in_doubt) return commit_outcome::in_doubt;
    if (refuses && std::ranges::any_of(batch, refuses))
      return {commit_outcome::refused, "refused by a rule of the test"};
    const memory_reservation_rows before = *this;
    for (const auto& write : batch) {
      if (apply(write)) continue;
      ++violations;
      static_cast<memory_reservation_rows&>(*this) = before;
      return {commit_outcome::refused, "a rule of the schema"};
    }
    ++commits;
    return happens ? commit_outcome::in_doubt : commit_outcome::committed;
  }
  std::size_t prune_keys(time_point before, std::size_t limit) override {
    std::size_t count = 0;
    for (auto at = keys.begin(); at != keys.end() && count < limit;) {
      if (at->second.second < before)
        at = keys.erase(at), ++count;
      else
        ++at;
    }
    return count;
  }

  schedule_state load_schedule(schedule_id schedule) override {
    look();
    schedule_state state;
    for (const auto& [id, row] : rows) {
      if (row.schedule() != schedule) continue;
      if (occupies(row)) state.live.push_back(row);
    }
    return state;
  }
  std::vector<schedule_id> schedules_with_holds() override {
    look();
    std::set<schedule_id> found;
    for (const auto& [id, row] : rows)
      if (row.status == reservation_status::held) found.insert(row.schedule());
    return {found.begin(), found.end()};
  }
  std::optional<reservation> find(reservation_id id) override {
    look();
    const auto found = rows.find(id);
    if (found == rows.end()) return std::nullopt;
    return found->second;
  }
  page list(const user_id& user, std::optional<reservation_status> status, time_point now,
            std::uint64_t cursor, std::size_t limit) override {
    look();
    const auto age = [](const reservation& r) { return std::pair{r.held_at, r.id}; };
    const auto before =
        std::ranges::find(rows, cursor, [](const auto& each) { return each.first.number; });
    std::vector<reservation> found;
    for (const auto& [id, row] : rows)
      if (row.user == user && (!status || row.status_at(now) == *status) &&
          (cursor == 0 || (before != rows.end() && age(row) < age(before->second))))
        found.push_back(row);
    std::ranges::sort(found, std::ranges::greater{}, age);
    page result;
    for (auto& row : found) {
      if (result.items.size() == limit) {
        result.next = result.items.back().id.number;
        break;
      }
      result.items.push_back(std::move(row));
    }
    return result;
  }
  std::optional<remembered_hold> find_key(const digest& scope) override {
    look();
    const auto found = keys.find(scope);
    if (found == keys.end()) return std::nullopt;
    return found->second.first;
  }
  key_page key_scopes(std::int64_t cursor, std::size_t limit) override {
    look();
    return page_of(keys, cursor, limit);
  }

 private:
  static bool occupies(const reservation& row) {
    return row.status == reservation_status::held || row.status == reservation_status::confirmed;
  }
  void look() const {
    if (unreadable) throw std::runtime_error{"the store cannot be read"};
  }
  std::optional<accident> next_accident() {
    if (accidents.empty()) return std::nullopt;
    const auto next = accidents.front();
    accidents.pop_front();
    return next;
  }
  void free_claims(const reservation& row) {
    for (const auto& s : row.seats) {
      const auto found = claims.find({row.schedule(), s.seat});
      if (found != claims.end() && found->second == row.id) claims.erase(found);
    }
  }
  bool apply(const reservation_write& write) {
    for (const auto id : write.lapsed)
      if (!lapse(id)) return false;
    if (write.row && !put(*write.row)) return false;
    if (!write.key.present() || !write.answer) return true;
    const remembered_hold remembered{write.key.body, *write.answer};
    return keys.try_emplace(write.key.scope, remembered, write.at).second;
  }
  // One that had lapsed before stays as it is.
  bool lapse(reservation_id id) {
    const auto at = rows.find(id);
    if (at == rows.end()) return false;
    auto& row = at->second;
    if (row.status == reservation_status::expired) return true;
    if (row.status != reservation_status::held) return false;
    row.status = reservation_status::expired;
    free_claims(row);
    return true;
  }
  bool put(const reservation& r) {
    const auto facts = [](const reservation& of) {
      return std::tie(of.concert, of.user, of.seats, of.amount, of.held_at);
    };
    const auto at = rows.find(r.id);
    if (at != rows.end() && facts(at->second) != facts(r)) return false;
    free_claims(r);
    if (occupies(r))
      for (const auto& s : r.seats)
        if (!claims.try_emplace({r.schedule(), s.seat}, r.id).second) return false;
    rows[r.id] = r;
    return true;
  }
};

}  // namespace boxoffice::testing
