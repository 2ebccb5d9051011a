#pragma once

#include "bench/compare/side.hpp"
#include "bench/load/load_run.hpp"
#include "bench/load/measured_server.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::compare {

/// How a server over HTTP is measured. The server lives through all rounds, and may have several
/// sides.
struct http_setup {
  std::string name{};
  std::string does{};
  std::shared_ptr<load::measured_server> server{};
  std::string postgres{};  ///< the server of its databases, whose CPU time is counted; or empty
  std::size_t connections{64};
  /// 0: closed loop. A function, for the rate may come from a round before.
  std::function<double()> rate{};
  /// Prepares what is asked, for so many operations; not measured.
  std::function<std::unique_ptr<load::scenario>(const std::string& url, std::size_t operations)>
      prepare{};
  std::chrono::milliseconds patience{0};  ///< load_plan::patience
  std::uint64_t count{0};  ///< 0: for the time of the round; otherwise exactly so many, at once
  /// Looks at what came out of it; a text is a failure.
  std::function<std::string(const load::scenario&)> verify{};
  enum class renewal : std::uint8_t { each_round, never } renews{renewal::each_round};
  double per_second_expected{1500};  ///< how many operations the first round is prepared for
};

std::unique_ptr<side> make_http_side(http_setup setup);

/// What a load run says, as a measurement.
measurement measured_by(const load::load_result& found);

/// CPU time of a PostgreSQL server: of all its processes. **Units** seconds.
double postgres_cpu_seconds(const std::string& url);

}  // namespace boxoffice::compare
