#include "logging/log_limiter.hpp"

#include "logging/log_limits.hpp"

#include <utility>

namespace boxoffice {

std::optional<log_limiter::line> log_limiter::admit(const std::string& kind, line what, time now) {
  const auto found = kinds_.find(kind);
  if (found == kinds_.end()) {
    if (kinds_.size() < kinds_max_) kinds_.emplace(kind, state{now + limits::log_repeat_every, {}});
    return what;
  }
  auto& of = found->second;
  const auto before = of.last ? of.last->repeated : 0;
  if (now < of.quiet_until) {
    what.repeated = before + 1;
    of.last = std::move(what);
    return std::nullopt;
  }
  what.repeated = before;
  of.last.reset();
  of.quiet_until = now + limits::log_repeat_every;
  return what;
}

std::vector<log_limiter::line> log_limiter::due(time now) {
  std::vector<line> out;
  for (auto at = kinds_.begin(); at != kinds_.end();) {
    auto& of = at->second;
    if (now < of.quiet_until) {
      ++at;
    } else if (of.last) {
      out.push_back(std::move(*of.last));
      of.last.reset();
      if (now != time::max()) of.quiet_until = now + limits::log_repeat_every;
      ++at;
    } else {
      at = kinds_.erase(at);
    }
  }
  return out;
}

}  // namespace boxoffice
