#pragma once

#include "actors/queue_ranking/queue_ranking_store.hpp"
#include "storage/redis/link.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxoffice::redis {

/// Operations of the scripts `commit` and `put_back` (scripts.hpp), appended to their values: a
/// letter and what belongs to it.
class operations {
 public:
  /// **Faults** storage_error{constraint} when the token is not one of that concert.
  void entry(const queue_entry& e);
  void last_sequence(concert_id concert, std::uint64_t sequence);
  void forgotten(const std::string& consumer, std::uint64_t sequence);
  void mark(const std::string& consumer, event_id event, std::uint64_t sequence);
  void no_more(const std::string& consumer, std::uint64_t through);
  void emptied(const std::string& consumer, board_fill::minutes buckets_are);
  void filled(const std::string& consumer, std::uint64_t through);
  void bucket(const sales_bucket& b);
  void total(const std::string& consumer, const sales_total& t);
  void batch(std::span<const queue_ranking_write> writes);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const std::vector<std::string>& values() const { return values_; }
  std::vector<std::string> take() {
    count_ = 0;
    return std::exchange(values_, {});
  }

 private:
  void write(const queue_write& w) { entry(w.entry); }
  void write(const ranking_write& w);
  void write(const board_fill& part);
  template <class... Values>
  void add(const char* letter, const Values&... values);

  std::vector<std::string> values_;
  std::size_t count_{0};
};

/// What the scripts keep as text, read back. **Faults** storage_error{damaged}.
std::uint64_t number(std::string_view text);
std::int64_t signed_number(std::string_view text);
queue_entry entry_from(queue_token token, std::string_view stored);
sales_total total_from(schedule_id schedule, std::string_view stored);

}  // namespace boxoffice::redis
