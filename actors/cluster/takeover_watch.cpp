#include "actors/cluster/takeover_watch.hpp"

#include "actors/core/planted_bugs.hpp"

#include <algorithm>

namespace boxoffice::cluster {

std::optional<owner_row> row_of(const std::string& store, const std::vector<owner_row>& among) {
  const auto found = std::ranges::find(among, store, &owner_row::store);
  if (found == among.end()) return std::nullopt;
  return *found;
}

bool takeover_watch::is_free(const sight& of, time_point now) const {
  if (of.row.released) return true;
  if (of.row.at.epoch == 0 && !had_owner_.contains(of.row.store)) return true;  // a new store
  const bool dead = std::ranges::any_of(dead_, [&](const owner_row& each) {
    return each.store == of.row.store && each.at.epoch == of.row.at.epoch;
  });
  const auto wait = is_planted(planted_bug::waits_too_short) ? wait_ / 4 : wait_;
  return dead || now - of.since >= wait;
}

bool takeover_watch::look(const std::vector<owner_row>& rows, time_point asked,
                          time_point answered) {
  // Between two looks, or while one was under way.
  const bool slept = asked - looked_at_ > gap_max_ || answered - asked > gap_max_;
  const bool gap = seen_.empty() || (slept && !is_planted(planted_bug::gap_is_no_gap));
  looked_at_ = answered;
  seen_.resize(rows.size());
  bool free = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto since = is_planted(planted_bug::still_from_question) ? asked : answered;
    if (gap || seen_[i].row != rows[i]) seen_[i] = {rows[i], since};
    if (rows[i].at.epoch != 0) had_owner_.insert(rows[i].store);
    free = is_free(seen_[i], asked) && free;
  }
  return free;
}

}  // namespace boxoffice::cluster
