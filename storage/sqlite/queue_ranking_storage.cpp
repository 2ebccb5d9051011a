#include "config/limits.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/stores.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own

// The numbers stand in the schema and in the statements below.
static_assert(static_cast<int>(token_state::waiting) == 0);
static_assert(static_cast<int>(token_state::active) == 1);
static_assert(static_cast<int>(token_state::expired) == 4);

class sqlite_queue_ranking_store final : public owned<queue_ranking_store> {
 public:
  sqlite_queue_ranking_store(std::shared_ptr<database_file> file, std::size_t marks_kept)
      : owned_port{std::move(file), storage::no_numbers}, marks_kept_{marks_kept} {
    statement counts{db_.database(),
                     "SELECT consumer, count(*) FROM applied_event GROUP BY consumer"};
    counts.each([&](row& r) {
      const auto consumer = r.next<std::string>();
      marks_[consumer].count = r.next<std::size_t>();
    });
    statement forgotten{db_.database(), "SELECT consumer, forgotten_through FROM forgotten_marks"};
    forgotten.each([&](row& r) {
      const auto consumer = r.next<std::string>();
      marks_[consumer].forgotten_through = r.next<std::uint64_t>();
    });
  }

  commit_result commit(std::span<const queue_ranking_write> batch) override {
    std::map<std::string, marks> after;
    const auto result = db_.in_transaction([&] {
      final_rows boards;
      for (const auto& write : batch) {
        if (const auto* place = std::get_if<queue_write>(&write)) apply(*place);
        if (const auto* event = std::get_if<ranking_write>(&write)) apply(*event, boards);
      }
      put(boards);
      for (const auto& [consumer, added] : boards.applied)
        after[consumer] = forget(consumer, added);
    });
    if (result == commit_outcome::committed)
      for (const auto& [consumer, now] : after)
        marks_[consumer] = now;
    return result;
  }

  std::size_t prune_queue(time_point before, std::size_t limit) override {
    int pruned = 0;
    const auto outcome = db_.in_transaction([&] {
      keep_sequences_.run(before, limit);
      pruned = prune_.run(before, limit);
    });
    return outcome == commit_outcome::committed ? static_cast<std::size_t>(pruned) : 0;
  }

 private:
  /// The rows of the boards as a batch leaves them: most of its events are about the same few.
  struct final_rows {
    std::map<std::pair<schedule_id, std::int64_t>, sales_bucket> buckets;
    std::map<std::pair<std::string, schedule_id>, sales_total> totals;
    std::map<std::string, std::size_t> applied;
  };
  /// Of one consumer.
  struct marks {
    std::size_t count{0};
    std::uint64_t forgotten_through{0};
  };

  void apply(const queue_write& write) {
    const auto& e = write.entry;
    const auto changed = entry_.run(e.token.number, e.concert, e.user, e.sequence, e.state,
                                    e.expires_at, e.changed_at);
    expect(changed == 1, "a token keeps its concert, user and place");
  }

  void apply(const ranking_write& write, final_rows& boards) {
    applied_.run(write.consumer, write.sequence, write.event);
    ++boards.applied[write.consumer];
    if (const auto& b = write.bucket) boards.buckets.insert_or_assign({b->schedule, b->minute}, *b);
    if (const auto& t = write.total)
      boards.totals.insert_or_assign({write.consumer, t->schedule}, *t);
  }

  void put(const final_rows& boards) {
    for (const auto& [key, b] : boards.buckets)
      bucket_.run(b.minute, b.schedule, b.seats);
    for (const auto& [key, t] : boards.totals)
      total_.run(key.first, t.schedule, t.seats, t.last_paid_at, t.sold_out_at);
  }

  // A few more than are added, until there are no more than are kept.
  marks forget(const std::string& consumer, std::size_t added) {
    auto now = marks_[consumer];
    now.count += added;
    if (now.count <= marks_kept_) return now;
    const auto most =
        std::min(now.count - marks_kept_, added * limits::applied_events_forgotten_each);
    const auto last = nth_mark_.first([](row& r) { return r.next<std::uint64_t>(); }, consumer,
                                      now.forgotten_through, most - 1);
    if (!last) return now;
    const auto gone = forget_applied_.run(consumer, now.forgotten_through, *last);
    forgotten_.run(consumer, *last);
    return {now.count - static_cast<std::size_t>(gone), *last};
  }

