#include "actors/commit/store_board.hpp"

#include "actors/core/planted_bugs.hpp"
#include "config/cluster_limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {
namespace {

counter& fenced_of(metrics& m, const std::string& store) {
  return m.counter(
      "boxoffice_store_fenced_total",
      "Transactions, probes among them, that the fence refused: another process owns the "
      "store",
      {{"store", store}});
}

}  // namespace

std::size_t store_board::add(std::string store, std::string note) {
  const std::scoped_lock hold{lock_};
  auto& of = rows_.emplace_back();
  of.takes_writes =
      &metrics_.gauge("boxoffice_store_takes_writes",
                      "1: the store took the last write, or the last probe", {{"store", store}});
  of.takes_writes->set(1);
  fenced_of(metrics_, store);
  metrics_
      .gauge("boxoffice_store_set_back",
             "1: the store had lost commits when it was opened, and nobody has accepted that yet",
             {{"store", store}})
      .set(note.empty() ? 0 : 1);
  of.what.store = std::move(store);
  of.what.note = std::move(note);
  if (is_planted(planted_bug::lease_from_take_over)) of.owned_at = time_.now();
  return rows_.size() - 1;
}

commit_result store_board::noted(std::size_t store, commit_result result, time_point began) {
  const std::scoped_lock hold{lock_};
  auto& of = rows_[store];
  // A write that is refused for what is in it has reached a store that takes writes.
  const bool took =
      result.outcome == commit_outcome::committed || result.outcome == commit_outcome::refused;
  // Only what moves the row of the owner keeps others from taking over.
  const bool renews = result.outcome == commit_outcome::committed ||
                      (took && is_planted(planted_bug::refused_renews));
  if (is_planted(planted_bug::lease_from_answer)) began = time_.now();
  if (renews) of.owned_at = std::max(of.owned_at, began);
  if (result.trouble == store_trouble::replaced) fenced_of(metrics_, of.what.store).add();
  if (result.trouble != store_trouble::none)
    set(of, result.trouble, result.reason);
  else if (took && of.what.trouble != store_trouble::none)
    set(of, store_trouble::none, {});
  return result;
}

void store_board::silent(std::size_t store) {
  const std::scoped_lock hold{lock_};
  auto& of = rows_[store];
  if (of.what.trouble == store_trouble::none)
    set(of, store_trouble::takes_no_writes, "too_slow: the store does not answer");
}

void store_board::end_unasked() {
  const std::scoped_lock hold{lock_};
  if (!rows_.empty())
    set(rows_.front(), store_trouble::unasked, "no node that asks is connected any more");
}

void store_board::end_when_mute() {
  if (lease_ == milliseconds{0}) return;
  const auto now = time_.now();
  const std::scoped_lock hold{lock_};
  const auto lost = std::ranges::find_if(rows_, [&](const row& of) { return !is_owned(of, now); });
  if (lost == rows_.end()) return mute_since_.reset();
  if (!mute_since_) mute_since_ = now;
  if (now - *mute_since_ < limits::owner_mute_max) return;
  set(*lost, store_trouble::out_of_reach,
      "no write got through for too long: another node may own the store");
}

// What ends the process stays.
void store_board::set(row& of, store_trouble trouble, const std::string& reason) {
  if (ends_process(of.what.trouble)) return;
  if (of.what.trouble != trouble) {
    const bool well = trouble == store_trouble::none;
    log(well ? log_level::info : log_level::error, "storage",
        well ? "the store takes writes again" : "the store takes no writes",
        {{"store", of.what.store}, {"reason", reason}});
  }
  of.what.trouble = trouble;
  of.what.reason = reason;
  of.takes_writes->set(trouble == store_trouble::none ? 1 : 0);
  if (ends_process(trouble)) serves_ = false;
}

bool store_board::may_answer() const {
  if (!serves()) return false;
  if (is_planted(planted_bug::no_read_fence)) return true;
  if (lease_ == milliseconds{0}) return true;
  const auto now = time_.now();
  const std::scoped_lock hold{lock_};
  return std::ranges::all_of(rows_, [&](const row& of) { return is_owned(of, now); });
}

std::vector<store_board::entry> store_board::all() const {
  const std::scoped_lock hold{lock_};
  std::vector<entry> found;
  found.reserve(rows_.size());
  for (const auto& of : rows_)
    found.push_back(of.what);
  return found;
}

store_board::entry store_board::ended() const {
  const std::scoped_lock hold{lock_};
  for (const auto& of : rows_)
    if (ends_process(of.what.trouble)) return of.what;
  return {};
}

}  // namespace boxoffice
