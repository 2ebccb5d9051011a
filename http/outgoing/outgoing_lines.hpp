#pragma once

#include "http/outgoing/outgoing.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace boxoffice::http {

/// Sends several requests at a time, as outgoing_line does one, each over a connection of its own;
/// those are kept for the next. **Thread**: `ask` from any; one of its own moves the bytes.
class outgoing_lines {
 public:
  outgoing_lines(outgoing_rules rules, std::size_t parallel_max);
  /// Gives up what is under way; nobody is told.
  ~outgoing_lines();
  outgoing_lines(const outgoing_lines&) = delete;
  outgoing_lines& operator=(const outgoing_lines&) = delete;

  /// An answer, or why there is none.
  using outcome = std::variant<outgoing_answer, no_answer>;
  /// `done` is called once, on the thread of this, or at once when `parallel_max` are under way
  /// already; never after the destruction of this. It does not throw.
  using told_fn = std::function<void(outcome)>;
  void ask(outgoing_request request, told_fn done);

 private:
  class loop;
  std::unique_ptr<loop> loop_;
};

}  // namespace boxoffice::http
