#include "actors/concert/catalogue_replica.hpp"

#include "actors/caf/actor.hpp"
#include "config/cluster_limits.hpp"

#include <memory>
#include <utility>

namespace boxoffice {
namespace {

class catalogue_replica {
 public:
  using interface = accepts_also<catalogue_replica_actor, continuation>;
  static constexpr auto name = "catalogue_replica";

  catalogue_replica(interface::pointer self, const catalogue_replica_context& context)
      : self_{self},
        context_{context},
        version_shown_{context.metrics.gauge("boxoffice_catalogue_replica_version",
                                             "Version of the catalogue that this node has")} {
    context_.view.follows();
    ask();
    watch();
  }

  void on(const catalogue_changes& m) {
    if (m.correlation != correlation_ || m.fault != fault::none) return;
    correlation_ = 0;
    take(m);
    if (m.follows == catalogue_changes::more::no) {
      context_.view.complete_until(asked_at_ + limits::replica_trust);
      if (!std::exchange(complete_, true)) context_.on_complete();
    }
    ask();
  }

 private:
  void ask() {
    correlation_ = ++asked_;
    asked_at_ = context_.time.now();
    follow_catalogue question{.correlation = correlation_,
                              .follower = context_.self,
                              .epoch = epoch_,
                              .version = version_};
    question.call.deadline = asked_at_ + limits::follow_answer_max;
    self_->send(context_.owner, std::move(question));
  }

  // An answer that does not come is asked for again.
  void watch() {
    if (context_.time.now() - asked_at_ >= limits::follow_answer_max) ask();
    run_later(self_, limits::follow_answer_max / 2, [this] { watch(); });
  }

  void take(const catalogue_changes& m) {
    if (!m.concerts.empty() || !m.schedules.empty()) {
      // A reader keeps the snapshot that it has: entries are shared, the tables are copied.
      auto next = std::make_shared<catalogue>(*context_.view.snapshot());
      for (const auto& each : m.concerts)
        next->concerts[each.id] = std::make_shared<const concert>(each);
      for (std::size_t i = 0; i < m.schedules.size(); ++i) {
        auto each = std::make_shared<schedule>(m.schedules[i]);
        // An owner of before knows of none.
        each->hold_extension = i < m.hold_extensions.size() ? m.hold_extensions[i] : seconds{0};
        next->schedules[each->id] = std::move(each);
      }
      context_.view.publish(std::move(next));
    }
    epoch_ = m.epoch;
    version_ = m.version;
    version_shown_.set(static_cast<std::int64_t>(version_));
  }

  interface::pointer self_;
  catalogue_replica_context context_;
  gauge& version_shown_;
  std::uint64_t epoch_{0}, version_{0};
  std::uint64_t asked_{0}, correlation_{0};  // of the question that is open
  time_point asked_at_{};
  bool complete_{false};
};

}  // namespace

catalogue_replica_actor spawn_catalogue_replica(caf::actor_system& system,
                                                const catalogue_replica_context& context) {
  return spawn_actor<catalogue_replica>(system, context);
}

}  // namespace boxoffice
