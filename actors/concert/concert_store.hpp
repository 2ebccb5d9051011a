#pragma once

#include "actors/commit/commit.hpp"
#include "actors/commit/owned_store.hpp"
#include "actors/concert/catalogue.hpp"

#include <memory>
#include <span>
#include <variant>

namespace boxoffice {

/// A change of master data, whole rows.
using concert_write = std::variant<std::shared_ptr<const concert>, std::shared_ptr<const schedule>>;

/// The store of the concert service. **Thread**: `commit` on the committer's, `load` before it
/// runs.
/// **Faults**: anything that throws out of an implementation is `failed` or `in_doubt`.
class concert_store : public owned_store {
 public:
  /// Writes all rows (insert or replace by id) in one transaction.
  virtual commit_result commit(std::span<const concert_write> batch) = 0;
  /// Everything there is. Throws when the store cannot be read.
  virtual catalogue load() = 0;
};

}  // namespace boxoffice
