#include "bench/load/load_report.hpp"

#include <iomanip>
#include <sstream>

namespace boxoffice::load {
namespace {

double milliseconds(std::chrono::microseconds time) {
  return static_cast<double>(time.count()) / 1000;
}

double per_thousand(double seconds, const load_result& result) {
  return result.done == 0 ? 0 : seconds * 1000 / static_cast<double>(result.done);
}

}  // namespace

std::string to_text(const load_result& result) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << result.per_second() << " a second (" << result.done
      << " in " << result.seconds << " s), " << result.failed << " failed\n"
      << std::setprecision(2) << "latency: p50 " << milliseconds(result.latency.quantile(0.5))
      << " ms, p95 " << milliseconds(result.latency.quantile(0.95)) << " ms, p99 "
      << milliseconds(result.latency.quantile(0.99)) << " ms, max "
      << milliseconds(result.latency.max()) << " ms\n";
  for (const auto& [of, seconds] : result.cpu_seconds)
    out << "CPU seconds per 1,000: " << per_thousand(seconds, result) << " (" << of << ")\n";
  if (result.failed != 0) out << "first failure: " << result.failure << '\n';
  return out.str();
}

nlohmann::json to_json(const load_result& result) {
  nlohmann::json cpu = nlohmann::json::object();
  for (const auto& [of, seconds] : result.cpu_seconds)
    cpu[of] = per_thousand(seconds, result);
  return {{"perSecond", result.per_second()},
          {"done", result.done},
          {"failed", result.failed},
          {"seconds", result.seconds},
          {"p50Milliseconds", milliseconds(result.latency.quantile(0.5))},
          {"p95Milliseconds", milliseconds(result.latency.quantile(0.95))},
          {"p99Milliseconds", milliseconds(result.latency.quantile(0.99))},
          {"maxMilliseconds", milliseconds(result.latency.max())},
          {"cpuSecondsPer1000", std::move(cpu)}};
}

}  // namespace boxoffice::load
