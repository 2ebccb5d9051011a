#include "actors/cluster/executions.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::cluster {

executions::verdict executions::on(const command_frame& asked) {
  if (asked.id == 0 || asked.open_from > asked.id) return verdict::broken;
  open_from_ = std::max(open_from_, asked.open_from);
  open_.erase(open_.begin(), open_.lower_bound(open_from_));
  for (const auto id : asked.settled)
    open_.erase(id);
  if (asked.id < open_from_) return verdict::ignore;
  if (const auto found = open_.find(asked.id); found != open_.end())
    return found->second ? verdict::answered : verdict::ignore;
  if (open_.size() >= 2 * open_max_) {
    // Half of them are answered, and settled: the frames that said so were lost with a link.
    const auto oldest =
        std::ranges::find_if(open_, [](const auto& each) { return each.second.has_value(); });
    if (oldest == open_.end()) return verdict::broken;
    open_.erase(oldest);
  }
  open_.emplace(asked.id, std::nullopt);
  return verdict::run;
}

void executions::answered(std::uint64_t id, frame_kind kind, std::string body) {
  const auto found = open_.find(id);
  if (found != open_.end()) found->second = frame{kind, std::move(body)};
}

}  // namespace boxoffice::cluster
