// The stores in memory, on which actors are tested and simulated, under the contract suites of
// their ports: what they keep is what the real ones keep.
#include "tests/actors/queue/memory_queue_ranking_store.hpp"
#include "tests/storage/contract/queue_ranking_store_contract.hpp"

#include <map>
#include <string>
#include <utility>

namespace boxoffice::test {
namespace {

/// With the rules that a real store has as a second line. **Why** apart: the simulation looks for
/// the bugs that these would hide.
class ruled_store final : public testing::memory_queue_ranking_store {
 public:
  commit_outcome commit(std::span<const queue_ranking_write> batch) override {
    const ruled_store before{*this};
    for (const auto& w : batch) {
      if (std::visit([this](const auto& part) { return breaks_a_rule(part); }, w)) {
        *this = before;
        return commit_outcome::failed;
      }
      memory_queue_ranking_store::commit(std::span{&w, 1});
    }
    return commit_outcome::committed;
  }

  std::size_t prune_queue(time_point before, std::size_t limit) override {
    std::map<std::pair<time_point, queue_token>, concert_id> ended;
    for (const auto& [token, e] : entries)
      if (!is_live(e.state) && e.changed_at < before) ended[{e.changed_at, token}] = e.concert;
    std::size_t pruned = 0;
    for (const auto& [which, concert] : ended) {
      if (pruned == limit) break;
      last_[concert] = std::max(last_[concert], entries.at(which.second).sequence);
      entries.erase(which.second);
      ++pruned;
    }
    return pruned;
  }

  room_state load_room(concert_id concert, time_point ended_after) override {
    auto room = memory_queue_ranking_store::load_room(concert, ended_after);
    std::ranges::sort(room.entries, {}, &queue_entry::sequence);
    room.last_sequence = std::max(room.last_sequence, last_[concert]);
    return room;
  }

 private:
  static bool is_live(token_state s) {
    return s == token_state::waiting || s == token_state::active;
  }
  bool breaks_a_rule(const queue_write& w) {
    const auto& e = w.entry;
    for (const auto& [token, other] : entries) {
      if (other.concert != e.concert) continue;
      if (token == e.token) {
        if (other.user != e.user || other.sequence != e.sequence) return true;
      } else if (other.sequence == e.sequence ||
                 (other.user == e.user && is_live(other.state) && is_live(e.state))) {
        return true;
      }
    }
    return false;
  }
  bool breaks_a_rule(const ranking_write& w) {
    if (applied.contains({w.consumer, w.event.value})) return true;
    auto& marks = marks_[w.consumer];
    if (!marks.emplace(w.sequence, w.event).second) return true;
    if (w.sequence <= limits::applied_events_kept) return false;
    const auto last = w.sequence - limits::applied_events_kept;
    const auto first =
        last > limits::applied_events_swept ? last - limits::applied_events_swept : 0;
    for (auto m = marks.lower_bound(first); m != marks.end() && m->first <= last;
         m = marks.erase(m))
      applied.erase({w.consumer, m->second.value});
    return false;
  }

  std::map<concert_id, std::uint64_t> last_;  // of places that were pruned
  std::map<std::string, std::map<std::uint64_t, event_id>> marks_;
};

class memory_backend {
 public:
  auto& store() { return store_; }
  auto& queue() { return store_; }
  auto& ranking() { return store_; }

 private:
  ruled_store store_;
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, QueueRankingStoreContract, memory_backend);

}  // namespace boxoffice::test
