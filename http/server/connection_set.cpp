#include "http/server/connection_set.hpp"

#include "http/server/session.hpp"

#include <algorithm>

namespace boxoffice::http {

void connection_set::enter(session& which) {
  const std::scoped_lock hold{lock_};
  open_.insert(&which);
}

void connection_set::leave(session& which) {
  const std::scoped_lock hold{lock_};
  open_.erase(&which);
}

std::size_t connection_set::size() const {
  const std::scoped_lock hold{lock_};
  return open_.size();
}

std::vector<std::shared_ptr<session>> connection_set::all() const {
  std::vector<std::shared_ptr<session>> out;
  const std::scoped_lock hold{lock_};
  out.reserve(open_.size());
  for (auto* each : open_)
    if (auto alive = each->weak_from_this().lock()) out.push_back(std::move(alive));
  return out;
}

void connection_set::sweep(std::chrono::steady_clock::time_point now) {
  std::vector<std::shared_ptr<session>> late;
  {
    const std::scoped_lock hold{lock_};
    for (auto* each : open_)
      if (each->deadline() <= now)
        if (auto alive = each->weak_from_this().lock()) late.push_back(std::move(alive));
  }
  for (const auto& each : late)
    each->end(session::end_rule::when_late);
}

void connection_set::end_idle() {
  ends_idle_.store(true);
  for (const auto& each : all())
    each->end(session::end_rule::when_idle);
}

std::size_t connection_set::unfinished() const {
  const std::scoped_lock hold{lock_};
  return static_cast<std::size_t>(
      std::ranges::count_if(open_, [](const session* each) { return each->unfinished(); }));
}

void connection_set::end_all() {
  for (const auto& each : all())
    each->end(session::end_rule::now);
}

}  // namespace boxoffice::http
