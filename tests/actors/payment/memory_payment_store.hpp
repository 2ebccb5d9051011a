#pragma once

#include "actors/payment/payment_store.hpp"
#include "tests/actors/memory_keys.hpp"
#include "tests/actors/memory_owned.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace boxoffice::testing {

struct memory_payment_rows {
  std::map<payment_id, payment> rows;
  std::map<digest, remembered_payment> keys;
  std::map<digest, time_point> key_times;  ///< when each of `keys` was remembered
  std::vector<saga_note> notes;
  std::vector<payment_event> events;
  std::map<std::string, std::uint64_t> consumers;
  std::map<std::pair<std::uint64_t, std::string>, parked_event> parked;  ///< by sequence, consumer
  std::uint64_t last_sequence{0};
  std::uint64_t pruned{0};  ///< through this sequence
};

/// The payment service's store in memory: keeps the promises of the port, refuses what a database
/// would and writes it down, and can fail a commit, or lose its answer, when told.
class memory_payment_store final : public memory_owned<payment_store>,
                                   public payment_reader,
                                   public memory_payment_rows {
 public:
  enum class next_commit : std::uint8_t { works, fails, doubt_done, doubt_lost };
  /// What becomes of the next commits, one each; after that they work.
  std::deque<next_commit> script;
  /// Fails the first commit in which this is true, once.
  std::function<bool(const payment_write&)> fails_once;
  next_commit fails_how{next_commit::fails};
  int unreadable{0};  ///< so many reads fail

  /// Holds from now on what `other` holds, owner and all.
  void become(const memory_payment_store& other) {
    static_cast<memory_payment_rows&>(*this) = other;
    this->owner_epoch = other.owner_epoch;
  }

  /// A write that the schema does not take, for what is in it.
  std::function<bool(const payment_write&)> refuses;

  commit_result commit(std::span<const payment_write> batch) override {
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
    if (refuses && std::ranges::any_of(batch, refuses))
      return {commit_outcome::refused, "refused by a rule of the test"};
    const memory_payment_rows before = *this;
    for (const auto& w : batch) {
      if (apply(w)) continue;
      static_cast<memory_payment_rows&>(*this) = before;
      return {commit_outcome::refused, broken.back()};
    }
    return what == next_commit::works ? commit_outcome::committed : commit_outcome::in_doubt;
  }
  std::size_t prune_keys(time_point before, std::size_t limit) override {
    return std::erase_if(key_times, [&](const auto& remembered) {
      if (limit == 0 || remembered.second >= before) return false;
      --limit;
      return keys.erase(remembered.first) == 1;
    });
  }
  std::size_t prune_outbox(const kept_times& kept, std::size_t limit,
                           const std::vector<std::string>& consumed_by) override {
    auto passed = consumed_by.empty() ? 0 : ~std::uint64_t{0};
    for (const auto& name : consumed_by)
      passed = std::min(passed, consumers.contains(name) ? consumers.at(name) : 0);
    std::size_t looked_at = 0, over = 0;
    auto through = pruned;
    for (const auto& e : events) {
      if (e.sequence <= pruned || e.sequence > passed) continue;
      if (looked_at++ >= limit) break;
      if (kept.hold(e.occurred_at)) continue;
      over = looked_at;
      through = e.sequence;
    }
    pruned = through;
    let_go();
    return over;
  }
  std::uint64_t pruned_through() override {
    read();
    return pruned;
  }
  sales_baseline sales(const std::string& consumer, std::int64_t since_minute) override {
    read();
    const auto is_parked_here = [&](payment_id id, event_kind kind) {
      return std::ranges::any_of(parked, [&](const auto& p) {
        return p.second.consumer == consumer && p.second.event.payment == id &&
               p.second.event.kind == kind;
      });
    };
    std::map<schedule_id, std::vector<std::pair<time_point, std::int64_t>>> moved;
    std::map<std::pair<std::int64_t, schedule_id>, std::int64_t> minutes;
    sales_baseline all{last_sequence, {}, {}};
    for (const auto& [id, row] : rows) {
      const bool refunded = row.state == saga_state::refunded;
      if (!(keeps_seats(row) || refunded) || is_parked_here(id, event_kind::payment_completed))
        continue;
      auto& of = moved[row.reservation.schedule];
      of.emplace_back(row.completed_at, row.seats);
      const bool taken_back = refunded && !is_parked_here(id, event_kind::payment_refunded);
      if (taken_back)
        of.emplace_back(row.released_at == no_time ? row.changed_at : row.released_at,
                        -std::int64_t{row.seats});
      const auto minute =
          std::chrono::floor<std::chrono::minutes>(row.completed_at).time_since_epoch().count();
      if (minute >= since_minute && !taken_back)
        minutes[{minute, row.reservation.schedule}] += row.seats;
    }
    for (auto& [schedule, of] : moved) {
      std::ranges::sort(of);
      schedule_sales s{schedule, 0, no_time, 0, no_time};
      for (const auto& [at, seats] : of) {
        s.seats += seats;
        if (seats > 0) s.last_paid_at = at;
        if (s.seats > s.most_seats) std::tie(s.most_seats, s.most_at) = std::pair{s.seats, at};
      }
      all.schedules.push_back(s);
    }
    for (const auto& [key, seats] : minutes)
      all.minutes.push_back({key.second, key.first, seats});
    return all;
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
    std::ranges::sort(found, {}, [](const open_saga& s) { return age(s.row); });
    return found;
  }
  std::optional<payment> find(payment_id id) override {
    read();
    const auto at = rows.find(id);
    return at == rows.end() ? std::nullopt : std::optional{at->second};
  }
  std::optional<payment> find_by_reservation(reservation_id reservation) override {
    read();
    std::optional<payment> found;
    for (const auto& [id, row] : rows)
      if (row.reservation == reservation && row.state != saga_state::failed &&
          row.state != saga_state::compensated && (!found || age(row) > age(*found)))
        found = row;
    return found;
  }
  std::optional<remembered_payment> find_key(const digest& scope) override {
    read();
    const auto at = keys.find(scope);
    return at == keys.end() ? std::nullopt : std::optional{at->second};
  }
  key_page key_scopes(std::int64_t cursor, std::size_t limit) override {
    read();
    return page_of(keys, cursor, limit);
  }
  std::vector<saga_note> timeline(payment_id id) override {
    std::vector<saga_note> found;
    for (const auto& n : notes)
      if (n.payment == id) found.push_back(n);
    return found;
  }
  std::vector<payment> sagas(const saga_query& asked) override {
    read();
    std::vector<payment> found;
    const auto last = rows.find(asked.after);
    if (asked.after && last == rows.end()) return found;
    for (const auto& [id, row] : rows)
      if ((!asked.state || row.state == *asked.state) && row.changed_at <= asked.unchanged_since)
        found.push_back(row);
    std::ranges::sort(found, std::ranges::greater{}, age);
    if (asked.after)
      std::erase_if(found, [&](const payment& p) { return age(p) >= age(last->second); });
    found.resize(std::min(found.size(), asked.limit));
    return found;
  }
  std::size_t parked_sagas(std::uint32_t first_shard, std::uint32_t shards) override {
    read();
    return static_cast<std::size_t>(std::ranges::count_if(rows, [&](const auto& row) {
      const auto shard = shard_of(row.first);
      return row.second.state == saga_state::parked && shard >= first_shard &&
             shard < first_shard + shards;
    }));
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

  std::optional<payment_event> find_event(event_id id) override {
    read();
    const auto at = std::ranges::find(events, id, &payment_event::id);
    return at == events.end() ? std::nullopt : std::optional{*at};
  }
  std::vector<parked_event> parked_after(std::uint64_t sequence, std::size_t limit) override {
    std::set<std::uint64_t> shown;
    return parked_where([&](const parked_event& p) {
      if (p.event.sequence <= sequence) return false;
      if (shown.size() < limit) shown.insert(p.event.sequence);
      return shown.contains(p.event.sequence);
    });
  }
  std::vector<parked_event> parked_of(const std::string& consumer, schedule_id schedule,
                                      std::size_t limit) override {
    auto found = parked_where([&](const parked_event& p) {
      return p.consumer == consumer && p.event.schedule() == schedule;
    });
    found.resize(std::min(found.size(), limit));
    return found;
  }
  std::vector<parked_event> find_parked(event_id id) override {
    return parked_where([&](const parked_event& p) { return p.event.id == id; });
  }
  std::vector<std::uint64_t> parked_between(const std::string& consumer, std::uint64_t after,
                                            std::uint64_t through) override {
    std::vector<std::uint64_t> found;
    for (const auto& p : parked_where([&](const parked_event& each) {
           return each.consumer == consumer && each.event.sequence > after &&
                  each.event.sequence <= through;
         }))
      found.push_back(p.event.sequence);
    return found;
  }
  parked_schedules parked_for(const std::string& consumer) override {
    std::map<schedule_id, std::uint64_t> first;
    const auto found = parked_where([&](const parked_event& p) { return p.consumer == consumer; });
    for (const auto& p : found)
      first.emplace(p.event.schedule(), p.event.sequence);
    parked_schedules all{{}, found.size()};
    for (const auto& [schedule, sequence] : first)
      all.schedules.push_back({schedule, sequence});
    return all;
  }

  std::vector<std::string> broken;  ///< what only a bug writes; a database refuses most of it

 private:
  void read() {
    if (unreadable > 0 && unreadable-- > 0) throw std::runtime_error{"unreadable"};
  }
  template <class Wanted>
  std::vector<parked_event> parked_where(Wanted wanted) {
    read();
    std::vector<parked_event> found;
    for (const auto& [key, p] : parked)
      if (wanted(p)) found.push_back(p);
    return found;
  }
  void let_go() {
    std::erase_if(events,
                  [&](const payment_event& e) { return e.sequence <= pruned && !is_parked(e.id); });
  }
  bool is_parked(event_id id) {
    return std::ranges::any_of(parked, [&](const auto& p) { return p.second.event.id == id; });
  }
  static std::pair<time_point, payment_id> age(const payment& p) { return {p.created_at, p.id}; }
  static bool keeps_seats(const payment& p) {
    return p.state == saga_state::completed || p.state == saga_state::refund_started ||
           p.state == saga_state::refund_released ||
           (p.state == saga_state::parked && p.completed_at != no_time);
  }
  bool refuse(std::string why) {
    broken.push_back(std::move(why));
    return false;
  }
  bool apply(const payment_write& w) {
    if (w.row && !put(*w.row)) return false;
    notes.insert(notes.end(), w.notes.begin(), w.notes.end());
    if (w.event && !publish(*w.event)) return false;
    if (w.key.present() && !remember(w)) return false;
    return !w.consumed || consume(w);
  }
  bool put(const payment& p) {
    for (const auto& [id, other] : rows)
      if (id != p.id && other.reservation == p.reservation && keeps_seats(other) && keeps_seats(p))
        return refuse("two payments keep the seats of " + to_text(p.reservation));
    const auto at = rows.find(p.id);
    if (at != rows.end()) {
      const auto facts = [](const payment& of) {
        return std::tie(of.reservation, of.concert, of.user, of.amount, of.created_at);
      };
      if (facts(at->second) != facts(p))
        return refuse("a payment changed its facts: " + to_text(p.id));
      // No schema forbids it, but no saga does it.
      if (is_terminal(at->second.state) &&
          !(at->second.state == saga_state::completed && p.state == saga_state::refund_started))
        broken.push_back("a terminal payment changed: " + to_text(p.id));
    }
    rows[p.id] = p;
    return true;
  }
  bool publish(const payment_event& event) {
    for (const auto& e : events)
      if (e.id == event.id || (e.payment == event.payment && e.kind == event.kind))
        return refuse("an event twice: " + to_text(e.id));
    events.push_back(event);
    events.back().sequence = ++last_sequence;
    return true;
  }
  bool remember(const payment_write& w) {
    const auto [at, added] = keys.try_emplace(w.key.scope, remembered_payment{w.key.body, {}, {}});
    if (added) key_times[w.key.scope] = w.at;
    auto& k = at->second;
    if (k.body != w.key.body) return refuse("a key with another body");
    k.payment = w.key_payment;
    if (!k.answer) k.answer = w.answer;
    return true;
  }
  bool consume(const payment_write& w) {
    const auto& [consumer, sequence] = *w.consumed;
    auto& position = consumers[consumer];
    position = std::max(position, sequence);
    for (const auto& p : w.parked) {
      if (std::ranges::count(events, p.event.id, &payment_event::id) == 0)
        return refuse("parked without event");
      parked.insert_or_assign({p.event.sequence, consumer}, p);
    }
    std::erase_if(parked, [&, name = consumer](const auto& p) {
      return p.second.consumer == name && std::ranges::count(w.replayed, p.second.event.id) > 0;
    });
    let_go();
    return true;
  }
};

}  // namespace boxoffice::testing
