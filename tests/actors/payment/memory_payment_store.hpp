#pragma once

#include "actors/payment/payment_store.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::testing {

/// The payment service's store in memory: keeps what was committed, refuses what the real one
/// would, and can fail a commit, or lose its answer, when told.
class memory_payment_store final : public payment_store, public payment_reader {
 public:
  enum class next_commit : std::uint8_t { works, fails, doubt_done, doubt_lost };
  /// What becomes of the next commits, one each; after that they work.
  std::deque<next_commit> script;
  /// Fails the first commit in which this is true, once.
  std::function<bool(const payment_write&)> fails_once;
  next_commit fails_how{next_commit::fails};
  int unreadable{0};  ///< so many reads fail

  commit_outcome commit(std::span<const payment_write> batch) override {
    auto what = next_commit::works;
    if (!script.empty()) {
      what = script.front();
      script.pop_front();
    }
    if (fails_once && std::ranges::any_of(batch, fails_once)) {
      what = fails_how;
      fails_once = nullptr;
    }
    if (what == next_commit::fails) return commit_outcome::failed;
    if (what == next_commit::doubt_lost) return commit_outcome::in_doubt;
    for (const auto& w : batch)
      apply(w);
    return what == next_commit::works ? commit_outcome::committed : commit_outcome::in_doubt;
  }
  std::size_t prune_keys(time_point, std::size_t) override { return 0; }
  std::size_t prune_outbox(time_point before, std::size_t limit) override {
    auto passed = ~std::uint64_t{0};
    for (const auto& [name, sequence] : consumers)
      passed = std::min(passed, sequence);
    std::size_t pruned = 0;
    while (pruned < limit && !events.empty() && events.front().sequence <= passed &&
           events.front().occurred_at < before) {
      events.erase(events.begin());
      ++pruned;
    }
    return pruned;
  }

  std::vector<open_saga> open_sagas() override {
    read();
    std::vector<open_saga> found;
    for (const auto& [id, row] : rows) {
      if (is_terminal(row.state) || row.state == saga_state::parked) continue;
      open_saga s{row, {}};
      for (const auto& [scope, k] : keys)
        if (k.payment == id && !k.answer) s.key = {scope, k.body};
      found.push_back(s);
    }
    return found;
  }
  std::optional<payment> find(payment_id id) override {
    read();
    const auto at = rows.find(id);
    return at == rows.end() ? std::nullopt : std::optional{at->second};
  }
  std::optional<payment> find_by_reservation(reservation_id) override { return std::nullopt; }
  std::optional<remembered_payment> find_key(const digest& scope) override {
    read();
    const auto at = keys.find(scope);
    return at == keys.end() ? std::nullopt : std::optional{at->second};
  }
  std::vector<digest> key_scopes(std::size_t) override {
    read();
    std::vector<digest> found;
    for (const auto& [scope, k] : keys)
      found.push_back(scope);
    return found;
  }
  std::vector<payment_id> last_ids() override {
    std::map<std::uint32_t, payment_id> last;
    for (const auto& [id, row] : rows)
      last[shard_of(id)] = std::max(last[shard_of(id)], id);
    std::vector<payment_id> found;
    for (const auto& [shard, id] : last)
      found.push_back(id);
    return found;
  }
  std::vector<saga_note> timeline(payment_id id) override {
    std::vector<saga_note> found;
    for (const auto& n : notes)
      if (n.payment == id) found.push_back(n);
    return found;
  }
  std::vector<payment_event> events_after(std::uint64_t sequence, std::size_t limit) override {
    read();
    std::vector<payment_event> found;
    for (const auto& e : events)
      if (e.sequence > sequence && found.size() < limit) found.push_back(e);
    return found;
  }
  std::uint64_t consumed_by(const std::string& consumer) override {
    read();
    const auto at = consumers.find(consumer);
    return at == consumers.end() ? 0 : at->second;
  }

  std::map<payment_id, payment> rows;
  std::map<digest, remembered_payment> keys;
  std::vector<saga_note> notes;
  std::vector<payment_event> events;
  std::map<std::string, std::uint64_t> consumers;
  std::vector<std::string> broken;  ///< constraints that a write would have broken

 private:
  void read() {
    if (unreadable > 0 && unreadable-- > 0) throw std::runtime_error{"unreadable"};
  }
  static bool keeps_seats(const payment& p) {
    return p.state == saga_state::completed || p.state == saga_state::refund_started ||
           p.state == saga_state::refund_released;
  }
  void apply(const payment_write& w) {
    if (w.row) {
      auto& payments = by_reservation_[w.row->reservation];
      payments.insert(w.row->id);
      for (const auto id : payments)
        if (id != w.row->id && keeps_seats(rows.at(id)) && keeps_seats(*w.row))
          broken.push_back("two payments keep the seats of " + to_text(w.row->reservation));
      const auto at = rows.find(w.row->id);
      if (at != rows.end() && is_terminal(at->second.state) &&
          !(at->second.state == saga_state::completed &&
            w.row->state == saga_state::refund_started))
        broken.push_back("a terminal payment changed: " + to_text(w.row->id));
      rows[w.row->id] = *w.row;
    }
    notes.insert(notes.end(), w.notes.begin(), w.notes.end());
    if (w.event) {
      for (const auto& e : events)
        if (e.id == w.event->id) broken.push_back("an event twice: " + to_text(e.id));
      events.push_back(*w.event);
      events.back().sequence = ++last_sequence_;
    }
    if (w.key.present()) {
      auto& k = keys[w.key.scope];
      k.body = w.key.body;
      k.payment = w.key_payment;
      if (!k.answer) k.answer = w.answer;
    }
    if (w.consumed) {
      auto& c = consumers[w.consumed->first];
      c = std::max(c, w.consumed->second);
    }
  }
  std::map<reservation_id, std::set<payment_id>> by_reservation_;
  std::uint64_t last_sequence_{0};
};

}  // namespace boxoffice::testing
