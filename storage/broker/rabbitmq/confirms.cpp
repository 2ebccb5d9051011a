#include "storage/broker/rabbitmq/confirms.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::broker {

using ending = event_publisher::ending;

void rabbitmq_confirms::settle(state& each, word what) {
  if (each.what != fate::unknown) return;
  each.what = what == word::ack ? fate::confirmed : fate::refused;
  ++settled_;
}

void rabbitmq_confirms::settled(std::uint64_t tag, reach far, word what) {
  if (tag < first_tag_) return;
  const auto index = static_cast<std::size_t>(tag - first_tag_);
  if (index >= states_.size()) return;
  switch (far) {
    case reach::one:
      settle(states_[index], what);
      break;
    case reach::all_up_to:
      for (; all_settled_up_to_ <= index; ++all_settled_up_to_)
        settle(states_[all_settled_up_to_], what);
      break;
  }
}

void rabbitmq_confirms::returned(std::string_view id, std::string why) {
  for (std::size_t i = all_settled_up_to_; i < states_.size(); ++i) {
    auto& each = states_[i];
    if (each.what != fate::unknown || !each.returned.empty() || batch_[i].id != id) continue;
    each.returned = std::move(why);
    return;
  }
}

event_publisher::answer rabbitmq_confirms::answer(ending waiting_ends, std::string why) const {
  const auto first = std::ranges::find_if(states_, [](const state& each) {
    return each.what != fate::confirmed || !each.returned.empty();
  });
  const auto confirmed = static_cast<std::size_t>(first - states_.begin());
  if (confirmed == batch_.size()) return {confirmed, ending::whole, {}};
  if (first != states_.end()) {
    if (!first->returned.empty()) return {confirmed, ending::doubtful, first->returned};
    if (first->what == fate::refused)
      return {confirmed, ending::try_later, "the broker could not take an event"};
  }
  return {confirmed, waiting_ends, std::move(why)};
}

}  // namespace boxoffice::broker
