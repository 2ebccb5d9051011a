#include "tests/simulation/network.hpp"

#include "config/cluster_limits.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace boxoffice::simulation {

void network::note(std::uint64_t number, const std::string& what) {
  around_.events.add(around_.now - around_.began, "#" + std::to_string(number) + " " + what);
}

bool network::lost(fault_kind kind, std::uint64_t number, const std::string& what) {
  if (!around_.faults.strikes(kind)) return false;
  note(number, what + " is lost");
  return true;
}

int network::doubled(fault_kind kind, std::uint64_t number, const std::string& what) {
  if (!around_.faults.strikes(kind)) return 1;
  note(number, what + " is doubled");
  return 2;
}

time_point network::arrival(fault_kind late, std::uint64_t number, const std::string& what) {
  const auto usual = around_.now + milliseconds{around_.random.below(4)};
  if (!around_.faults.strikes(late)) return usual;
  note(number, what + " is late");
  return usual + milliseconds{around_.random.between(100, 12'000)};
}

// It may send more, or forget this call: it is not run in its place.
void network::tell(call& of, const std::any& reply) {
  const auto take = std::make_shared<client_fn>(std::move(of.take));
  of.take = [take](const std::any& again) { (*take)(again); };
  (*take)(reply);
}

void network::hear(std::uint64_t number, const std::any& reply) {
  const auto at = calls_.find(number);
  if (at == calls_.end()) return;
  note(number, "is answered");
  tell(at->second, reply);
}

void network::turned(const process& from, std::uint64_t number) {
  const auto at = calls_.find(number);
  if (from.is_dead() || at == calls_.end()) return;
  note(number, "is turned away");
  at->second.asked_before = true;
  flights_.push_back({around_.now + limits::link_tick_every, ++last_flight_, at->second.ask});
}

void network::forget_caller(std::uint64_t process_number) {
  std::erase_if(calls_, [&](const auto& c) { return c.second.process == process_number; });
}

std::size_t network::ready() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(flights_, [&](const flight& f) { return f.due <= around_.now; }));
}

void network::step() {
  auto at = around_.random.below(ready());
  const auto found = std::ranges::find_if(
      flights_, [&](const flight& f) { return f.due <= around_.now && at-- == 0; });
  const auto arrive = std::move(found->arrive);
  flights_.erase(found);
  arrive();
}

std::optional<time_point> network::next_arrival() const {
  const auto first = std::ranges::min_element(flights_, {}, &flight::due);
  return first == flights_.end() ? std::nullopt : std::optional{first->due};
}

}  // namespace boxoffice::simulation
