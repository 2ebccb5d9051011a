#include "actors/data_platform/forward_queue.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {

void forward_queue::deliver(std::uint64_t correlation, std::vector<payment_event> events) {
  if (events.empty()) return;
  close();
  if (events.size() > within_.events_max) events.resize(within_.events_max);
  open_ = true;
  correlation_ = correlation;
  events_ = std::move(events);
  for (std::size_t place = 0; place < events_.size(); ++place)
    places_.emplace(events_[place].id, place);
  // What is not delivered any more was decided without us.
  std::erase_if(refused_, [&](const auto& each) { return !places_.contains(each.second.event); });
  for (std::size_t place = 0; place < events_.size(); ++place)
    line_up(place);
  advance();
}

void forward_queue::line_up(std::size_t place) {
  const auto& e = events_[place];
  if (applied_.contains(e.id)) return;
  ++waiting_;
  const auto schedule = e.schedule();
  const auto busy = under_way_.find(schedule);
  if (busy != under_way_.end() && std::ranges::count(busy->second, e.id) > 0) return;
  const auto no = refused_.find(schedule);
  if (no != refused_.end() && no->second.event == e.id) return;
  auto& lane = lanes_[schedule];
  lane.push_back(place);
  if (lane.size() == 1 && busy == under_way_.end() && no == refused_.end())
    turns_.push_back(schedule);
}

std::vector<payment_event> forward_queue::begin() {
  std::vector<payment_event> post;
  if (turns_.empty()) return post;
  const auto schedule = turns_.front();
  turns_.pop_front();
  auto& lane = lanes_.at(schedule);
  const auto most = post_max(schedule, events_[lane.front()].sequence);
  auto& ids = under_way_[schedule];
  while (!lane.empty() && post.size() < most) {
    post.push_back(events_[lane.front()]);
    ids.push_back(post.back().id);
    lane.pop_front();
  }
  return post;
}

std::size_t forward_queue::post_max(schedule_id schedule, std::uint64_t first) {
  const auto found = alone_.find(schedule);
  if (found == alone_.end()) return within_.post_events_max;
  if (first <= found->second) return 1;
  alone_.erase(found);
  return within_.post_events_max;
}

void forward_queue::applied(const std::vector<payment_event>& post) {
  for (const auto& e : post) {
    remember(e.id);
    if (places_.contains(e.id)) --waiting_;
  }
  release(post.front().schedule());
  advance();
}

void forward_queue::not_applied(const std::vector<payment_event>& post) {
  const auto schedule = post.front().schedule();
  for (auto e = post.rbegin(); e != post.rend(); ++e)
    if (const auto place = places_.find(e->id); place != places_.end())
      lanes_[schedule].push_front(place->second);
  release(schedule);
}

void forward_queue::refused(const std::vector<payment_event>& post, refusal why) {
  const auto schedule = post.front().schedule();
  if (post.size() > 1) {
    alone_.insert_or_assign(schedule, post.back().sequence);
    return not_applied(post);
  }
  refused_.insert_or_assign(schedule, refused_event{post.front().id, std::move(why)});
  release(schedule);
}

std::optional<forward_queue::answer> forward_queue::ended() {
  if (!open_) return std::nullopt;
  if (through_ == events_.size()) {
    const answer whole{correlation_, events_.back().sequence, {}};
    close();
    return whole;
  }
  const auto& next = events_[through_];
  const auto found = refused_.find(next.schedule());
  if (found == refused_.end() || found->second.event != next.id) return std::nullopt;
  answer no{correlation_, next.sequence, std::move(found->second.why)};
  refused_.erase(found);
  close();
  return no;
}

std::optional<forward_queue::answer> forward_queue::progress() {
  if (!has_progress()) return std::nullopt;
  told_ = through_;
  return answer{correlation_, events_[told_ - 1].sequence, {}};
}

void forward_queue::remember(event_id id) {
  if (!applied_.insert(id).second) return;
  remembered_.push_back(id);
  if (remembered_.size() <= within_.remembered_max) return;
  applied_.erase(remembered_.front());
  remembered_.pop_front();
}

void forward_queue::advance() {
  while (open_ && through_ < events_.size() && applied_.contains(events_[through_].id))
    ++through_;
}

// Nothing of the schedule is under way any more.
void forward_queue::release(schedule_id schedule) {
  under_way_.erase(schedule);
  const auto lane = lanes_.find(schedule);
  if (lane != lanes_.end() && !lane->second.empty() && !refused_.contains(schedule))
    turns_.push_back(schedule);
}

void forward_queue::close() {
  open_ = false;
  events_.clear();
  places_.clear();
  lanes_.clear();
  turns_.clear();
  through_ = told_ = waiting_ = 0;
}

}  // namespace boxoffice