  const std::size_t marks_kept_;
  std::map<std::string, marks> marks_;
  statement entry_{db_.database(), R"(
    INSERT INTO queue_entry (token, concert, user, sequence, state, expires_at, changed_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (token) DO UPDATE SET
      state = excluded.state, expires_at = excluded.expires_at, changed_at = excluded.changed_at
    WHERE concert = excluded.concert AND user = excluded.user AND sequence = excluded.sequence)"};
  statement keep_sequences_{db_.database(), R"(
    INSERT INTO pruned_room (concert, last_sequence)
    SELECT concert, max(sequence) FROM (
      SELECT concert, sequence FROM queue_entry
      WHERE state >= 2 AND changed_at < ? ORDER BY changed_at, token LIMIT ?)
    WHERE true GROUP BY concert
    ON CONFLICT (concert) DO UPDATE SET
      last_sequence = max(last_sequence, excluded.last_sequence))"};
  statement prune_{db_.database(), R"(
    DELETE FROM queue_entry WHERE token IN (
      SELECT token FROM queue_entry
      WHERE state >= 2 AND changed_at < ? ORDER BY changed_at, token LIMIT ?))"};
  statement applied_{db_.database(), R"(
    INSERT INTO applied_event (consumer, sequence, event) VALUES (?, ?, ?))"};
  statement nth_mark_{db_.database(), R"(
    SELECT sequence FROM applied_event WHERE consumer = ? AND sequence > ?
    ORDER BY sequence LIMIT 1 OFFSET ?)"};
  statement forget_applied_{db_.database(), R"(
    DELETE FROM applied_event WHERE consumer = ? AND sequence > ? AND sequence <= ?)"};
  statement forgotten_{db_.database(), R"(
    INSERT INTO forgotten_marks (consumer, forgotten_through) VALUES (?, ?)
    ON CONFLICT (consumer) DO UPDATE SET forgotten_through = excluded.forgotten_through)"};
  statement bucket_{db_.database(), R"(
    INSERT INTO sales_bucket (minute, schedule, seats) VALUES (?, ?, ?)
    ON CONFLICT (minute, schedule) DO UPDATE SET seats = excluded.seats)"};
  statement total_{db_.database(), R"(
    INSERT INTO sales_total (consumer, schedule, seats, last_paid_at, sold_out_at)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (consumer, schedule) DO UPDATE SET
      seats = excluded.seats, last_paid_at = excluded.last_paid_at,
      sold_out_at = excluded.sold_out_at)"};
};

class sqlite_queue_reader final : public queue_reader {
 public:
  explicit sqlite_queue_reader(std::shared_ptr<database_file> file) : db_{std::move(file)} {}

  room_state load_room(concert_id concert, time_point ended_after) override {
    return db_.read([&] {
      room_state state;
      entries_.each(
          [&](row& r) {
            auto& e = state.entries.emplace_back();
            r.into(e.token.number, e.concert, e.user, e.sequence, e.state, e.expires_at,
                   e.changed_at);
            e.token.concert = e.concert;
          },
          concert, ended_after);
      const auto read = [](row& r) { return r.next<std::uint64_t>(); };
      state.last_sequence = std::max(last_.first(read, concert).value_or(0),
                                     pruned_.first(read, concert).value_or(0));
      return state;
    });
  }

 private:
  reading_connection db_;
  statement entries_{db_.database(), R"(
    SELECT token, concert, user, sequence, state, expires_at, changed_at FROM queue_entry
    WHERE concert = ? AND (state IN (0, 1) OR changed_at > ?) ORDER BY sequence)"};
  statement last_{db_.database(), R"(
    SELECT sequence FROM queue_entry WHERE concert = ? ORDER BY sequence DESC LIMIT 1)"};
  statement pruned_{db_.database(), "SELECT last_sequence FROM pruned_room WHERE concert = ?"};
};

class sqlite_ranking_reader final : public ranking_reader {
 public:
  explicit sqlite_ranking_reader(std::shared_ptr<database_file> file) : db_{std::move(file)} {}

  board_state load_board(const std::string& consumer, std::int64_t since_minute) override {
    return db_.read([&] {
      board_state state;
      buckets_.each(
          [&](row& r) {
            auto& b = state.buckets.emplace_back();
            r.into(b.schedule, b.minute, b.seats);
          },
          since_minute);
      totals_.each(
          [&](row& r) {
            auto& t = state.totals.emplace_back();
            r.into(t.schedule, t.seats, t.last_paid_at, t.sold_out_at);
          },
          consumer);
      state.applied_through =
          through_.first([](row& r) { return r.next<std::uint64_t>(); }, consumer).value_or(0);
      return state;
    });
  }

  std::uint64_t forgotten_through(const std::string& consumer) override {
    return db_.read([&] {
      return forgotten_.first([](row& r) { return r.next<std::uint64_t>(); }, consumer).value_or(0);
    });
  }

  std::vector<event_id> applied_among(const std::string& consumer,
                                      const std::vector<numbered_event>& events) override {
    return db_.read([&] {
      std::vector<event_id> applied;
      const auto event = [](row& r) { return r.next<event_id>(); };
      for (const auto& each : events)
        if (applied_.first(event, consumer, each.sequence) == each.event)
          applied.push_back(each.event);
      return applied;
    });
  }

 private:
  reading_connection db_;
  statement applied_{db_.database(),
                     "SELECT event FROM applied_event WHERE consumer = ? AND sequence = ?"};
  statement buckets_{db_.database(), R"(
    SELECT schedule, minute, seats FROM sales_bucket
    WHERE minute >= ? ORDER BY minute, schedule)"};
  statement totals_{db_.database(), R"(
    SELECT schedule, seats, last_paid_at, sold_out_at FROM sales_total
    WHERE consumer = ? ORDER BY schedule)"};
  statement through_{db_.database(), R"(
    SELECT sequence FROM applied_event WHERE consumer = ? ORDER BY sequence DESC LIMIT 1)"};
  statement forgotten_{db_.database(),
                       "SELECT forgotten_through FROM forgotten_marks WHERE consumer = ?"};
};

}  // namespace

queue_ranking_storage open_queue_ranking_storage(const std::filesystem::path& file,
                                                 const storage_tuning& how) {
  migrate(file, queue_ranking_schema);
  const auto shared = std::make_shared<database_file>(file, how.log_pages_max);
  queue_ranking_storage opened;
  translated([&] {
    opened.store = std::make_unique<sqlite_queue_ranking_store>(shared, how.marks_kept);
    opened.queue = std::make_unique<sqlite_queue_reader>(shared);
    opened.ranking = std::make_unique<sqlite_ranking_reader>(shared);
  });
  opened.file = shared;
  return opened;
}

}  // namespace boxoffice
