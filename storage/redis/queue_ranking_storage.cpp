#include "storage/migrated.hpp"
#include "storage/owned_port.hpp"
#include "storage/redis/connection.hpp"
#include "storage/redis/stores.hpp"

#include <limits>
#include <utility>

namespace boxoffice {
namespace {

using namespace redis;  // NOLINT(google-build-using-namespace): the folder's own

class redis_queue_ranking_store final
    : public storage::owned_port<queue_ranking_store, writing_connection> {
 public:
  explicit redis_queue_ranking_store(std::shared_ptr<ranking_database> of)
      : owned_port{std::move(of)} {}

  commit_result commit(std::span<const queue_ranking_write> batch) override {
    return db_.commit(batch);
  }
  std::size_t prune_queue(time_point before, std::size_t limit) override {
    return db_.prune(before, limit);
  }
  [[nodiscard]] std::uint64_t restorings() const override { return db_.restorings(); }
};

class redis_queue_reader final : public queue_reader {
 public:
  explicit redis_queue_reader(std::shared_ptr<ranking_database> of) : db_{std::move(of)} {}

  room_state load_room(concert_id concert, time_point ended_after) override {
    room_state state;
    state.last_sequence = db_.each_entry(concert, [&](const queue_entry& e) {
      const bool live = e.state == token_state::waiting || e.state == token_state::active;
      if (live || e.changed_at > ended_after) state.entries.push_back(e);
    });
    return state;
  }

 private:
  reading_connection db_;
};

class redis_ranking_reader final : public ranking_reader {
 public:
  explicit redis_ranking_reader(std::shared_ptr<ranking_database> of) : db_{std::move(of)} {}

  board_state load_board(const std::string& consumer, std::int64_t since_minute) override {
    return db_.board(consumer, since_minute);
  }

  std::uint64_t forgotten_through(const std::string& consumer) override {
    const auto index = db_.read(&scripts::read_index, {});
    const auto& forgotten = index.at(2).items;
    for (std::size_t i = 0; i + 1 < forgotten.size(); i += 2)
      if (forgotten[i].text == consumer) return number(forgotten[i + 1].text);
    return 0;
  }

  std::vector<event_id> applied_among(const std::string& consumer,
                                      const std::vector<numbered_event>& events) override {
    std::vector<std::string> values{consumer};
    values.reserve(events.size() + 1);
    for (const auto& each : events)
      values.push_back(std::to_string(each.event.value));
    const auto said = db_.read(&scripts::read_applied, values);
    std::vector<event_id> applied;
    for (std::size_t i = 0; i < events.size(); ++i)
      if (!said.at(0).items.at(i).text.empty()) applied.push_back(events[i].event);
    return applied;
  }

 private:
  reading_connection db_;
};

}  // namespace

redis_queue_ranking open_redis_queue_ranking(const std::string& url, std::size_t marks_kept,
                                             const std::optional<cluster::owner_row>& seen) {
  const auto shared = std::make_shared<ranking_database>(parse_location(url), marks_kept);
  shared->take_over_only = seen;
  redis_queue_ranking opened;
  opened.store = std::make_unique<redis_queue_ranking_store>(shared);
  opened.queue = std::make_unique<redis_queue_reader>(shared);
  opened.ranking = std::make_unique<redis_ranking_reader>(shared);
  return opened;
}

books_part redis_books(const std::string& url) {
  return [where = parse_location(url)](audit::books& into) {
    reading_connection db{std::make_shared<ranking_database>(where),
                          reading_connection::owned_by_us::no};
    const auto index = db.read(&scripts::read_index, {});
    const auto& forgotten = index.at(2).items;
    for (std::size_t i = 0; i + 1 < forgotten.size(); i += 2)
      into.forgotten.push_back(
          {into.consumers.of(forgotten[i].text), number(forgotten[i + 1].text)});
    const auto& consumers = index.at(1).items;
    for (std::size_t i = 0; i + 1 < consumers.size(); i += 2) {
      const auto& name = consumers[i].text;
      const auto number = into.consumers.of(name);
      db.each_mark(name, [&](const replica_copy::mark& m) {
        into.applied.push_back({number, m.sequence, m.event.value});
      });
      for (const auto& t : db.board(name, std::numeric_limits<std::int64_t>::max()).totals)
        into.totals.push_back({number, t.schedule.value, t.seats});
    }
  };
}

std::string check_redis(const std::string& url) {
  link db{parse_location(url)};
  db.open();
  const ranking_database of{parse_location(url)};
  const auto found = db.run(command{"HGET", of.keys()[0], "layout"});
  if (found.is == reply::type::nil)
    return "queue_ranking: nothing in " + db.name() + " yet, the server will begin it";
  const auto layout = static_cast<int>(number(found.text));
  if (layout > layout_now) refuse_layout(db.name(), found.text);
  return describe("queue_ranking", {layout, layout_now});
}

}  // namespace boxoffice
