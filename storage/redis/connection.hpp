#pragma once

#include "actors/cluster/takeover_watch.hpp"
#include "actors/commit/owned_store.hpp"
#include "config/limits.hpp"
#include "storage/redis/operations.hpp"
#include "storage/redis/replica_copy.hpp"
#include "storage/redis/scripts.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace boxoffice::redis {

/// Who we are in the key of the owner, and how many of our batches it has counted.
struct ownership {
  std::uint64_t epoch{0}, batch{0};
};

/// The rooms and boards of one process in one Redis, as its connections share them. **Thread**:
/// any.
///
/// **A doubt**: a batch whose answer was lost. It may still be on its way; but each batch asks for
/// its number, so who raises the number first decides. **A loss**: the owner is gone, or counts
/// fewer batches than were answered: Redis was flushed, restored from an old dump, or a replica
/// that lagged behind took over. What was lost is put back from the replica_copy.
class ranking_database {
 public:
  explicit ranking_database(location where, std::size_t kept = limits::applied_events_kept)
      : marks_kept{kept},
        where_{std::move(where)},
        keys_{"{" + where_.prefix + "}:owner"},
        kept_{kept},
        asks_{std::make_unique<link>(where_)} {}

  const std::size_t marks_kept;  ///< of applied events, for each consumer
  /// Set before it is opened: it is taken over only if the row of its owner is still so.
  std::optional<cluster::owner_row> take_over_only;

  [[nodiscard]] std::unique_ptr<link> new_link() const { return std::make_unique<link>(where_); }
  [[nodiscard]] std::span<const std::string> keys() const { return keys_; }
  /// What all names of keys begin with.
  [[nodiscard]] std::string prefix() const { return "{" + where_.prefix + "}:"; }
  [[nodiscard]] std::string name() const { return public_name(where_); }

  [[nodiscard]] ownership known();
  void own(const ownership& from_now_on);

  /// The next batch is done; `apply` makes the replica copy know it.
  void committed(const std::function<void(replica_copy&)>& apply);

  enum class fate : std::uint8_t { committed, aborted };
  /// Nothing unless a doubt is open. **Faults** storage_error while Redis cannot say; `replaced`.
  void settle();
  /// Opens a doubt about the next batch and asks for at most `time` what became of it; empty when
  /// Redis cannot say yet, and readers go on asking.
  std::optional<fate> settle(std::function<void(replica_copy&)> apply,
                             std::chrono::milliseconds time);

  /// **Requires** that no doubt is open. **Thread**: the writer's.
  replica_copy& kept() { return kept_; }

 private:
  fate ask();

  const location where_;
  const std::vector<std::string> keys_;
  std::mutex lock_;  // guards what follows; held while Redis is asked about a doubt
  ownership mine_;
  replica_copy kept_;
  std::function<void(replica_copy&)> open_;
  std::unique_ptr<link> asks_;
  scripts scripts_;
};

/// **Faults** schema_too_new, always.
[[noreturn]] void refuse_layout(const std::string& name, const std::string& layout);

/// The connection of a committer. **Thread**: the committer's.
class writing_connection {
 public:
  /// Takes the database over: who wrote it before can write no more (docs/PROMISES.md, G12). What
  /// it holds is loaded into the replica_copy. **Faults** storage_error, `conflict` when its row is
  /// not as it was seen, and then nothing has happened; schema_too_new.
  explicit writing_connection(std::shared_ptr<ranking_database> of);

  /// As it was when it took the database over.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }

  /// Applies the writes in one script. Never throws.
  /// - `committed`: Redis said so, or the number of the batch does.
  /// - `failed`: surely not done: another process has taken over, or Redis is away. What surely did
  ///   not arrive is sent again.
  /// - `refused`: a rule says no to something in it; nothing is kept.
  /// - `in_doubt`: the answer was lost and Redis cannot be asked. Readers throw until it can.
  commit_result commit(std::span<const queue_ranking_write> batch) noexcept;
  /// Deletes at most `limit` places that ended before `before`, the oldest first.
  std::size_t prune(time_point before, std::size_t limit) noexcept;
  /// What owned_store says; puts back what Redis lost, if it did.
  commit_result keep(std::span<const seen_position> others) noexcept;
  void belong_to(const std::string& installation, std::span<const set_back> found);
  /// **Thread**: any.
  [[nodiscard]] store_position position() const { return {epoch_, batch_.load()}; }
  [[nodiscard]] std::uint64_t restorings() const { return restorings_.load(); }

 private:
  // A script whose values begin with epoch and batch; `learn` is for the replica_copy.
  commit_result run(script& what, const std::vector<std::string>& values,
                    const std::function<void(replica_copy&)>& learn);
  std::optional<ranking_database::fate> after_silence(
      const storage_error& why, const std::function<void(replica_copy&)>& learn);
  commit_result refused(const std::exception& why);
  void write_fields();
  void acquire();
  void load();
  void take_back_half_done(const ownership& before);
  void mend();
  void put_back();
  void sweep(const std::string& attempt);
  void warn_about_durability();

  const std::shared_ptr<ranking_database> database_;
  const std::unique_ptr<link> link_;
  scripts scripts_;
  std::uint64_t epoch_{0};
  std::atomic<std::uint64_t> batch_{0};
  std::map<std::string, std::string> fields_;  // of `P:installation`, also to put them back
  std::atomic<std::uint64_t> restorings_{0};
};

/// A connection that only reads committed state.
class reading_connection {
 public:
  /// With `owned_by_us::no` it reads what is there, whoever wrote it (the audit).
  enum class owned_by_us : bool { no, yes };
  explicit reading_connection(std::shared_ptr<ranking_database> of,
                              owned_by_us whose = owned_by_us::yes)
      : database_{std::move(of)}, link_{database_->new_link()}, whose_{whose} {}

  /// What a reading script answers, without the epoch and the batch it begins with. Throws
  /// storage_error when Redis is away, was taken over, or has lost something that is not yet back.
  std::vector<reply> read(script scripts::*what, const std::vector<std::string>& values);
  /// Calls `visit` with each entry of a room; returns its last sequence.
  std::uint64_t each_entry(concert_id concert,
                           const std::function<void(const queue_entry&)>& visit);
  void each_mark(const std::string& consumer, const std::function<void(replica_copy::mark)>& visit);
  ranking_reader::board_state board(const std::string& consumer, std::int64_t since_minute);

 private:
  const std::shared_ptr<ranking_database> database_;
  const std::unique_ptr<link> link_;
  const owned_by_us whose_;
  scripts scripts_;
};

}  // namespace boxoffice::redis
