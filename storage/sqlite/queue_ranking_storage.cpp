#include "config/limits.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/stores.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
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
    statement minutes{db_.database(), "SELECT DISTINCT minute FROM sales_bucket"};
    minutes.each([&](row& r) { minutes_.insert(r.next<std::int64_t>()); });
  }

  commit_result commit(std::span<const queue_ranking_write> batch) override {
    final_rows boards;
    const auto result = db_.in_transaction([&] {
      boards = {};
      for (const auto& write : batch) {
        if (const auto* place = std::get_if<queue_write>(&write)) apply(*place);
        if (const auto* event = std::get_if<ranking_write>(&write)) apply(*event, boards);
        if (const auto* part = std::get_if<board_fill>(&write)) apply(*part, boards);
      }
      put(boards);
      for (const auto& [consumer, added] : boards.applied)
        forget(consumer, added, boards);
      forget_minutes(boards);
    });
    if (result == commit_outcome::committed) {
      for (const auto& [consumer, now] : boards.after)
        marks_[consumer] = now;
      minutes_ = std::move(boards.minutes).value_or(std::move(minutes_));
    }
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
  /// Of one consumer.
  struct marks {
    std::size_t count{0};
    std::uint64_t forgotten_through{0};
  };
  struct added_marks {
    std::size_t count{0};
    std::uint64_t no_more_through{0};
  };
  /// The rows of the boards as a batch leaves them: most of its events are about the same few.
  struct final_rows {
    std::map<std::pair<schedule_id, std::int64_t>, sales_bucket> buckets;
    std::map<std::pair<std::string, schedule_id>, sales_total> totals;
    std::map<std::string, added_marks> applied;
    std::map<std::string, marks> after;
    std::optional<std::set<std::int64_t>> minutes;  // empty: as they were
  };

  void apply(const queue_write& write) {
    const auto& e = write.entry;
    const auto changed = entry_.run(e.token.number, e.concert, e.user, e.sequence, e.state,
                                    e.expires_at, e.changed_at);
    expect(changed == 1, "a token keeps its concert, user and place");
  }

  void apply(const ranking_write& write, final_rows& boards) {
    applied_.run(write.consumer, write.sequence, write.event);
    auto& added = boards.applied[write.consumer];
    ++added.count;
    added.no_more_through = std::max(added.no_more_through, write.no_more_through);
    if (const auto& b = write.bucket) boards.buckets.insert_or_assign({b->schedule, b->minute}, *b);
    if (const auto& t = write.total)
      boards.totals.insert_or_assign({write.consumer, t->schedule}, *t);
  }

  // What stands before it in the batch is gone with the rest.
  void apply(const board_fill& part, final_rows& boards) {
    put(boards);
    boards.buckets.clear();
    boards.totals.clear();
    if (part.begins()) empty(part, boards);
    for (const auto& b : part.buckets)
      boards.buckets.insert_or_assign({b.schedule, b.minute}, b);
    for (const auto& t : part.totals)
      boards.totals.insert_or_assign({part.consumer, t.schedule}, t);
    if (!part.ends()) return;
    filled_.run(part.consumer, part.through);
    forgotten_.run(part.consumer, part.through);
    boards.after[part.consumer].forgotten_through = part.through;
  }

  void empty(const board_fill& part, final_rows& boards) {
    drop_totals_.run(part.consumer);
    drop_marks_.run(part.consumer);
    drop_forgotten_.run(part.consumer);
    drop_filled_.run(part.consumer);
    boards.applied.erase(part.consumer);
    boards.after[part.consumer] = {};
    if (part.buckets_are == board_fill::minutes::kept) return;
    drop_buckets_.run();
    boards.minutes.emplace();
  }

  void put(final_rows& boards) {
    for (const auto& [key, b] : boards.buckets) {
      bucket_.run(b.minute, b.schedule, b.seats);
      if (!minutes_of(boards).contains(b.minute)) changed_minutes_of(boards).insert(b.minute);
    }
    for (const auto& [key, t] : boards.totals)
      total_.run(key.first, t.schedule, t.seats, t.last_paid_at, t.sold_out_at);
  }

  const std::set<std::int64_t>& minutes_of(const final_rows& boards) const {
    return boards.minutes ? *boards.minutes : minutes_;
  }
  std::set<std::int64_t>& changed_minutes_of(final_rows& boards) const {
    if (!boards.minutes) boards.minutes = minutes_;
    return *boards.minutes;
  }

  void forget_minutes(final_rows& boards) {
    for (std::size_t n = 0; n < limits::sales_minutes_forgotten_each &&
                            minutes_of(boards).size() > limits::sales_minutes_kept;
         ++n) {
      auto& minutes = changed_minutes_of(boards);
      forget_minute_.run(*minutes.begin());
      minutes.erase(minutes.begin());
    }
  }

  // A few more than are added: those that are too many, or that nobody asks for any more.
  void forget(const std::string& consumer, const added_marks& added, final_rows& boards) {
    auto& now = boards.after.try_emplace(consumer, marks_[consumer]).first->second;
    now.count += added.count;
    const auto too_many = now.count > marks_kept_ ? now.count - marks_kept_ : 0;
    const auto most = added.count * limits::applied_events_forgotten_each;
    if (too_many > 0)
      forget_through(consumer, last_of(consumer, now, every_sequence, std::min(too_many, most)),
                     now);
    else if (added.no_more_through > now.forgotten_through)
      forget_through(consumer, last_of(consumer, now, added.no_more_through, most), now);
  }
  // The last of the next `count` marks, none of them behind `through`.
  std::optional<std::uint64_t> last_of(const std::string& consumer, const marks& now,
                                       std::uint64_t through, std::size_t count) {
    std::optional<std::uint64_t> last;
    next_marks_.each([&](row& r) { last = r.next<std::uint64_t>(); }, consumer,
                     now.forgotten_through, through, count);
    return last;
  }
  void forget_through(const std::string& consumer, std::optional<std::uint64_t> last, marks& now) {
    if (!last) return;
    now.count -=
        static_cast<std::size_t>(forget_applied_.run(consumer, now.forgotten_through, *last));
    now.forgotten_through = *last;
    forgotten_.run(consumer, *last);
  }

  static constexpr auto every_sequence = std::numeric_limits<std::uint64_t>::max() >> 1U;
  const std::size_t marks_kept_;
  std::map<std::string, marks> marks_;
  std::set<std::int64_t> minutes_;  // in which anything was sold, as far as kept
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
  statement next_marks_{db_.database(), R"(
    SELECT sequence FROM applied_event WHERE consumer = ? AND sequence > ? AND sequence <= ?
    ORDER BY sequence LIMIT ?)"};
  statement forget_applied_{db_.database(), R"(
    DELETE FROM applied_event WHERE consumer = ? AND sequence > ? AND sequence <= ?)"};
  statement forgotten_{db_.database(), R"(
    INSERT INTO forgotten_marks (consumer, forgotten_through) VALUES (?, ?)
    ON CONFLICT (consumer) DO UPDATE SET forgotten_through = excluded.forgotten_through)"};
  statement filled_{db_.database(), R"(
    INSERT INTO filled_board (consumer, through) VALUES (?, ?)
    ON CONFLICT (consumer) DO UPDATE SET through = excluded.through)"};
  statement drop_totals_{db_.database(), "DELETE FROM sales_total WHERE consumer = ?"};
  statement drop_marks_{db_.database(), "DELETE FROM applied_event WHERE consumer = ?"};
  statement drop_forgotten_{db_.database(), "DELETE FROM forgotten_marks WHERE consumer = ?"};
  statement drop_filled_{db_.database(), "DELETE FROM filled_board WHERE consumer = ?"};
  statement drop_buckets_{db_.database(), "DELETE FROM sales_bucket"};
  statement forget_minute_{db_.database(), "DELETE FROM sales_bucket WHERE minute = ?"};
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
      const auto number = [](row& r) { return r.next<std::uint64_t>(); };
      state.filled_through = filled_.first(number, consumer).value_or(0);
      state.applied_through =
          std::max(state.filled_through, through_.first(number, consumer).value_or(0));
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
  statement filled_{db_.database(), "SELECT through FROM filled_board WHERE consumer = ?"};
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
