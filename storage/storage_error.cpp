#include "storage/storage_error.hpp"

#include <algorithm>
#include <array>

namespace boxoffice {

bool may_end_by_itself(const storage_error& e) {
  using kind = storage_error::kind;
  constexpr std::array passing{kind::unreachable, kind::too_slow, kind::locked, kind::conflict,
                               kind::read_only};
  return std::ranges::find(passing, e.why()) != passing.end();
}

const char* to_text(storage_error::kind why) {
  switch (why) {
    case storage_error::kind::disk_full:
      return "disk_full";
    case storage_error::kind::disk_fault:
      return "disk_fault";
    case storage_error::kind::damaged:
      return "damaged";
    case storage_error::kind::locked:
      return "locked";
    case storage_error::kind::conflict:
      return "conflict";
    case storage_error::kind::constraint:
      return "constraint";
    case storage_error::kind::unreachable:
      return "unreachable";
    case storage_error::kind::too_slow:
      return "too_slow";
    case storage_error::kind::refused:
      return "refused";
    case storage_error::kind::read_only:
      return "read_only";
    case storage_error::kind::replaced:
      return "replaced";
    case storage_error::kind::set_back:
      return "set_back";
    case storage_error::kind::gone:
      return "gone";
    case storage_error::kind::misplaced:
      return "misplaced";
    case storage_error::kind::other:
      return "other";
  }
  return "other";
}

namespace {

store_trouble trouble_of(storage_error::kind why) {
  switch (why) {
    case storage_error::kind::constraint:
      return store_trouble::none;
    case storage_error::kind::replaced:
      return store_trouble::replaced;
    case storage_error::kind::set_back:
      return store_trouble::was_set_back;
    case storage_error::kind::gone:
      return store_trouble::gone;
    default:
      return store_trouble::takes_no_writes;
  }
}

}  // namespace

commit_result ended_by(const storage_error& error, commit_outcome outcome) {
  return {outcome, std::string{to_text(error.why())} + ": " + error.what(),
          trouble_of(error.why())};
}

}  // namespace boxoffice
