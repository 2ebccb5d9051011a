#include "actors/core/idempotency.hpp"

namespace boxoffice {

key_book::state key_book::begin(const request_key& key) {
  if (!key.present()) return state::fresh;
  if (const auto found = running_.find(key.scope); found != running_.end())
    return found->second == key.body || found->second == digest{} ? state::in_flight
                                                                  : state::reused;
  if (stored_.size() >= capacity_ || stored_.contains(key.scope.low)) {
    running_.emplace(key.scope, digest{});
    return state::look_up;
  }
  running_.emplace(key.scope, key.body);
  return state::fresh;
}

void key_book::run(const request_key& key) { running_.insert_or_assign(key.scope, key.body); }

void key_book::finish(const request_key& key, outcome what) {
  if (!key.present()) return;
  running_.erase(key.scope);
  if (what == outcome::stored) remember(key.scope);
}

void key_book::remember(const digest& scope) {
  if (stored_.size() < capacity_) stored_.insert(scope.low);
}

}  // namespace boxoffice
