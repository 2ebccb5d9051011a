#include "actors/queue/active_tokens.hpp"

namespace boxoffice {

bool active_tokens::admits(queue_token token, const user_id& user, time_point now) const {
  const auto& in = parts_[part_of(token)];
  const std::scoped_lock hold{in.lock};
  const auto found = in.tokens.find(token);
  return found != in.tokens.end() && found->second.user == user && now < found->second.expires_at;
}

void active_tokens::put(queue_token token, const user_id& user, time_point expires_at) {
  auto& in = parts_[part_of(token)];
  const std::scoped_lock hold{in.lock};
  in.tokens.insert_or_assign(token, place{user, expires_at});
}

void active_tokens::drop(queue_token token) {
  auto& in = parts_[part_of(token)];
  const std::scoped_lock hold{in.lock};
  in.tokens.erase(token);
}

void active_tokens::drop_all(concert_id concert) {
  for (auto& in : parts_) {
    const std::scoped_lock hold{in.lock};
    std::erase_if(in.tokens, [&](const auto& each) { return each.first.concert == concert; });
  }
}

}  // namespace boxoffice
