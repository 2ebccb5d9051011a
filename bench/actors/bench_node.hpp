#pragma once

#include "actors/core/metrics.hpp"
#include "actors/node/node.hpp"
#include "actors/node/real_sources.hpp"
#include "bench/actors/preparation.hpp"
#include "config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

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

struct bench_plan {
  std::uint32_t seats{100'000};  ///< of each schedule; a multiple of 10
  std::uint32_t schedules{1};
  std::uint32_t users{2'000};
  std::chrono::seconds hold{3600};
  std::uint64_t points_each{10'000'000};
};

/// A whole node over SQLite files, without HTTP: one concert without a waiting room, schedules on
/// sale, and users with points.
class bench_node {
 public:
  explicit bench_node(const bench_plan& plan);
  ~bench_node();
  bench_node(const bench_node&) = delete;
  bench_node& operator=(const bench_node&) = delete;

  [[nodiscard]] caf::actor_system& system() { return node_->system(); }
  [[nodiscard]] const service_handles& services() const { return node_->services(); }
  [[nodiscard]] const std::vector<schedule_id>& on_sale() const { return schedules_; }
  [[nodiscard]] const bench_plan& plan() const { return plan_; }
  /// Puts one more schedule on sale, whose holds live so long; returns when it is.
  void open_schedule(std::chrono::seconds hold);
  [[nodiscard]] static user_id user(std::uint64_t number) { return bench_user(number); }
  [[nodiscard]] const boxoffice::metrics& metrics() const { return metrics_; }
  [[nodiscard]] std::filesystem::path data_dir() const { return scratch_.path(); }

 private:
  const bench_plan plan_;
  scratch_directory scratch_;
  settings settings_;
  system_clock_source time_;
  system_random_source random_;
  boxoffice::metrics metrics_;
  std::unique_ptr<node> node_;
  concert_id concert_;
  std::vector<schedule_id> schedules_;
};

}  // namespace boxoffice::bench
