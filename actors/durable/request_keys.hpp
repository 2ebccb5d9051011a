#pragma once

#include "actors/core/idempotency.hpp"
#include "actors/durable/key_page.hpp"
#include "actors/durable/store_reads.hpp"
#include "config/cluster_limits.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace boxoffice {

/// Recognises the retries of a service's commands by their idempotency keys: keeps by heart which
/// keys there are, asks the store what was answered under one that may have been seen, and prunes
/// what is too old. `Reader::find_key(scope)` gives an optional {body, answer}, where the answer
/// may be missing while the first request runs. **Thread**: its actor's.
template <class Reader>
class request_keys {
 public:
  explicit request_keys(const clock& time)
      : time_{time}, book_{limits::known_keys_max, limits::key_running_time_max} {}

  /// Calls `run()` for a key that is new, or absent: its command runs, and ends with `finish`.
  /// Otherwise `tell(fault, verdict, answer)`, where the answer is null unless it is replayed.
  /// Either may come later, after a look at the store; a command whose client has given up by then
  /// is unavailable.
  template <class Run, class Tell>
  void begin(const request_key& key, const call_context& call, store_reads<Reader>& reads,
             recovery& memory, Run run, Tell tell) {
    if (!known_ && key.present()) {
      book_.remember(key.scope);  // it may be one of those that have not been read yet
      learn(reads);
    }
    switch (book_.begin(key, time_.now())) {
      case known_keys::state::fresh:
        return run();
      case known_keys::state::in_flight:
        return tell(fault::none, key_verdict::in_flight, nullptr);
      case known_keys::state::reused:
        return tell(fault::none, key_verdict::reused, nullptr);
      case known_keys::state::look_up:
        break;
    }
    reads.ask([scope = key.scope](Reader& reader) { return reader.find_key(scope); },
              [this, key, deadline = call.deadline, &memory, mine = memory.number(),
               run = std::move(run), tell = std::move(tell)](fault failed, auto& found) mutable {
                // What was begun before memory was lost is not begun.
                if (mine != memory.number())
                  return tell(fault::unavailable, key_verdict::fresh, nullptr);
                if (failed == fault::none && !found && memory.is_given_up(deadline))
                  failed = fault::unavailable;
                if (failed == fault::none && !found) {
                  book_.run(key, time_.now());
                  return run();
                }
                finish(key, known_keys::outcome::forgotten);
                if (failed != fault::none) return tell(failed, key_verdict::fresh, nullptr);
                if (found->body != key.body) return tell(fault::none, key_verdict::reused, nullptr);
                if (const auto* answer = answer_of(found->answer))
                  return tell(fault::none, key_verdict::replayed, answer);
                tell(fault::none, key_verdict::in_flight, nullptr);
              });
  }

  /// The command with this key was answered.
  void finish(const request_key& key, known_keys::outcome what) { book_.finish(key, what); }
  /// The command with this key runs since before a restart.
  void run(const request_key& key) { book_.run(key, time_.now()); }
  void remember(const digest& scope) { book_.remember(scope); }

  /// The keys of the store are read once: what memory is lost later keeps them.
  [[nodiscard]] bool are_known() const { return known_; }
  /// The first of them, before the service serves. Those behind them are read beside it, and until
  /// they are there each key that comes is looked up in the store.
  void know(const key_page& page, store_reads<Reader>& reads) {
    for (const auto& scope : page.scopes)
      book_.remember(scope);
    cursor_ = page.next;
    known_ = cursor_ == 0;
    learn(reads);
  }
  /// Nothing runs any more.
  void drop_in_flight() { book_.drop_in_flight(); }

 private:
  template <class Answer>
  static const Answer* answer_of(const Answer& answer) {
    return &answer;
  }
  template <class Answer>
  static const Answer* answer_of(const std::optional<Answer>& answer) {
    return answer ? &*answer : nullptr;
  }

  void learn(store_reads<Reader>& reads) {
    if (known_ || asking_) return;
    asking_ = true;
    reads.ask([cursor = cursor_](
                  Reader& reader) { return reader.key_scopes(cursor, limits::known_keys_portion); },
              [this, &reads](fault failed, key_page& page) {
                asking_ = false;  // the next command tries again
                if (failed == fault::none) know(page, reads);
              });
  }

  const clock& time_;
  known_keys book_;
  bool known_{false}, asking_{false};
  std::int64_t cursor_{0};
};

}  // namespace boxoffice
