#include "tests/simulation/visitor.hpp"

#include <utility>

namespace boxoffice::simulation {

visitor::visitor(user_id who, const visitor_surroundings& around)
    : who_{std::move(who)},
      around_{around},
      wake_{around.now + milliseconds{around.random.below(2'000)}} {}

void visitor::note(const std::string& what) {
  around_.events.add(around_.now - around_.began, who_.value + " " + what);
}

void visitor::step() {
  auto& random = around_.random;
  if (running_) {  // patience has ended
    const auto again = settling_ || random.below(4) != 0;
    if (again) return attempt();
    note("gives up " + running_->name);
    if (running_->key != digest{}) unknown_.push_back(std::move(running_));
    running_.reset();
    wake_ = around_.now + milliseconds{random.below(3'000)};
    return;
  }
  if (!unknown_.empty() && (settling_ || random.one_in(4))) {
    running_ = std::move(unknown_.back());
    unknown_.pop_back();
    first_attempt_ = attempt_ + 1;
    return attempt();
  }
  if (settling_) {
    wake_ = time_point::max();
    return;
  }
  running_ = want_something();
  if (!running_) {
    wake_ = around_.now + milliseconds{random.below(1'000)};
    return;
  }
  note("wants " + running_->name);
  first_attempt_ = attempt_ + 1;
  attempt();
}

void visitor::attempt() {
  auto& w = *running_;
  ++w.attempts;
  ++attempt_;
  static constexpr std::uint64_t patience[] = {200, 1'000, 4'000};
  wake_ = around_.now + milliseconds{patience[around_.random.below(3)]};
  if (w.attempts > 1 && w.key != digest{}) around_.kept.tried_again(w.key);
  const auto keep = running_;  // the answer may come at once
  keep->send(*this, attempt_);
}

void visitor::heard(std::uint64_t attempt, verdict v) {
  if (!running_ || attempt < first_attempt_) return;
  auto& random = around_.random;
  switch (v) {
    case verdict::known:
      note("has its answer: " + running_->name);
      running_.reset();
      wake_ = around_.now + milliseconds{random.below(1'500)};
      return;
    case verdict::not_done:
      ++running_->denied;
      if (running_->key != digest{} && is_surely_not_done(*running_) && !settling_ &&
          random.one_in(3)) {
        note("drops " + running_->name);
        around_.kept.told_not_done(running_->key);
        running_.reset();
      }
      wake_ = around_.now + milliseconds{random.below(1'000)};
      return;
    case verdict::unknown:
      wake_ = around_.now + milliseconds{300 + random.below(1'000)};
      return;
  }
}

// What went out once, in one copy: another one may still arrive. Or of which every attempt was
// answered, where each arrives once.
bool visitor::is_surely_not_done(const wish& w) const {
  return around_.arrives_once ? w.denied == w.attempts : w.attempts == 1 && w.copies == 1;
}

void visitor::settle() {
  settling_ = true;
  wake_ = around_.now;
}

std::string visitor::waits_for() const {
  std::string text = who_.value;
  if (running_) text += " " + running_->name;
  for (const auto& w : unknown_)
    text += " " + w->name;
  return text;
}

visitor::verdict visitor::verdict_of(fault f, key_verdict key) {
  switch (f) {
    case fault::unavailable:
    case fault::overloaded:
    case fault::internal:
      return verdict::not_done;
    case fault::in_doubt:
      return verdict::unknown;
    case fault::none:
      break;
  }
  return key == key_verdict::in_flight ? verdict::unknown : verdict::known;
}

digest visitor::new_key() {
  ++number_;
  return {around_.random.next() | 1U, around_.random.next()};
}

std::optional<queue_token> visitor::token_for(concert_id at) const {
  for (const auto& [concert, token] : tokens_)
    if (concert == at) return token;
  return std::nullopt;
}

visitor::held* visitor::some(held::state what) {
  std::vector<held*> found;
  for (auto& h : mine_)
    if (h.what == what) found.push_back(&h);
  return found.empty() ? nullptr : found[around_.random.below(found.size())];
}

}  // namespace boxoffice::simulation
