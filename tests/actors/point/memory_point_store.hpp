#pragma once

#include "actors/point/point_store.hpp"
#include "storage/account_steps.hpp"
#include "tests/actors/memory_keys.hpp"
#include "tests/actors/memory_owned.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::testing {

/// A point store in memory that keeps the promises of the port, and can fail, lose and doubt
/// commits, which a real one cannot be told to. It refuses what a database would, and writes it
/// down.
class memory_point_store final : public memory_owned<point_store>, public point_reader {
 public:
  enum class fate : std::uint8_t { commit, fail, doubt_done, doubt_lost };

  /// Holds from now on what `other` holds, owner and all.
  void become(const memory_point_store& other) {
    ledger = other.ledger;
    balances = other.balances;
    steps = other.steps;
    keys = other.keys;
    this->owner_epoch = other.owner_epoch;
  }

  /// A write that the schema does not take, for what is in it.
  std::function<bool(const point_write&)> refuses;

  commit_result commit(std::span<const point_write> batch) override {
    ++commits;
    auto what = fate::commit;
    if (!fates.empty()) {
      what = fates.front();
      fates.pop_front();
    }
    if (what == fate::fail) return commit_outcome::failed;
    if (what == fate::doubt_lost) return commit_outcome::in_doubt;
    if (refuses && std::ranges::any_of(batch, refuses))
      return {commit_outcome::refused, "refused by a rule of the test"};
    undo_.clear();
    for (const auto& write : batch)
      if (!apply(write)) return roll_back();
    return what == fate::commit ? commit_outcome::committed : commit_outcome::in_doubt;
  }

  std::size_t prune_keys(time_point before, std::size_t limit) override {
    ++prunes;
    std::size_t pruned = 0;
    for (auto at = keys.begin(); at != keys.end() && pruned < limit;) {
      if (at->second.at >= before) {
        ++at;
        continue;
      }
      at = keys.erase(at);
      ++pruned;
    }
    return pruned;
  }

  std::vector<std::optional<account_state>> load_accounts(std::span<const user_id> users,
                                                          std::size_t steps_max) override {
    ++loads;
    read();
    std::vector<std::optional<account_state>> found;
    for (const auto& user : users)
      found.push_back(damaged.contains(user) ? std::nullopt : std::optional{load(user, steps_max)});
    return found;
  }

  account_state load(const user_id& user, std::size_t steps_max) const {
    account_state state{balance_of(user), {}, 0};
    for (const auto& [id, step] : steps)
      if (step.user == user) state.steps.push_back(step.step);
    std::sort(state.steps.begin(), state.steps.end(),
              [](const auto& a, const auto& b) { return age_of(a.payment) > age_of(b.payment); });
    state.steps.resize(std::min(state.steps.size(), steps_max + 1));
    storage::drop_incomplete(state, steps_max);
    return state;
  }

  std::optional<remembered_step> find_step(payment_id payment, point_step step) override {
    ++step_look_ups;
    read();
    const auto found = steps.find({payment, step});
    return found == steps.end() ? std::nullopt : std::optional{found->second.step};
  }

  page list(const user_id& user, std::uint64_t cursor, std::size_t limit) override {
    read();
    page p;
    const std::vector<ledger_entry> youngest_first{ledger.rbegin(), ledger.rend()};
    for (const auto& at : youngest_first) {
      if (at.user != user || (cursor != 0 && at.id.value >= cursor)) continue;
      if (p.items.size() == limit) {
        p.next = p.items.back().id.value;
        break;
      }
      p.items.push_back(at);
    }
    return p;
  }

  std::optional<remembered_point_answer> find_key(const digest& scope) override {
    ++key_look_ups;
    read();
    const auto found = keys.find(scope);
    if (found == keys.end()) return std::nullopt;
    return remembered_point_answer{found->second.body, found->second.answer};
  }

  key_page key_scopes(std::int64_t cursor, std::size_t limit) override {
    read();
    if (key_pages-- <= 0) throw std::runtime_error{"a slow disk"};
    return page_of(keys, cursor, limit);
  }

  [[nodiscard]] points balance_of(const user_id& user) const {
    const auto found = balances.find(user);
    return found == balances.end() ? points{} : found->second;
  }

  struct stored_step {
    user_id user;
    remembered_step step;
  };
  struct stored_key {
    digest body;
    point_outcome answer;
    time_point at;
  };
  std::vector<ledger_entry> ledger;
  std::map<user_id, points> balances;
  std::map<std::pair<payment_id, point_step>, stored_step> steps;
  std::map<digest, stored_key> keys;
  std::vector<std::string> violations;

  std::deque<fate> fates;     // of the next commits
  std::set<user_id> damaged;  // whose state cannot be understood
  enum class reads : bool { work, fail } reading{reads::work};
  int key_pages{1'000'000};  ///< that can be read before that fails
  int commits{0}, loads{0}, step_look_ups{0}, key_look_ups{0}, prunes{0};

 private:
  void read() const {
    if (reading == reads::fail) throw std::runtime_error{"disk on fire"};
  }

  bool refuse(const char* why) {
    violations.emplace_back(why);
    return false;
  }

  commit_result roll_back() {
    for (; !undo_.empty(); undo_.pop_back())
      undo_.back()();
    return {commit_outcome::refused, violations.back()};
  }

  bool apply(const point_write& w) {
    if (w.entry && !append(*w.entry)) return false;
    if (w.step && !remember(w.user, *w.step)) return false;
    if (w.key.present() != w.answer.has_value()) return refuse("key without answer");
    if (!w.answer) return true;
    const auto scope = w.key.scope;
    if (!keys.insert({scope, {w.key.body, *w.answer, w.at}}).second) return refuse("key twice");
    undo_.emplace_back([this, scope] { keys.erase(scope); });
    return true;
  }

  bool remember(const user_id& user, const remembered_step& step) {
    const std::pair key{step.payment, step.step};
    if (!steps.insert({key, {user, step}}).second) return refuse("step twice");
    undo_.emplace_back([this, key] { steps.erase(key); });
    return true;
  }

  bool append(const ledger_entry& e) {
    const auto before = balance_of(e.user);
    if (e.balance_after < points{0}) return refuse("negative balance");
    if (before + e.amount != e.balance_after) return refuse("broken chain");
    for (const auto& other : ledger) {
      if (other.id == e.id) return refuse("transaction id twice");
      if (e.reference && other.reference == e.reference && other.kind == e.kind)
        return refuse("reference twice");
    }
    balances[e.user] = e.balance_after;
    ledger.push_back(e);
    undo_.emplace_back([this, user = e.user, before] {
      ledger.pop_back();
      balances[user] = before;
    });
    return true;
  }

  std::vector<std::function<void()>> undo_;  // what the batch has done so far
};

}  // namespace boxoffice::testing
