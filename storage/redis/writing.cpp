#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/redis/connection.hpp"

#include <exception>
#include <limits>
#include <utility>

namespace boxoffice::redis {
namespace {

using kind = storage_error::kind;

const std::string& verdict(const reply& of) { return of.items.at(0).text; }

[[noreturn]] void replaced() {
  throw storage_error{kind::replaced,
                      "another process has taken the database over; this one should end"};
}

// What `put_back` and `commit` are told of the bounds.
void add_bounds(std::vector<std::string>& values, std::size_t marks_kept) {
  values.push_back(std::to_string(marks_kept));
  values.push_back(std::to_string(limits::applied_events_forgotten_each));
  values.push_back(std::to_string(limits::sales_minutes_kept));
}

/// Flushed in the middle of being put back.
class lost_again : public storage_error {
 public:
  lost_again() : storage_error{kind::unreachable, "Redis lost again what was being put back"} {}
};

void demand_attempt(const reply& answer) {
  if (verdict(answer) == "ours") return;
  if (verdict(answer) == "replaced") replaced();
  throw lost_again{};
}

}  // namespace

void refuse_layout(const std::string& name, const std::string& layout) {
  throw schema_too_new{name + ": the keys were written by a newer version (layout " + layout + ")"};
}

writing_connection::writing_connection(std::shared_ptr<ranking_database> of)
    : database_{std::move(of)}, link_{database_->new_link()} {
  acquire();
  epoch_ = database_->known().epoch;
  batch_ = database_->known().batch;
  warn_about_durability();
}

void writing_connection::acquire() {
  link_->open();
  std::vector<std::string> values{std::to_string(layout_now)};
  if (const auto& seen = database_->take_over_only)
    for (const auto number : {seen->at.epoch, seen->at.batch, seen->beat})
      values.push_back(std::to_string(number));
  const auto said = link_->run(scripts_.acquire, database_->keys(), values);
  if (verdict(said) == "too_new") refuse_layout(database_->name(), said.items.at(1).text);
  if (verdict(said) == "moved")
    throw storage_error{kind::conflict,
                        database_->name() + ": its owner lives, or another node was faster"};
  const auto epoch = number(said.items.at(1).text);
  const auto fields = link_->run(command{"HGETALL", database_->prefix() + "installation"}).items;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    fields_[fields[i].text] = fields[i + 1].text;
  if (verdict(said) == "held") {
    database_->own({epoch, number(said.items.at(2).text)});
    return load();
  }
  log(log_level::info, "storage", "Redis holds no rooms and no boards: beginning with empty ones",
      {{"database", database_->name()}});
  database_->own({epoch - 1, 0});
  put_back();
}

void writing_connection::load() {
  reading_connection from{database_};
  auto& kept = database_->kept();
  const auto index = from.read(&scripts::read_index, {});
  const auto& rooms = index.at(0).items;
  for (std::size_t i = 0; i + 1 < rooms.size(); i += 2) {
    const concert_id concert{number(rooms[i].text)};
    from.each_entry(concert, [&](const queue_entry& e) { kept.put(e); });
    kept.raise_last(concert, number(rooms[i + 1].text));
  }
  const auto& consumers = index.at(1).items;
  for (std::size_t i = 0; i + 1 < consumers.size(); i += 2) {
    const auto& consumer = consumers[i].text;
    from.each_mark(consumer, [&](const replica_copy::mark& m) { kept.put(consumer, m); });
    const auto board = from.board(consumer, std::numeric_limits<std::int64_t>::min());
    for (const auto& t : board.totals)
      kept.put(consumer, t);
    for (const auto& b : board.buckets)
      kept.put(b);
  }
  const auto& forgotten = index.at(2).items;
  for (std::size_t i = 0; i + 1 < forgotten.size(); i += 2)
    kept.raise_forgotten(forgotten[i].text, number(forgotten[i + 1].text));
  const auto& filled = index.at(3).items;
  for (std::size_t i = 0; i + 1 < filled.size(); i += 2)
    kept.put_filled(filled[i].text, number(filled[i + 1].text));
}

// **Source** Redis documentation, "Redis persistence". A user may be denied CONFIG.
void writing_connection::warn_about_durability() {
  const auto setting = [&](const std::string& name) {
    try {
      const auto found = link_->run(command{"CONFIG", "GET", name});
      return found.items.size() == 2 ? found.items[1].text : std::string{"unknown"};
    } catch (const storage_error& e) {
      if (e.why() == kind::unreachable) throw;
      link_->open();
      return std::string{"unknown"};
    }
  };
  const auto append_only = setting("appendonly");
  const auto sync = setting("appendfsync");
  const auto eviction = setting("maxmemory-policy");
  if (append_only == "unknown" || eviction == "unknown")
    log(log_level::warning, "storage",
        "cannot see whether Redis keeps what it acknowledged (CONFIG GET is denied)",
        {{"database", database_->name()}});
  else if (append_only != "yes" || sync != "always")
    log(log_level::warning, "storage",
        "Redis may lose what it acknowledged: places in line, never seats or points. To keep it: "
        "appendonly yes, appendfsync always",
        {{"database", database_->name()}, {"appendonly", append_only}, {"appendfsync", sync}});
  if (eviction != "unknown" && eviction != "noeviction")
    log(log_level::warning, "storage",
        "Redis may throw keys away when it is full. To keep them: maxmemory-policy noeviction",
        {{"database", database_->name()}, {"maxmemory-policy", eviction}});
}

// --- batches ----------------------------------------------------------------------------------

commit_result writing_connection::commit(std::span<const queue_ranking_write> batch) noexcept {
  try {
    std::vector<std::string> values;
    add_bounds(values, database_->marks_kept);
    operations what;
    what.batch(batch);
    values.insert(values.end(), what.values().begin(), what.values().end());
    // A doubt outlives this call.
    const auto writes =
        std::make_shared<const std::vector<queue_ranking_write>>(batch.begin(), batch.end());
    return run(scripts_.commit, values, [writes](replica_copy& kept) { kept.apply(*writes); });
  } catch (const std::exception& e) {
    return refused(e);
  }
}

std::size_t writing_connection::prune(time_point before, std::size_t limit) noexcept {
  try {
    database_->settle();
    const auto tokens = std::make_shared<const std::vector<queue_token>>(
        database_->kept().ended_before(before, limit));
    if (tokens->empty()) return 0;
    std::vector<std::string> values;
    for (const auto token : *tokens) {
      values.push_back(std::to_string(token.concert.value));
      values.push_back(std::to_string(token.number));
    }
    const auto done =
        run(scripts_.prune, values, [tokens](replica_copy& kept) { kept.forget(*tokens); });
    return done == commit_outcome::committed ? tokens->size() : 0;
  } catch (const std::exception& e) {
    refused(e);
    return 0;
  }
}

commit_result writing_connection::refused(const std::exception& why) {
  const auto* error = dynamic_cast<const storage_error*>(&why);
  if (error != nullptr && error->why() == kind::constraint)
    return {commit_outcome::refused, why.what()};
  log(log_level::error, "storage", "a batch was not committed",
      {{"database", database_->name()},
       {"kind", to_text(error != nullptr ? error->why() : kind::other)},
       {"error", why.what()}});
  return ended_by(error != nullptr ? *error : storage_error{kind::other, why.what()},
                  commit_outcome::failed);
}

// Runs again what surely was not done because a connection had died, and what Redis lost.
commit_result writing_connection::run(script& what, const std::vector<std::string>& values,
                                      const std::function<void(replica_copy&)>& learn) {
  for (int tries = 1;; ++tries) {
    link_->open();
    database_->settle();
    const auto mine = database_->known();
    std::vector<std::string> all{std::to_string(mine.epoch), std::to_string(mine.batch)};
    all.insert(all.end(), values.begin(), values.end());
    reply said;
    try {
      said = link_->run(what, database_->keys(), all);
    } catch (const storage_error& e) {
      // Somebody wrote over one of our keys: everything is put back as it was.
      if (e.why() == kind::damaged && tries < limits::redis_batch_tries_max) {
        mend();
        continue;
      }
      if (e.why() != kind::unreachable) {
        take_back_half_done(mine);
        throw;
      }
      const auto fate = after_silence(e, learn);
      if (!fate) return commit_outcome::in_doubt;
      batch_ = database_->known().batch;
      if (*fate == ranking_database::fate::committed) return commit_outcome::committed;
      if (tries >= limits::redis_batch_tries_max) throw;
      continue;
    }
    if (verdict(said) == "ours") {
      database_->committed(learn);
      batch_ = mine.batch + 1;
      return commit_outcome::committed;
    }
    if (verdict(said) == "refused") throw storage_error{kind::constraint, said.items.at(1).text};
    if (verdict(said) == "replaced") replaced();
    if (tries >= limits::redis_batch_tries_max) throw lost_again{};
    mend();
  }
}

// A script that Redis breaks off (a command that the user may not run) leaves what it had written;
// the number came first. It goes before anybody reads it.
void writing_connection::take_back_half_done(const ownership& before) {
  link_->open();
  const auto now = link_->run(command{"HGET", std::string{database_->keys().front()}, "batch"});
  if (now.text != std::to_string(before.batch)) mend();
}

std::optional<ranking_database::fate> writing_connection::after_silence(
    const storage_error& why, const std::function<void(replica_copy&)>& learn) {
  const auto number = database_->known().batch + 1;
  const auto fate = database_->settle(learn, limits::redis_settle_time);
  if (fate)
    log(log_level::warning, "storage", "the answer to a batch was lost; Redis was asked",
        {{"database", database_->name()},
         {"batch", number},
         {"committed", *fate == ranking_database::fate::committed},
         {"error", why.what()}});
  return fate;
}

// --- a loss -----------------------------------------------------------------------------------

commit_result writing_connection::keep(std::span<const seen_position> others) noexcept {
  try {
    for (const auto& other : others)
      fields_["seen:" + other.store] =
          std::to_string(other.at.epoch) + " " + std::to_string(other.at.batch);
    write_fields();
    return commit_outcome::committed;
  } catch (const std::exception& e) {
    return refused(e);
  }
}

void writing_connection::belong_to(const std::string& installation,
                                   std::span<const set_back> found) {
  fields_["id"] = installation;
  std::erase_if(fields_, [](const auto& field) { return field.first.starts_with("set_back:"); });
  for (const auto& each : found)
    fields_["set_back:" + each.store + " " + std::to_string(each.is.epoch) + " " +
            std::to_string(each.is.batch) + " " + each.seen_by] =
        std::to_string(each.was.epoch) + " " + std::to_string(each.was.batch);
  write_fields();
}

void writing_connection::write_fields() {
  for (int tries = 1;; ++tries) {
    link_->open();
    database_->settle();
    const auto mine = database_->known();
    std::vector<std::string> values{std::to_string(mine.epoch), std::to_string(mine.batch)};
    for (const auto& [field, value] : fields_)
      values.insert(values.end(), {field, value});
    const auto said = verdict(link_->run(scripts_.keep, database_->keys(), values));
    if (said == "ours") return;
    if (said == "replaced") replaced();
    if (tries >= limits::redis_batch_tries_max) throw lost_again{};
    mend();
  }
}

void writing_connection::mend() {
  for (int tries = 1;; ++tries) {
    try {
      return put_back();
    } catch (const lost_again&) {
      if (tries >= limits::redis_batch_tries_max) throw;
    }
  }
}

// While it goes on there is no owner: readers wait, and whoever takes over begins anew.
void writing_connection::put_back() {
  const auto mine = database_->known();
  const auto attempt = std::to_string(mine.epoch + 1);
  std::vector<std::string> begin{std::to_string(mine.epoch), attempt};
  for (const auto& [field, value] : fields_)
    begin.insert(begin.end(), {field, value});
  // Ours also when the answer is lost; the next attempt has the next number.
  database_->own({mine.epoch + 1, mine.batch});
  if (verdict(link_->run(scripts_.begin_restoring, database_->keys(), begin)) == "replaced")
    replaced();
  sweep(attempt);

  std::vector<std::vector<std::string>> pieces;
  operations piece;
  std::size_t things = 0;
  const auto send = [&] {
    for (const auto& answer : link_->run_each(scripts_.put_back, database_->keys(), pieces))
      demand_attempt(answer);
    pieces.clear();
  };
  const auto close_piece = [&] {
    auto& values = pieces.emplace_back();
    values.push_back(attempt);
    add_bounds(values, database_->marks_kept);
    things += piece.count();
    const auto own = piece.take();
    values.insert(values.end(), own.begin(), own.end());
    if (pieces.size() == limits::redis_pipelined_scripts_max) send();
  };
  database_->kept().write_back(piece, [&] {
    if (piece.count() == limits::redis_page_items) close_piece();
  });
  if (piece.count() > 0) close_piece();
  if (!pieces.empty()) send();

  const std::vector<std::string> end{attempt, std::to_string(mine.batch),
                                     std::to_string(layout_now)};
  demand_attempt(link_->run(scripts_.end_restoring, database_->keys(), end));
  if (things == 0) return;
  ++restorings_;
  log(log_level::warning, "storage",
      "Redis had lost rooms and boards; everything is put back as it was",
      {{"database", database_->name()}, {"things", things}});
}

// What is there belongs to an older state, or to nobody.
void writing_connection::sweep(const std::string& attempt) {
  std::string cursor = "0";
  do {
    const auto page = link_->run(command{"SCAN", cursor, "MATCH", database_->prefix() + "*",
                                         "COUNT", std::to_string(limits::redis_page_items)});
    cursor = page.items.at(0).text;
    std::vector<std::string> values{attempt};
    for (const auto& key : page.items.at(1).items)
      values.push_back(key.text);
    if (values.size() > 1) demand_attempt(link_->run(scripts_.sweep, database_->keys(), values));
  } while (cursor != "0");
}

}  // namespace boxoffice::redis
