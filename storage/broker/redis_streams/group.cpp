#include "storage/broker/redis_streams/group.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <unistd.h>
#include <utility>

namespace boxoffice::broker {
namespace {

using kind = storage_error::kind;

/// As long as a call of a link may take, so that a slow answer costs no lease.
constexpr auto lease = limits::redis_call_time;
/// Entries of one read: a script of about a millisecond.
constexpr std::size_t read_at_once_max = 256;
/// Far below limits::redis_call_time, and what acknowledgements and the end wait for at most.
constexpr std::chrono::milliseconds wait_at_redis{200};
constexpr std::string_view new_entries = ">";

/// Nobody else has it: machine, process, a time since the machine started, and a number. For people
/// too, who see with GET who reads.
std::string unique_token() {
  static std::atomic<std::uint64_t> count{0};
  std::array<char, 256> machine{};
  if (gethostname(machine.data(), machine.size() - 1) != 0) machine[0] = '?';
  return std::string{machine.data()} + ' ' + std::to_string(getpid()) + ' ' +
         std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) + ' ' +
         std::to_string(++count);
}

/// The fields of an entry, with `event` taken out.
struct fields {
  std::vector<std::string> head;
  std::string body;
  enum class has_event : std::uint8_t { no, yes } found{has_event::no};
};

fields fields_of(redis::reply& entry) {
  fields out;
  if (entry.items.size() != 2) return out;
  auto& flat = entry.items[1].items;  // none when the entry was deleted
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
    if (flat[i].text == "event") {
      out.body = std::move(flat[i + 1].text);
      out.found = fields::has_event::yes;
    } else {
      out.head.push_back(std::move(flat[i].text));
      out.head.push_back(std::move(flat[i + 1].text));
    }
  }
  return out;
}

}  // namespace

redis_streams_group::redis_streams_group(redis_streams_place place, std::string group)
    : stream_{std::move(place.stream)},
      group_{std::move(group)},
      keys_{stream_, stream_ + ':' + group_ + ":reader"},
      token_{unique_token()},
      link_{std::move(place.where)} {}

redis::reply redis_streams_group::ask(redis::script& what, std::vector<std::string> more) {
  std::vector<std::string> values{token_, std::to_string(std::chrono::milliseconds{lease}.count()),
                                  group_};
  values.insert(values.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
  auto said = link_.run(what, keys_, values);
  const auto state = said.items.empty() ? std::string{} : said.items[0].text;
  if (state == "ours") return said;
  if (state == "other")
    throw storage_error{kind::replaced, name() + ": another source reads for " + group_};
  if (state == "no group")
    throw storage_error{kind::gone, name() + ": the stream or its group " + group_ + " is gone"};
  throw storage_error{kind::other, name() + ": an answer that no script of ours gives"};
}

redis_streams_group::standing redis_streams_group::join() {
  delivered_.clear();
  after_ = "0-0";
  at_end_ = false;
  link_.open();
  try {
    if (ask(scripts_.join, {}).items[1].text == "made")
      log(log_level::info, "broker", "a group begins at the first entry of its stream",
          {{"database", name()}, {"consumer", group_}});
    ++session_;
    return standing::reader;
  } catch (const storage_error& e) {
    if (e.why() == kind::replaced) return standing::standby;
    throw;
  }
}

std::vector<event_source::arrival> redis_streams_group::read() {
  const auto most = std::min(room(), read_at_once_max);
  auto said = ask(scripts_.read, {std::to_string(most), after_});
  auto entries =
      said.items.size() > 1 ? std::move(said.items[1].items) : std::vector<redis::reply>{};
  at_end_ = entries.empty() && after_ == new_entries;
  if (entries.empty()) {
    after_ = new_entries;
    if (said.items.size() > 2) newest_ = said.items[2].text;
    return {};
  }
  if (after_ != new_entries) after_ = entries.back().items[0].text;
  return take(std::move(entries));
}

std::vector<event_source::arrival> redis_streams_group::take(std::vector<redis::reply> entries) {
  std::vector<event_source::arrival> events;
  std::vector<std::string> others;
  events.reserve(entries.size());
  for (auto& entry : entries) {
    auto [head, body, found] = fields_of(entry);
    auto& id = entry.items[0].text;
    if (found == fields::has_event::no) {
      others.push_back(std::move(id));
      continue;
    }
    delivered_.push_back(
        {++last_tag_, std::move(id), std::move(head), std::hash<std::string>{}(body)});
    events.push_back({last_tag_, std::move(body), session_});
  }
  if (!others.empty()) {
    log(log_level::warning, "broker", "entries of a stream are no events, or deleted: passed over",
        {{"database", name()}, {"consumer", group_}, {"entries", others.size()}});
    acknowledge_entries(std::move(others));
  }
  return events;
}

// XREAD delivers nothing to the group: another source can have become its reader meanwhile.
void redis_streams_group::wait_for_more() {
  link_.run(redis::command{"XREAD", "COUNT", "1", "BLOCK", std::to_string(wait_at_redis.count()),
                           "STREAMS", stream_, newest_});
}

void redis_streams_group::acknowledge(std::uint64_t through) {
  std::vector<std::string> entries;
  const auto is_meant = [&](const delivered& each) { return each.tag <= through; };
  const auto end = std::ranges::find_if_not(delivered_, is_meant);
  for (auto each = delivered_.begin(); each != end; ++each)
    entries.push_back(each->entry);
  acknowledge_entries(std::move(entries));
  delivered_.erase(delivered_.begin(), end);
}

void redis_streams_group::acknowledge_entries(std::vector<std::string> entries) {
  ask(scripts_.acknowledge, std::move(entries));
}

bool redis_streams_group::park(const std::string& body, const std::string& reason) {
  redis::command add{"XADD", parked_stream(), "*"};
  const auto hash = std::hash<std::string>{}(body);
  const auto from = std::ranges::find(delivered_, hash, &delivered::body_hash);
  if (from != delivered_.end()) add.insert(add.end(), from->head.begin(), from->head.end());
  add.insert(add.end(), {"event", body, "reason", reason});
  try {
    link_.run(add);
    return true;
  } catch (const storage_error& e) {
    log(log_level::warning, "broker", "an event cannot be parked",
        {{"database", name()}, {"consumer", group_}, {"error", e.what()}});
    return false;
  }
}

std::optional<event_source::parked_records> redis_streams_group::read_parked() {
  event_source::parked_records out;
  std::string after = "-";
  try {
    while (true) {
      auto page = link_.run(redis::command{"XRANGE", parked_stream(), after, "+", "COUNT",
                                           std::to_string(read_at_once_max)});
      if (page.items.empty()) return out;
      after = '(' + page.items.back().items[0].text;
      for (auto& entry : page.items) {
        auto [head, body, found] = fields_of(entry);
        const auto named = std::ranges::find(head, "reason");
        const auto has_reason = named != head.end() && named + 1 != head.end();
        out.push_back({std::move(body), has_reason ? std::move(*(named + 1)) : std::string{}});
      }
    }
  } catch (const storage_error& e) {
    log(log_level::warning, "broker", "what is parked cannot be read",
        {{"database", name()}, {"consumer", group_}, {"error", e.what()}});
    return std::nullopt;
  }
}

void redis_streams_group::leave() {
  if (!link_.is_open()) return;
  try {
    ask(scripts_.leave, {});
  } catch (const storage_error&) {  // it runs out
  }
}

std::size_t redis_streams_group::room() const {
  return limits::bus_unacknowledged_max - delivered_.size();
}

}  // namespace boxoffice::broker
