#pragma once

#include "actors/point/point_store.hpp"
#include "storage/encoding/fields.hpp"
#include "storage/storage_error.hpp"

#include <cstddef>

namespace boxoffice::storage {

/// When `state` has one step more than `steps_max` (newest first): it goes, and with it the other
/// step of its payment, so that from `complete_from` on, what is not among the steps did not
/// happen.
inline void drop_incomplete(point_reader::account_state& state, std::size_t steps_max) {
  if (state.steps.size() <= steps_max) return;
  const auto cut = age_of(state.steps.back().payment);
  state.complete_from = cut + 1;
  while (!state.steps.empty() && age_of(state.steps.back().payment) == cut)
    state.steps.pop_back();
  if (!state.steps.empty()) state.complete_from = age_of(state.steps.back().payment);
}

/// Whether what `read()` found can be understood. One damaged account keeps no other from being
/// read.
template <class Read>
bool readable(Read read) {
  try {
    read();
    return true;
  } catch (const encoding::decode_error&) {
    return false;
  } catch (const storage_error& e) {
    if (e.why() != storage_error::kind::damaged) throw;
    return false;
  }
}

}  // namespace boxoffice::storage
