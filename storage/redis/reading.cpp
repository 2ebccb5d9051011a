#include "config/limits.hpp"
#include "storage/redis/connection.hpp"

#include <iterator>
#include <limits>
#include <utility>

namespace boxoffice::redis {
namespace {

using kind = storage_error::kind;

// While something is put back there is no owner, and the number of who does it stands for the
// batch.
void check_owner(const ownership& before, const reply& said, ranking_database& of) {
  if (!said.items.at(0).text.empty()) {
    const auto found = number(said.items[0].text);
    // Put back in between it is still ours.
    if (found > of.known().epoch)
      throw storage_error{kind::replaced,
                          of.name() + ": another process has taken the database over"};
    if (found >= before.epoch && number(said.items.at(1).text) >= before.batch) return;
  }
  throw storage_error{kind::unreachable, of.name() + ": what was lost is not yet back"};
}

void check_nobody_writes_back(const reply& said, const ranking_database& of) {
  if (said.items.at(0).text.empty() && !said.items.at(1).text.empty())
    throw storage_error{kind::unreachable, of.name() + ": what was lost is being put back"};
}

}  // namespace

// A connection that died while it was idle is opened again.
std::vector<reply> reading_connection::read(script scripts::*what,
                                            const std::vector<std::string>& values) {
  if (whose_ == owned_by_us::yes) database_->settle();
  link_->open();
  const auto known = database_->known();
  auto said = link_->run(scripts_.*what, database_->keys(), values);
  if (whose_ == owned_by_us::yes)
    check_owner(known, said, *database_);
  else
    check_nobody_writes_back(said, *database_);
  return {std::make_move_iterator(said.items.begin() + 2),
          std::make_move_iterator(said.items.end())};
}

// Nobody but its actor changes a room, so its pages are of one moment unless Redis lost something
// in between; then the epoch is another one, and the second page throws.
std::uint64_t reading_connection::each_entry(concert_id concert,
                                             const std::function<void(const queue_entry&)>& visit) {
  const auto begun = database_->known().epoch;
  std::uint64_t last = 0;
  std::uint64_t after = 0;
  while (true) {
    const auto page =
        read(&scripts::read_room, {std::to_string(concert.value), std::to_string(after),
                                   std::to_string(limits::redis_page_items)});
    if (whose_ == owned_by_us::yes && database_->known().epoch != begun)
      throw storage_error{kind::unreachable, database_->name() + ": lost while it was read"};
    last = number(page.at(0).text);
    const auto& tokens = page.at(1).items;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto e = entry_from({concert, number(tokens[i].text)}, page.at(2).items.at(i).text);
      after = e.sequence;
      visit(e);
    }
    if (tokens.size() < limits::redis_page_items) return last;
  }
}

void reading_connection::each_mark(const std::string& consumer,
                                   const std::function<void(replica_copy::mark)>& visit) {
  std::uint64_t after = 0;
  while (true) {
    const auto page = read(&scripts::read_marks, {consumer, std::to_string(after),
                                                  std::to_string(limits::redis_page_items)});
    const auto& marks = page.at(0).items;
    for (std::size_t i = 0; i + 1 < marks.size(); i += 2) {
      after = number(marks[i + 1].text);
      visit({after, {number(marks[i].text)}});
    }
    if (marks.size() < 2 * limits::redis_page_items) return;
  }
}

ranking_reader::board_state reading_connection::board(const std::string& consumer,
                                                      std::int64_t since_minute) {
  constexpr auto all = std::numeric_limits<std::int64_t>::min();
  const auto since = since_minute == all ? "-inf" : std::to_string(since_minute);
  const auto said = read(&scripts::read_board, {consumer, since});
  ranking_reader::board_state state;
  state.applied_through = number(said.at(0).text);
  state.filled_through = number(said.at(3).text);
  const auto& totals = said.at(1).items;
  for (std::size_t i = 0; i + 1 < totals.size(); i += 2)
    state.totals.push_back(total_from({number(totals[i].text)}, totals[i + 1].text));
  const auto& minutes = said.at(2).items;
  for (std::size_t i = 0; i + 1 < minutes.size(); i += 2) {
    const auto& schedules = minutes[i + 1].items;
    for (std::size_t j = 0; j + 1 < schedules.size(); j += 2)
      state.buckets.push_back({{number(schedules[j].text)},
                               signed_number(minutes[i].text),
                               signed_number(schedules[j + 1].text)});
  }
  return state;
}

}  // namespace boxoffice::redis
