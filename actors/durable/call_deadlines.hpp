#pragma once

#include "actors/core/call_context.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"

#include <variant>

namespace boxoffice {

/// Tells which commands nobody waits for any more, and counts them. What a saga or an event wants
/// has no deadline, so it is never among them. **Thread**: its actor's.
class call_deadlines {
 public:
  /// Nobody ever gives up.
  call_deadlines() = default;
  call_deadlines(const clock& time, metrics& all, const char* service)
      : time_{&time},
        given_up_{&all.counter("boxoffice_commands_given_up_total",
                               "Commands not carried out because their client no longer waited",
                               {{"service", service}})} {}

  [[nodiscard]] bool is_over(time_point deadline) const {
    return deadline != no_time && time_ != nullptr && time_->now() >= deadline;
  }
  void count() { given_up_->add(); }

 private:
  const clock* time_{nullptr};
  counter* given_up_{nullptr};
};

/// Of whichever command it is; empty for one that no client sends.
template <class... Commands>
call_context call_of(const std::variant<Commands...>& command) {
  const auto of = [](const auto& m) -> call_context {
    if constexpr (requires { m.call; })
      return m.call;
    else if constexpr (requires { m.message.call; })
      return m.message.call;
    else
      return {};
  };
  return std::visit(of, command);
}

}  // namespace boxoffice
