#pragma once

#include "actors/reservation/reservation_store.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace boxoffice::testing {

/// A reservation store in memory that keeps the promises of the port, and can fail in ways that a
/// real one only does on a bad day.
class memory_reservation_store final : public reservation_store, public reservation_reader {
 public:
  enum class accident : std::uint8_t { fails, written_in_doubt, lost_in_doubt };
  /// What happens to the next batches, one each.
  std::deque<accident> accidents;
  bool unreadable{false};
  int violations{0};  ///< of the unique claims: a bug that the store had to stop
  int commits{0};

  commit_outcome commit(std::span<const reservation_write> batch) override {
    const auto happens = next_accident();
    if (happens == accident::fails) return commit_outcome::failed;
    if (happens == accident::lost_in_doubt) return commit_outcome::in_doubt;
    const auto rows_before = rows;
    const auto claims_before = claims;
    for (const auto& write : batch) {
      if (apply(write)) continue;
      ++violations;
      rows = rows_before;
      claims = claims_before;
      return commit_outcome::failed;
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
      state.last_sequence = std::max(state.last_sequence, sequence_of(id));
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
    page result;
    for (const auto& [key, row] : std::views::reverse(rows)) {
      if (row.user != user || (cursor != 0 && row.id.value >= cursor)) continue;
      if (status && row.status_at(now) != *status) continue;
      if (result.items.size() == limit) {
        result.next = result.items.back().id.value;
        break;
      }
      result.items.push_back(row);
    }
    return result;
  }
  std::optional<remembered_hold> find_key(const digest& scope) override {
    look();
    const auto found = keys.find(scope);
    if (found == keys.end()) return std::nullopt;
    return found->second.first;
  }
  std::vector<digest> key_scopes(std::size_t limit) override {
    look();
    std::vector<digest> scopes;
    for (const auto& [scope, remembered] : keys)
      if (scopes.size() < limit) scopes.push_back(scope);
    return scopes;
  }

  std::map<reservation_id, reservation> rows;
  std::map<std::pair<schedule_id, seat_index>, reservation_id> claims;
  std::map<digest, std::pair<remembered_hold, time_point>> keys;

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
    for (const auto id : write.lapsed) {
      auto& row = rows.at(id);
      if (row.status != reservation_status::held) return false;
      row.status = reservation_status::expired;
      free_claims(row);
    }
    if (write.row) {
      free_claims(*write.row);
      if (occupies(*write.row))
        for (const auto& s : write.row->seats)
          if (!claims.try_emplace({write.row->schedule(), s.seat}, write.row->id).second)
            return false;
      rows[write.row->id] = *write.row;
    }
    if (write.key.present())
      keys[write.key.scope] = {remembered_hold{write.key.body, *write.answer}, write.at};
    return true;
  }
};

}  // namespace boxoffice::testing
