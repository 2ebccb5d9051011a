#include "storage/postgres/connection.hpp"

#include "actors/commit/fence.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/encoding/fields.hpp"

#include <chrono>

namespace boxoffice::postgres {
namespace {

using kind = storage_error::kind;

/// What a decoder throws leaves as storage_error.
void decoded(const std::function<void()>& work) {
  try {
    work();
  } catch (const encoding::decode_error& e) {
    throw storage_error{kind::damaged, std::string{"a stored value cannot be read: "} + e.what()};
  }
}

constexpr auto fence_sql = R"(
  WITH taken AS (
    UPDATE owner SET batch = batch + 1, batch_epoch = $1 WHERE only_row = 1 RETURNING epoch)
  SELECT fence($1, epoch) FROM taken)";

// Durable before anything is written under it, so no two owners ever have the same epoch. The clock
// is the server's, for owners may be on machines whose clocks differ. Two statements: the first
// waits for what the owner before is writing, and lets it write no more, so that the second sees
// all its numbers, and what it has written since it was seen.
store_position acquire(link& on, const server_database& of, const char* newest) {
  on.open();
  const auto before = on.run(
      "BEGIN; INSERT INTO owner AS o (only_row, epoch) VALUES (1, 1)"
      " ON CONFLICT (only_row) DO UPDATE SET epoch = o.epoch + 1 RETURNING epoch - 1, batch");
  store_position is;
  row{before, 0}.into(is.epoch, is.batch);
  if (!may_take_over(of.seen(), is)) {
    on.run("ROLLBACK");
    throw storage_error{kind::conflict,
                        of.name() + ": its owner lives, or another node was faster"};
  }
  const auto found =
      on.run(std::string{"UPDATE owner SET epoch = greatest(epoch,"
                         " (extract(epoch FROM clock_timestamp()) * 1000)::bigint, coalesce(("} +
             newest + "), 0) + 1) RETURNING epoch, batch");
  on.run("COMMIT");
  store_position taken;
  row{found, 0}.into(taken.epoch, taken.batch);
  return taken;
}

}  // namespace

void expect(bool holds, const char* rule) {
  if (!holds) throw storage_error{kind::constraint, rule};
}

// --- a doubt ----------------------------------------------------------------------------------

void server_database::settle() {
  const std::scoped_lock hold{lock_};
  if (!open_) return;
  ask(*open_);
  open_.reset();
}

std::optional<server_database::fate> server_database::settle(const batch_mark& about,
                                                             std::chrono::milliseconds time) {
  const auto ends = std::chrono::steady_clock::now() + time;
  const std::scoped_lock hold{lock_};
  open_ = about;
  while (true) {
    try {
      const auto found = ask(*open_);
      open_.reset();
      return found;
    } catch (const storage_error& e) {
      if (std::chrono::steady_clock::now() >= ends || e.why() == kind::replaced) {
        log(log_level::error, "storage",
            "the answer to a COMMIT is lost, and the server cannot be asked",
            {{"database", name()}, {"batch", about.number}, {"error", e.what()}});
        return std::nullopt;
      }
    }
    watch_->pause(limits::postgres_reconnect_first);
  }
}

// The server process that has not noticed yet that we are gone is ended: it finishes a commit that
// it has begun, and begins none after that. Then nobody holds the lock for long.
server_database::fate server_database::ask(const batch_mark& about) {
  if (!asks_) asks_ = new_link();
  asks_->open();
  asks_->run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + about.process);
  const auto found =
      asks_->run("SELECT batch, abs(batch_epoch) FROM owner WHERE only_row = 1 FOR SHARE");
  row r{found, 0};
  const auto number = r.next<std::uint64_t>();
  const auto owner = r.next<std::uint64_t>();
  if (owner > about.owner)
    throw storage_error{kind::replaced, "another process has taken the database over"};
  return number == about.number ? fate::committed : fate::aborted;
}

// --- a statement ------------------------------------------------------------------------------

statement::statement(link& on, std::string sql)
    : on_{on}, sql_{std::move(sql)}, name_{on.name_for(sql_)} {}

