#include "commands/rebuild_ranking.hpp"

#include "actors/node/real_sources.hpp"
#include "actors/outbox/baseline_parts.hpp"
#include "actors/ranking/best_selling_board.hpp"
#include "actors/ranking/sold_out_board.hpp"
#include "logging/log_line.hpp"
#include "storage/open_stores.hpp"
#include "storage/ownership.hpp"
#include "storage/sqlite/data_directory.hpp"
#include "storage/storage_error.hpp"

#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace boxoffice {
namespace {

constexpr role needed[] = {role::concert, role::payment, role::queue_ranking};

/// What is missing of the services whose stores are needed; empty: nothing.
std::string missing_in(const settings& how) {
  std::string names;
  for (const auto each : needed)
    if (!how.node.roles.contains(each))
      names += (names.empty() ? "" : ", ") + std::string{name_of(each)};
  return names;
}

template <class Store, class Write>
void write_to(Store& store, const Write& w) {
  if (store.commit(std::span{&w, 1}) != commit_outcome::committed)
    throw storage_error{storage_error::kind::other,
                        "not everything was written: run it once more before the server starts"};
}

/// Fills one board, and says how many schedules it counts.
template <class Board>
std::string fill(const Board& board, node_stores& stores, const settings& how) {
  const bool has_relay = how.ranking.source == ranking_source::outbox;
  const auto since = system_clock_source{}.now() - limits::sales_window_max;
  baseline_parts parts{
      1, stores.payment_reads->sales(
             has_relay ? Board::consumer : "",
             std::chrono::floor<std::chrono::minutes>(since).time_since_epoch().count())};
  auto took = baseline_parts::taken::part;
  while (took != baseline_parts::taken::all) {
    const auto part = parts.part();
    write_to(*stores.queue_ranking, queue_ranking_write{board.fill(part)});
    took = parts.board_took({0, part.filling, part.part});
  }
  // What is counted need not be delivered.
  payment_write position;
  position.consumed = {Board::consumer, parts.through()};
  if (has_relay) write_to(*stores.payment, position);
  return std::string{Board::consumer} + ": " + std::to_string(parts.schedules()) +
         " schedules counted from the payments";
}

}  // namespace

exit_code rebuild_ranking(const settings& how) {
  const data_directory held{how.node.data_dir};
  if (const auto missing = missing_in(how); !missing.empty()) {
    std::cerr << "boxoffice: rankings are counted from the stores of concert, payment and "
                 "queue_ranking; node.roles leaves out "
              << missing << '\n';
    return exit_code::bad_usage;
  }
  auto only = how;
  only.node.roles = {std::begin(needed), std::end(needed)};
  {
    auto stores = open_stores_alone(only);
    catalogue_view view;
    view.publish(std::make_shared<const catalogue>(stores.concert->load()));
    std::cout << fill(best_selling_board{}, stores, how) << '\n'
              << fill(sold_out_board{view}, stores, how) << '\n';
  }
  release_ownership(only);
  return exit_code::stopped;
}

}  // namespace boxoffice
