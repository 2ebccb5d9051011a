#pragma once

#include "actors/caf/actor.hpp"
#include "tests/simulation/faults.hpp"
#include "tests/simulation/link_ends.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/services.hpp"
#include "tests/simulation/trace.hpp"

#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace boxoffice::simulation {

/// Carries commands to desks and their answers back: late, twice, in another order, or not at all.
/// It gives each command a correlation of its own, and the caller's own back to the answer.
class network {
 public:
  /// What the network needs of the world.
  struct surroundings {
    dice& random;
    fault_plan& faults;
    trace& events;
    const time_point& now;
    time_point began;
    /// The life of a service that answers now; null: nobody does.
    std::function<process*(service)> route;
  };
  using client_fn = std::function<void(const std::any& reply)>;

  explicit network(surroundings around) : around_{std::move(around)} {}

  /// From here on the commands of clients travel over links, and this network carries nothing.
  void send_by(gateway& by) { gateway_ = &by; }
  /// An answer that came over a link.
  void hear(std::uint64_t number, const std::any& reply);

  /// A command from an actor; `proxy` stands for the desk in the caller's process.
  template <class Command>
  void send(const process& from, caf::actor proxy, caf::actor caller, desk to, Command m) {
    if (from.is_dead()) return;
    const auto number = ++last_call_;
    calls_[number] = {from.number(), std::move(proxy), std::move(caller), m.correlation, {}, {}};
    m.correlation = number;
    carry(number, to, std::move(m));
  }
  /// A command from a client outside; `take` hears each answer. Returns its number.
  template <class Command>
  std::uint64_t send(desk to, Command m, client_fn take) {
    const auto number = ++last_call_;
    calls_[number] = {0, {}, {}, m.correlation, std::move(take), {}};
    m.correlation = number;
    if (gateway_ == nullptr) {
      carry(number, to, std::move(m));
      return number;
    }
    note(number, std::string{message_name<Command>()} + " to " + std::string{name_of(to)});
    calls_[number].copies = 1;
    gateway_->ask(number, to, m);
    return number;
  }
  /// An answer from a desk in `from`.
  template <class Reply>
  void answer(const process& from, Reply r) {
    if (from.is_dead()) return;
    const auto number = r.correlation;
    const auto what = std::string{message_name<Reply>()};
    if (lost(fault_kind::reply_lost, number, what)) return;
    const auto times = doubled(fault_kind::reply_doubled, number, what);
    for (int i = 0; i < times; ++i)
      flights_.push_back({arrival(fault_kind::reply_late, number, what), ++last_flight_,
                          [this, number, r] { hand_over(number, r); }});
  }

  /// A process has an answer to this command and must not say it: somebody else is asked.
  void turned(const process& from, std::uint64_t number);

  /// How often the command of a client went out; twice is a retry that the client does not know of.
  [[nodiscard]] int copies(std::uint64_t number) const {
    const auto at = calls_.find(number);
    return at == calls_.end() ? 0 : at->second.copies;
  }
  /// Nobody waits for these any more.
  void forget_caller(std::uint64_t process_number);
  void forget(std::uint64_t number) { calls_.erase(number); }

  /// Messages that could arrive now.
  [[nodiscard]] std::size_t ready() const;
  /// Lets one of them arrive. **Requires** ready() > 0.
  void step();
  [[nodiscard]] bool is_empty() const { return flights_.empty(); }
  [[nodiscard]] std::optional<time_point> next_arrival() const;

 private:
  struct call {
    std::uint64_t process{0};  // 0: a client's
    caf::actor proxy, caller;
    std::uint64_t correlation{0};
    client_fn take;
    std::function<void()> ask;
    int copies{0};
    bool asked_before{false};
  };
  struct flight {
    time_point due;
    std::uint64_t order;
    std::function<void()> arrive;
  };

  template <class Command>
  void carry(std::uint64_t number, desk to, Command m) {
    const auto what = std::string{message_name<Command>()};
    note(number, what + " to " + std::string{name_of(to)});
    if (lost(fault_kind::message_lost, number, what)) return;
    const auto times = doubled(fault_kind::message_doubled, number, what);
    auto& open = calls_[number];
    open.copies = times;
    open.ask = [this, to, number, m = std::move(m)] { deliver(number, to, m); };
    for (int i = 0; i < times; ++i)
      flights_.push_back(
          {arrival(fault_kind::message_late, number, what), ++last_flight_, open.ask});
  }
  template <class Command>
  void deliver(std::uint64_t number, desk to, Command m) {
    auto* at = around_.route(service_of(to));
    if (at == nullptr) return note(number, "finds nobody");
    // A link carries how much is left: each process has a clock of its own.
    if constexpr (requires { m.call; })
      if (m.call.deadline != no_time) m.call.deadline = at->now() + (m.call.deadline - around_.now);
    caf::send_as(at->entry(), at->handle(to), std::move(m));
  }
  template <class Reply>
  void hand_over(std::uint64_t number, Reply r) {
    const auto at = calls_.find(number);
    if (at == calls_.end()) return;
    note(number, std::string{message_name<Reply>()});
    r.correlation = at->second.correlation;
    if (at->second.asked_before) cluster::doubt(r);  // as a proxy does it
    if (at->second.take) return tell(at->second, std::any{std::move(r)});
    caf::send_as(at->second.proxy, at->second.caller, std::move(r));
  }

  static void tell(call& of, const std::any& reply);
  bool lost(fault_kind kind, std::uint64_t number, const std::string& what);
  int doubled(fault_kind kind, std::uint64_t number, const std::string& what);
  time_point arrival(fault_kind late, std::uint64_t number, const std::string& what);
  void note(std::uint64_t number, const std::string& what);

  surroundings around_;
  std::unordered_map<std::uint64_t, call> calls_;
  std::vector<flight> flights_;
  std::uint64_t last_call_{0}, last_flight_{0};
  gateway* gateway_{nullptr};
};

/// A desk of another process, as actors of this one see it.
template <class Interface>
class proxy_state;

template <class... Commands>
class proxy_state<accepts<Commands...>> {
 public:
  using interface = accepts<Commands...>;
  static constexpr auto name = "proxy_state";
  proxy_state(typename interface::pointer self, network& net, const process& home, desk to)
      : self_{self}, net_{net}, home_{home}, to_{to} {}

  template <class Command>
  void on(Command& m) {
    net_.send(home_, caf::actor_cast<caf::actor>(self_), sender_of(self_), to_, std::move(m));
  }

 private:
  typename interface::pointer self_;
  network& net_;
  const process& home_;
  desk to_;
};

/// The door of a process: commands arrive in its name, so answers come to it and go out.
template <class... Replies>
class entry_state {
 public:
  using interface = accepts<Replies...>;
  static constexpr auto name = "entry_state";
  /// `leaves` sees each answer first, and says whether it may.
  using watch_fn = std::function<bool(const process&, const std::any&)>;
  entry_state(typename interface::pointer, network& net, const process& home, watch_fn leaves)
      : net_{net}, home_{home}, leaves_{std::move(leaves)} {}

  template <class Reply>
  void on(Reply& r) {
    if (home_.is_dead()) return;
    if (!leaves_(home_, std::any{r})) return net_.turned(home_, r.correlation);
    net_.answer(home_, std::move(r));
  }

 private:
  network& net_;
  const process& home_;
  watch_fn leaves_;
};

}  // namespace boxoffice::simulation