answer statement::execute(const parameters& given) {
  if (prepared_ != on_.generation()) {
    on_.prepare(name_, sql_);
    prepared_ = on_.generation();
  }
  return on_.run_prepared(name_, given);
}

// --- writing ----------------------------------------------------------------------------------

writing_connection::writing_connection(std::shared_ptr<server_database> of, const char* newest)
    : database_{std::move(of)},
      link_{database_->new_link()},
      taken_{acquire(*link_, *database_, newest)},
      newest_batch_{taken_.batch},
      see_{*link_,
           "INSERT INTO seen (store, epoch, batch) VALUES ($1, $2, $3)"
           " ON CONFLICT (store) DO UPDATE SET epoch = excluded.epoch, batch = excluded.batch"} {}

commit_result writing_connection::in_transaction(const std::function<void()>& work) noexcept {
  return attempted([&](attempt& now) {
    begin(now);
    now.at = stage::working;
    work();
    now.at = stage::committing;
    link_->run("COMMIT");
  });
}

commit_result writing_connection::in_batch(const std::function<void(batch&)>& fill) noexcept {
  return attempted([&](attempt& now) {
    open();
    now.at = stage::working;
    batch all;
    if (!fence_) fence_.emplace(*link_, fence_sql);
    all.call(*fence_, taken_.epoch);
    fill(all);
    now.mark = {taken_.epoch, last_batch() + 1, process_};
    all.prepare();
    now.at = stage::committing;
    link_->run(all.text());
  });
}

commit_result writing_connection::attempted(const std::function<void(attempt&)>& work) noexcept {
  for (int tries = 1;; ++tries) {
    attempt now;
    const bool was_open = link_->is_open();
    try {
      try {
        decoded([&] { work(now); });
        last_batch_ = now.mark.number;
        newest_batch_ = now.mark.number;
        return commit_outcome::committed;
      } catch (const storage_error& e) {
        // While it was idle, or since it was opened: not a server that is away.
        const bool died = e.why() == kind::unreachable && (was_open || now.at == stage::working);
        const bool surely_not = now.at != stage::committing || link_->is_open();
        const bool again = surely_not && tries < limits::postgres_batch_tries_max &&
                           (died || e.why() == kind::conflict);
        if (again) {
          roll_back();
          continue;
        }
        const auto outcome = after_failure(e, now);
        // The server answers again, and says that nothing of it was done: once more, then.
        const bool lost = !surely_not && e.why() == kind::unreachable;
        if (!lost || !(outcome == commit_outcome::failed) || tries > 1) return outcome;
      } catch (const std::exception& e) {
        return after_failure(storage_error{kind::other, e.what()}, now);
      }
    } catch (const std::exception&) {  // of the log itself
      return now.at == stage::committing ? commit_outcome::in_doubt : commit_outcome::failed;
    }
  }
}

// What may have died while it was idle is asked for a sign of life: once a batch is sent, silence
// would be a doubt.
void writing_connection::open() {
  if (link_->is_open() && link_->has_unasked_input()) {
    try {
      link_->run("SELECT 1");
    } catch (const storage_error& e) {
      if (link_->is_open()) throw;
    }
  }
  link_->open();
  if (process_of_ != link_->generation()) {
    process_ = "pid = " + std::string{link_->run("SELECT pg_backend_pid()").text(0, 0).value()} +
               " AND backend_start = '" +
               std::string{link_
                               ->run("SELECT backend_start FROM pg_stat_activity"
                                     " WHERE pid = pg_backend_pid()")
                               .text(0, 0)
                               .value()} +
               "'";
    expect_not_set_back();
    process_of_ = link_->generation();
  }
  database_->settle();
}

// Another server may stand where ours was: a standby that was promoted, and had not heard all.
void writing_connection::expect_not_set_back() {
  const auto found = link_->run("SELECT epoch, batch FROM owner WHERE only_row = 1");
  store_position now;
  if (found.rows() == 1) row{found, 0}.into(now.epoch, now.batch);
  if (now.epoch > taken_.epoch || (now.epoch == taken_.epoch && now.batch >= newest_batch_)) return;
  link_->close();
  throw storage_error{kind::set_back, "the database lost commits while it was open"};
}

