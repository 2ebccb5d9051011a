#include "actors/audit/auditor.hpp"

#include "actors/audit/run_audit.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

namespace boxoffice {

/// What a check found; null when a database could not be read.
struct audit_ended {
  time_point at{};
  std::shared_ptr<const audit::audit_report> report;
};

}  // namespace boxoffice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::audit_ended)

namespace boxoffice {
namespace {

/// The shell around `run_audit`. Life cycle: idle → checking → idle; a report is kept for a while.
class auditor {
 public:
  using interface = accepts_also<auditor_actor, audit_ended>;
  static constexpr auto name = "audit";

  auditor(interface::pointer self, const audit_context& context)
      : self_{self},
        context_{context},
        violations_{context.metrics.gauge("boxoffice_audit_violations",
                                          "Broken promises that the last audit found")},
        seconds_{
            context.metrics.duration_histogram("boxoffice_audit_seconds", "Time of one audit")} {}

  void on(const read_invariants& m) {
    const auto fresh = last_.report && context_.time.now() < last_.at + limits::audit_kept;
    if (fresh) return reply(sender_of(self_), m.correlation, fault::none);
    if (waiting_.size() >= limits::audit_waiting_max)
      return reply(sender_of(self_), m.correlation, fault::overloaded);
    waiting_.push_back({sender_of(self_), m.correlation});
    if (waiting_.size() == 1) start();
  }

  void on(const audit_ended& m) {
    last_ = m;
    if (m.report) {
      const auto found = m.report->violations.size() + m.report->unlisted;
      violations_.set(static_cast<std::int64_t>(found));
      for (const auto& v : m.report->violations)
        log(log_level::error, "audit", "the books do not add up",
            {{"rule", audit::name_of(v.broken)}, {"id", v.ids.front()}, {"detail", v.detail}});
    }
    answer_all(m.report ? fault::none : fault::unavailable);
  }

 private:
  struct asker {
    caf::actor from;
    std::uint64_t correlation;
  };

  void start() {
    const auto job = [handle = interface{self_}, &reader = context_.reader, &time = context_.time,
                      &seconds = seconds_, terms = context_.terms] {
      caf::anon_send(handle, check(reader, terms, time, seconds));
    };
    if (context_.jobs.post(job) == job_runner::posted::no) answer_all(fault::unavailable);
  }

  static audit_ended check(audit::books_reader& reader, const audit::audit_terms& terms,
                           const clock& time, histogram& spent) {
    const auto begin = time.now();
    audit_ended ended;
    try {
      ended.report =
          std::make_shared<const audit::audit_report>(audit::run_audit(reader, terms, time));
    } catch (const std::exception& e) {
      log(log_level::error, "audit", "the books cannot be read", {{"error", e.what()}});
    }
    ended.at = time.now();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(ended.at - begin);
    spent.observe(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)));
    return ended;
  }

  void answer_all(fault what) {
    for (const auto& each : std::exchange(waiting_, {}))
      reply(each.from, each.correlation, what);
  }

  void reply(const caf::actor& to, std::uint64_t correlation, fault what) {
    invariants_reply r{correlation, what, last_.at, nullptr};
    if (what == fault::none) r.report = last_.report;
    answer(self_, to, std::move(r));
  }

  interface::pointer self_;
  audit_context context_;
  gauge& violations_;
  histogram& seconds_;
  audit_ended last_;
  std::vector<asker> waiting_;  // for the check that runs
};

}  // namespace

auditor_actor spawn_auditor(caf::actor_system& system, const audit_context& context) {
  return spawn_actor<auditor>(system, context);
}

}  // namespace boxoffice
