#include "storage/store_identity.hpp"

#include "logging/log.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <map>

namespace boxoffice {
namespace {

// The id that most of the stores with data carry.
std::string id_of_most(const std::vector<store_identity>& all) {
  std::map<std::string, int> votes;
  for (const auto& each : all)
    if (!each.installation.empty()) votes[each.installation] += each.holds_data ? 10 : 1;
  const auto most = std::ranges::max_element(votes, {}, [](const auto& v) { return v.second; });
  return most == votes.end() ? std::string{} : most->first;
}

std::string names(const std::vector<store_identity>& all) {
  std::string text;
  for (const auto& each : all)
    text += (text.empty() ? "" : ", ") + each.store;
  return text;
}

}  // namespace

std::vector<std::string> tables_with_data(const std::string& service) {
  if (service == "point") return {"ledger", "account"};
  if (service == "queue_ranking") return {"queue_entry", "applied_event"};
  return {service};
}

installation check_installation(const std::vector<store_identity>& all,
                                const std::string& new_store) {
  installation found{id_of_most(all), {}};
  std::vector<store_identity> with_data;
  for (const auto& each : all)
    if (each.installation == found.id && each.holds_data) with_data.push_back(each);
  for (const auto& each : all) {
    if (!each.installation.empty() && each.installation != found.id)
      throw storage_error{storage_error::kind::misplaced,
                          each.store + ": " + each.place + " belongs to another installation (" +
                              each.installation + ") than the other stores (" + found.id +
                              "). Nothing was changed. Put the right one in its place"};
    // One that has a schema and no rows, where none has an id, is of before there were ids.
    const bool lost = each.installation.empty() && !each.holds_data && !with_data.empty() &&
                      (!each.is_there || !found.id.empty());
    if (lost && each.store == "queue_ranking") {
      log(log_level::warning, "storage",
          "the store of waiting rooms and rankings is missing or empty: lines begin anew, rankings "
          "are counted from the events",
          {{"store", each.store}, {"place", each.place}});
      continue;
    }
    if (lost && each.store != new_store)
      throw storage_error{storage_error::kind::misplaced,
                          each.store + ": " + each.place +
                              " is missing or empty, while others hold data (" + names(with_data) +
                              "). Nothing was changed. Bring it back from a backup; or make a new "
                              "one on purpose, which loses what it held: boxoffice migrate "
                              "--new-store " +
                              each.store};
  }
  for (const auto& witness : all)
    for (const auto& seen : witness.seen) {
      const auto it = std::ranges::find(all, seen.store, &store_identity::store);
      if (it == all.end() || it->store == new_store || it->installation.empty() ||
          it->at >= seen.at)
        continue;
      found.found.push_back({it->store, it->at, seen.at, witness.store});
    }
  return found;
}

std::string describe(const set_back& what) {
  return what.store + " was set back: " + what.seen_by + " has seen batch " +
         std::to_string(what.was.batch) + " of owner " + std::to_string(what.was.epoch) +
         ", and it holds batch " + std::to_string(what.is.batch) + " of owner " +
         std::to_string(what.is.epoch);
}

}  // namespace boxoffice
