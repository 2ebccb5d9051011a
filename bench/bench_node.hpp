#pragma once

#include "actors/core/meters.hpp"
#include "actors/node/node.hpp"
#include "actors/node/real_sources.hpp"
#include "config/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace boxoffice::bench {

/// A directory that goes away with its owner.
class scratch_directory {
 public:
  /// Under `TMPDIR`, or the system's directory for temporary files: a real disk, or the commits
  /// would be too cheap.
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A whole node over SQLite files, without HTTP: one concert without a waiting room, one schedule
/// of `seats` seats on sale, and `users` users with plenty of points.
class bench_node {
 public:
  static constexpr points price{1000};

  bench_node(std::uint32_t seats, std::uint32_t users);
  ~bench_node();
  bench_node(const bench_node&) = delete;
  bench_node& operator=(const bench_node&) = delete;

  [[nodiscard]] caf::actor_system& system() { return node_->system(); }
  [[nodiscard]] const service_handles& services() const { return node_->services(); }
  [[nodiscard]] schedule_id on_sale() const { return schedule_; }
  [[nodiscard]] std::uint32_t seats() const { return seats_; }
  [[nodiscard]] std::uint32_t users() const { return users_; }
  [[nodiscard]] static user_id user(std::uint64_t number) { return {"u" + std::to_string(number)}; }
  [[nodiscard]] const boxoffice::meters& meters() const { return meters_; }

 private:
  void fill_catalogue();
  void charge_users();

  std::uint32_t seats_, users_;
  scratch_directory scratch_;
  settings settings_;
  system_clock_source time_;
  system_random_source random_;
  boxoffice::meters meters_;
  std::unique_ptr<node> node_;
  schedule_id schedule_;
};

}  // namespace boxoffice::bench
