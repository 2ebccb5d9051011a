#include "actors/core/idempotency.hpp"

namespace boxoffice {

known_keys::state known_keys::begin(const request_key& key, time_point now) {
  if (!key.present()) return state::fresh;
  if (const auto found = running_.find(key.scope); found != running_.end()) {
    auto& [body, since] = found->second;
    if (now - since > running_max_) {
      found->second = {digest{}, now};
      return state::look_up;
    }
    return body == key.body || body == digest{} ? state::in_flight : state::reused;
  }
  if (stored_.size() >= capacity_ || stored_.contains(key.scope.low)) {
    running_.emplace(key.scope, running{digest{}, now});
    return state::look_up;
  }
  running_.emplace(key.scope, running{key.body, now});
  return state::fresh;
}

void known_keys::run(const request_key& key, time_point now) {
  running_.insert_or_assign(key.scope, running{key.body, now});
}

void known_keys::finish(const request_key& key, outcome what) {
  if (!key.present()) return;
  running_.erase(key.scope);
  if (what == outcome::stored) remember(key.scope);
}

void known_keys::remember(const digest& scope) {
  if (stored_.size() < capacity_) stored_.insert(scope.low);
}

}  // namespace boxoffice
