#pragma once

#include "actors/caf/actor.hpp"
#include "actors/commit/job_runner.hpp"
#include "actors/core/fault.hpp"
#include "actors/durable/recovery.hpp"
#include "logging/log.hpp"

#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include <caf/actor.hpp>
#include <caf/send.hpp>

namespace boxoffice {

/// How an actor reads its store: a question runs as a job, away from the actors, and its answer
/// comes back to the actor as a continuation. **Thread**: its actor's.
template <class Reader>
class store_reads {
 public:
  /// `part` says in the log who cannot read.
  store_reads(Reader& reader, job_runner& jobs, caf::actor self, const char* part)
      : reader_{reader}, jobs_{jobs}, self_{std::move(self)}, part_{part} {}

  /// Runs `read(reader)` as a job, then `then(fault, result)` in the actor. **Faults**: unavailable
  /// when the store cannot be read, overloaded when too many questions wait; the result is then an
  /// empty one.
  template <class Read, class Then>
  void ask(Read read, Then then) {
    using result = std::invoke_result_t<Read, Reader&>;
    auto job = [&reader = reader_, to = self_, part = part_, read, then]() mutable {
      auto found = std::make_shared<result>();
      auto failed = fault::none;
      try {
        *found = read(reader);
      } catch (const std::exception& e) {
        log(log_level::error, part, "the store cannot be read", {{"error", e.what()}});
        failed = fault::unavailable;
      }
      caf::anon_send(to, continuation{[then = std::move(then), found, failed]() mutable {
                       then(failed, *found);
                     }});
    };
    if (jobs_.post(std::move(job)) == job_runner::posted::yes) return;
    caf::anon_send(self_, continuation{[then = std::move(then)]() mutable {
                     result none{};
                     then(fault::overloaded, none);
                   }});
  }
  /// The same, and nothing at all when `of` has another number by then: the question was about a
  /// memory that is void.
  template <class Read, class Then>
  void ask_within(const recovery& of, Read read, Then then) {
    ask(std::move(read), [&of, mine = of.number(), then = std::move(then)](
                             fault failed, std::invoke_result_t<Read, Reader&>& found) mutable {
      if (mine == of.number()) then(failed, found);
    });
  }

  /// Answers `to` straight from the job: `fill(reader, reply)`, or `blank` with a fault.
  template <class Reply, class Fill>
  void reply(const caf::actor& to, Reply blank, Fill fill) {
    auto job = [&reader = reader_, to, part = part_, blank, fill]() mutable {
      auto filled = blank;
      try {
        fill(reader, filled);
      } catch (const std::exception& e) {
        log(log_level::error, part, "the store cannot be read", {{"error", e.what()}});
        filled = blank;
        filled.fault = fault::unavailable;
      }
      if (to) caf::anon_send(to, std::move(filled));
    };
    if (jobs_.post(std::move(job)) == job_runner::posted::yes) return;
    blank.fault = fault::overloaded;
    if (to) caf::anon_send(to, std::move(blank));
  }

 private:
  Reader& reader_;
  job_runner& jobs_;
  caf::actor self_;
  const char* part_;
};

}  // namespace boxoffice
