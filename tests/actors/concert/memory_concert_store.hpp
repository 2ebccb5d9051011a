#pragma once

#include "actors/concert/concert_store.hpp"
#include "tests/actors/memory_owned.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <variant>

namespace boxoffice::testing {

/// The concert service's store in memory: keeps what the port promises; the next commit can fail or
/// lose its answer.
class memory_concert_store final : public memory_owned<concert_store> {
 public:
  commit_outcome next{commit_outcome::committed};
  bool loses_in_doubt{false};
  catalogue rows;

  /// Holds from now on what `other` holds, owner and all.
  void become(const memory_concert_store& other) {
    rows = other.rows;
    this->owner_epoch = other.owner_epoch;
  }

  /// A write that the schema does not take, for what is in it.
  std::function<bool(const concert_write&)> refuses;

  commit_result commit(std::span<const concert_write> batch) override {
    const auto how = std::exchange(next, commit_outcome::committed);
    if (how == commit_outcome::failed || (how == commit_outcome::in_doubt && loses_in_doubt))
      return how;
    if (refuses && std::ranges::any_of(batch, refuses))
      return {commit_outcome::refused, "refused by a rule of the test"};
    auto changed = rows;
    for (const auto& w : batch) {
      if (const auto* c = std::get_if<std::shared_ptr<const concert>>(&w)) {
        changed.concerts[(*c)->id] = *c;
      } else {
        const auto& s = std::get<std::shared_ptr<const schedule>>(w);
        if (!changed.concerts.contains(s->concert))
          return {commit_outcome::refused, "a schedule without its concert"};
        changed.schedules[s->id] = s;
      }
    }
    rows = std::move(changed);
    return how;
  }
  catalogue load() override { return rows; }
};

}  // namespace boxoffice::testing
