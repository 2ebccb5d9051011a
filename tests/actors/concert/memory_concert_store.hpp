#pragma once

#include "actors/concert/concert_store.hpp"

#include <span>
#include <utility>
#include <variant>

namespace boxoffice::testing {

/// The concert service's store in memory; the next commit can fail or lose its answer.
class memory_concert_store final : public concert_store {
 public:
  commit_outcome next{commit_outcome::committed};
  bool loses_in_doubt{false};
  catalogue rows;

  commit_outcome commit(std::span<const concert_write> batch) override {
    const auto how = std::exchange(next, commit_outcome::committed);
    if (how == commit_outcome::failed || (how == commit_outcome::in_doubt && loses_in_doubt))
      return how;
    for (const auto& w : batch) {
      if (const auto* c = std::get_if<std::shared_ptr<const concert>>(&w))
        rows.concerts[(*c)->id] = *c;
      else
        rows.schedules[std::get<1>(w)->id] = std::get<1>(w);
    }
    return how;
  }
  catalogue load() override { return rows; }
};

}  // namespace boxoffice::testing
