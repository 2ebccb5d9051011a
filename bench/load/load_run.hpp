#pragma once

#include "bench/load/histogram.hpp"
#include "bench/load/scenario.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace boxoffice::load {

/// Reads a CPU time at the beginning and at the end of what is measured.
struct cpu_meter {
  std::string of;
  std::function<double()> seconds;
};

/// How a run is driven.
struct load_plan {
  std::size_t connections{64};
  /// 0: closed loop, as many operations in flight as there are connections. Otherwise open loop:
  /// operations begin at this rate, whatever the answers do. **Units** per second.
  double rate{0};
  /// Of the open loop: evenly spaced, or as independent people come (exponential gaps, always the
  /// same ones), which is how pgbench spaces its transactions with --rate.
  enum class spacing : std::uint8_t { even, random } arrivals{spacing::even};
  /// Other rates from these times on, counted from the first operation.
  std::vector<std::pair<std::chrono::milliseconds, double>> later_rates{};
  /// Who waits longer than this for a free connection goes away. 0: nobody does.
  std::chrono::milliseconds patience{0};
  std::chrono::milliseconds warm_up{1000};  ///< runs before, and is not counted
  std::chrono::milliseconds measured{5000};
  std::uint64_t first{0};                 ///< number of the first operation
  std::uint64_t count{UINT64_MAX};        ///< ends the run early
  std::vector<cpu_meter> metrics{};       ///< beside that of this process
  std::chrono::milliseconds interval{0};  ///< of load_result::timeline; 0: none
};

struct load_result {
  std::uint64_t done{0};      ///< that ended well within the time measured
  std::uint64_t shed{0};      ///< answered with "later" while measured
  std::uint64_t given_up{0};  ///< that found no free connection in time
  std::uint64_t failed{0};    ///< ever
  std::string failure;        ///< the first
  double seconds{0};          ///< measured
  /// Closed loop: from sending to the last answer. Open loop: from when the operation was meant to
  /// begin, so that waiting for a free connection counts (no coordinated omission).
  histogram latency;
  std::vector<histogram> timeline;            ///< by when the operation ended, if asked for
  std::uint64_t next{0};                      ///< number of the first operation that was not begun
  std::map<std::string, double> cpu_seconds;  ///< while measured; `generator` is this process

  [[nodiscard]] double per_second() const {
    return seconds > 0 ? static_cast<double>(done) / seconds : 0;
  }
};

/// Drives `what` at the server. Throws std::exception when it cannot be reached.
load_result run_load(const boost::asio::ip::tcp::endpoint& server, scenario& what,
                     const load_plan& plan);

}  // namespace boxoffice::load
