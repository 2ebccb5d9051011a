#pragma once

#include "actors/durable/parked.hpp"
#include "actors/queue/waiting_room.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

namespace boxoffice {

/// The tokens of one room of which the store refuses a change: set aside, they neither wait nor
/// buy, and their users have no other place. Operators see them in the list of the service, for as
/// long as the room lives. **Thread**: its room's.
class tokens_aside {
 public:
  struct place {
    queue_entry is;      ///< as the store has it
    queue_entry wanted;  ///< what it refused
    std::string reason;
  };

  explicit tokens_aside(std::shared_ptr<parked_entities> list) : list_{std::move(list)} {}
  ~tokens_aside() {
    for (const auto& [token, held] : places_)
      list_->drop(to_text(token));
  }
  tokens_aside(const tokens_aside&) = delete;
  tokens_aside& operator=(const tokens_aside&) = delete;

  void put(place what, time_point now) {
    const auto& is = what.is;
    list_->put({to_text(is.token), is.user, name_of(is.state), name_of(what.wanted.state),
                what.reason, now});
    users_.insert(is.user);
    places_.insert_or_assign(is.token, std::move(what));
  }
  [[nodiscard]] bool holds(queue_token token) const { return places_.contains(token); }
  [[nodiscard]] bool holds(const user_id& user) const { return users_.contains(user); }
  [[nodiscard]] const place& at(queue_token token) const { return places_.at(token); }
  /// It is not aside any more; empty when it never was.
  std::optional<place> take(queue_token token) {
    auto found = places_.extract(token);
    if (found.empty()) return std::nullopt;
    list_->drop(to_text(token));
    users_.erase(found.mapped().is.user);
    return std::move(found.mapped());
  }
  /// A payment was made with the token of `user`: that is what it would become.
  void use(queue_token token, const user_id& user, time_point now) {
    const auto found = places_.find(token);
    if (found == places_.end()) return;
    auto paid = found->second;
    if (paid.is.user != user || paid.is.state != token_state::active ||
        paid.wanted.state == token_state::used)
      return;
    paid.wanted.state = token_state::used;
    put(std::move(paid), now);
  }
  /// `visit(token)` for each.
  template <class Visit>
  void each(Visit visit) const {
    for (const auto& [token, held] : places_)
      visit(token);
  }

 private:
  const std::shared_ptr<parked_entities> list_;
  std::map<queue_token, place> places_;
  std::unordered_set<user_id> users_;
};

}  // namespace boxoffice