commit_result writing_connection::keep(std::span<const seen_position> others) noexcept {
  return in_transaction([&] {
    for (const auto& other : others)
      see_.run(other.store, other.at.epoch, other.at.batch);
  });
}

void writing_connection::belong_to(const std::string& installation,
                                   std::span<const set_back> found) {
  statement name{*link_,
                 "INSERT INTO installation (only_row, id) VALUES (1, $1)"
                 " ON CONFLICT (only_row) DO UPDATE SET id = excluded.id"};
  statement forget{*link_, "DELETE FROM set_back"};
  statement note{*link_,
                 "INSERT INTO set_back (store, epoch, batch, seen_epoch, seen_batch, seen_by)"
                 " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"};
  const auto done = in_transaction([&] {
    name.run(installation);
    forget.run();
    for (const auto& each : found)
      note.run(each.store, each.is.epoch, each.is.batch, each.was.epoch, each.was.batch,
               each.seen_by);
  });
  if (done == commit_outcome::committed) return;
  throw storage_error{kind::unreachable, database_->name() + ": " + done.reason};
}

std::uint64_t writing_connection::last_batch() {
  if (!last_batch_) {
    const auto found = link_->run("SELECT batch FROM owner WHERE only_row = 1");
    expect(found.rows() == 1, "a database has an owner");
    last_batch_ = row{found, 0}.next<std::uint64_t>();
  }
  return *last_batch_;
}

// The row of the owner stays locked until the end of the transaction, so nobody takes over in
// between.
void writing_connection::begin(attempt& of) {
  open();
  const auto found = link_->run(
      "BEGIN; UPDATE owner SET batch = batch + 1, batch_epoch = " + to_sql(taken_.epoch) +
      " WHERE only_row = 1 RETURNING epoch, batch");
  expect(found.rows() == 1, "a database has an owner");
  row r{found, 0};
  const auto current = r.next<std::uint64_t>();
  of.mark = {taken_.epoch, r.next<std::uint64_t>(), process_};
  if (!may_write(taken_.epoch, current))
    throw storage_error{kind::replaced,
                        "another process has taken the database over; this one should end"};
}

commit_result writing_connection::after_failure(const storage_error& error, const attempt& of) {
  last_batch_.reset();
  if (error.why() == kind::constraint) {  // told to whoever wrote it, and logged there
    roll_back();
    return {commit_outcome::refused, error.what()};
  }
  log(log_level::error, "storage", "a batch was not committed",
      {{"database", link_->name()}, {"kind", to_text(error.why())}, {"error", error.what()}});
  // An error that the server sent in answer is a rollback. It says that it is read-only before it
  // does anything.
  if (of.at != stage::committing || link_->is_open() || error.why() == kind::read_only) {
    roll_back();
    return ended_by(error, commit_outcome::failed);
  }
  const auto fate = database_->settle(of.mark, limits::postgres_settle_time);
  if (!fate) return ended_by(error, commit_outcome::in_doubt);
  log(log_level::warning, "storage", "the answer to a COMMIT was lost; the server was asked",
      {{"database", link_->name()},
       {"batch", of.mark.number},
       {"committed", *fate == server_database::fate::committed}});
  if (*fate == server_database::fate::committed) {
    newest_batch_ = of.mark.number;
    return commit_outcome::committed;
  }
  return ended_by(error, commit_outcome::failed);
}

void writing_connection::roll_back() noexcept {
  if (!link_->is_open()) return;
  try {
    link_->run("ROLLBACK");
  } catch (const std::exception&) {
    link_->close();  // which rolls back as well
  }
}

// --- reading ----------------------------------------------------------------------------------

void reading_connection::in_snapshot(const std::function<void()>& query) {
  retried([&] {
    link_->run("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    query();
    link_->run("COMMIT");
  });
}

void reading_connection::retried(const std::function<void()>& query) {
  for (bool was_open = link_->is_open();; was_open = false) {
    try {
      database_->settle();
      link_->open();
      decoded(query);
      return;
    } catch (const storage_error& e) {
      if (was_open && e.why() == kind::unreachable) continue;
      if (link_->is_open()) link_->close();
      throw;
    }
  }
}

}  // namespace boxoffice::postgres
