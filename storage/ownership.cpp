#include "storage/ownership.hpp"

#include "actors/cluster/standing_by.hpp"
#include "actors/node/real_sources.hpp"
#include "config/cluster_limits.hpp"
#include "logging/log.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/redis/stores.hpp"
#include "storage/storage_error.hpp"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <sys/stat.h>
#include <utility>

namespace boxoffice {
namespace {

constexpr const char* note_name = "owned";

// Differs after each start of the machine, between a machine and its copy, and between a directory
// and its copy, whose process may live.
std::string place_of(const settings& how) {
  std::ifstream file{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  file >> id;
  struct stat found {};
  if (stat(how.node.data_dir.c_str(), &found) != 0) return {};
  return id + '/' + std::to_string(found.st_dev) + ':' + std::to_string(found.st_ino);
}

using sources = std::vector<std::unique_ptr<owner_row_source>>;

// In one fixed order, the same on every node.
sources open_sources(const settings& how) {
  sources all;
  const auto& roles = how.node.roles;
  if (how.store.kind == store_kind::postgres) {
    const std::pair<role, const service_store_settings*> stores[] = {
        {role::concert, &how.store.concert},
        {role::reservation, &how.store.reservation},
        {role::point, &how.store.point},
        {role::payment, &how.store.payment}};
    for (const auto& [service, store] : stores)
      if (roles.contains(service))
        all.push_back(
            postgres_owner(std::string{name_of(service)}, postgres_at(store->url.reveal())));
  }
  if (roles.contains(role::queue_ranking) && how.queue_ranking.kind == ranking_store_kind::redis)
    all.push_back(redis_owner(how.queue_ranking.url.reveal()));
  return all;
}

/// What the last process that held this directory owned. It is dead: the directory is held.
std::vector<cluster::owner_row> noted_before(const settings& how) {
  std::ifstream file{how.node.data_dir / note_name};
  std::string place, store;
  std::vector<cluster::owner_row> found;
  if (!(file >> place) || place != place_of(how)) return {};
  for (std::uint64_t epoch = 0; file >> store >> epoch;)
    found.push_back({store, {epoch, 0}, 0, false});
  return found;
}

}  // namespace

free_stores await_ownership(const settings& how, const std::stop_token& stop,
                            const std::function<void()>& stands_by) {
  if (how.cluster.takeover_time == milliseconds{0}) return {};
  const system_clock_source time;
  cluster::standing_by next{
      {how.cluster.takeover_time, limits::owner_look_gap_max, noted_before(how)}};
  const auto rows_seen = std::make_shared<sources>();
  auto& all = *rows_seen;
  std::mutex lock;
  std::condition_variable_any stopped;
  bool told = false;
  while (!stop.stop_requested()) {
    const auto asked = time.now();
    try {
      if (all.empty()) all = open_sources(how);
      std::vector<cluster::owner_row> rows;
      rows.reserve(all.size());
      for (const auto& each : all)
        rows.push_back(each->read());
      using step = cluster::standing_by::step;
      switch (next.looked(rows, asked, time.now())) {
        case step::take:
          if (told) log(log_level::info, "storage", "taking over from another node");
          return {.rows = std::move(rows), .claim = rows_seen};
        case step::claim:
          if (next.claimed(all.front()->claim())) continue;
          break;
        case step::give_back:
          all.clear();
          break;
        case step::wait:
          break;
      }
    } catch (const storage_error& e) {
      if (!may_end_by_itself(e)) throw;
      log(log_level::warning, "storage", "cannot see who owns a store", {{"error", e.what()}});
      next.failed();
      all.clear();
    }
    if (!std::exchange(told, true)) {
      log(log_level::info, "storage", "standing by: another node serves");
      if (stands_by) stands_by();
    }
    std::unique_lock hold{lock};
    stopped.wait_for(hold, stop, limits::owner_look_every, [&] { return stop.stop_requested(); });
  }
  return {};
}

void note_ownership(const settings& how, const node_stores& owned) {
  // A gateway owns nothing.
  if (how.cluster.takeover_time == milliseconds{0} || how.keeps_nothing()) return;
  std::ofstream file{how.node.data_dir / note_name, std::ios::trunc};
  file << place_of(how) << '\n';
  const auto note = [&](const char* store, const auto& of) {
    if (of) file << store << ' ' << of->epoch() << '\n';
  };
  note("concert", owned.concert);
  note("reservation", owned.reservation);
  note("point", owned.point);
  note("payment", owned.payment);
  note("queue_ranking", owned.queue_ranking);
  file.flush();
  if (!file)
    log(log_level::warning, "storage", "what this node owns cannot be noted: after a kill it waits",
        {{"file", (how.node.data_dir / note_name).string()}});
}

std::vector<std::string> release_ownership(const settings& how) {
  std::vector<std::string> lines;
  if (how.cluster.takeover_time == milliseconds{0}) return lines;
  const auto owned = noted_before(how);
  if (owned.empty()) return lines;
  for (const auto& each : open_sources(how)) {
    const auto row = each->read();
    const auto mine = std::ranges::find(owned, row.store, &cluster::owner_row::store);
    if (mine == owned.end()) continue;
    const bool freed = mine->at.epoch == row.at.epoch && each->release(row.at.epoch);
    lines.push_back(row.store + (freed ? ": released" : ": another node owns it already"));
  }
  return lines;
}

}  // namespace boxoffice
