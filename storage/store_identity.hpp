#pragma once

#include "actors/commit/owned_store.hpp"

#include <string>
#include <vector>

namespace boxoffice {

/// Tables of which one with a row says that the store of a service holds data.
std::vector<std::string> tables_with_data(const std::string& service);

/// What a store says of itself before it is opened: nothing in it is changed by asking.
struct store_identity {
  std::string store;     ///< the service
  std::string place;     ///< the file or the database, for an operator
  bool is_there{false};  ///< it has a schema
  bool holds_data{false};
  std::string installation{};  ///< empty: it carries no id, or is not there at all
  store_position at{};
  std::vector<seen_position> seen{};  ///< of the other stores
  std::vector<set_back> set_backs{};  ///< that nobody has accepted yet
};

/// What the stores of one installation say together (docs/PROMISES.md, G19).
struct installation {
  std::string id;               ///< empty: it is new, or of before there were ids
  std::vector<set_back> found;  ///< stores that are behind what another has seen
};

/// Whether these stores belong together. **Faults** storage_error{misplaced}, which names the
/// store: one that is missing or empty while others hold data, unless it is `new_store`, and one of
/// another installation. Only queue_ranking may be lost: boards are counted anew from the events,
/// and a line begins anew (docs/decisions/0017).
installation check_installation(const std::vector<store_identity>& all,
                                const std::string& new_store);

/// For an operator.
std::string describe(const set_back& what);

}  // namespace boxoffice
