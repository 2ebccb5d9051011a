#pragma once

#include "actors/caf/actor.hpp"
#include "actors/commit/committer.hpp"
#include "actors/core/fault.hpp"
#include "actors/durable/journal.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

/// The smallest actor with a journal: counters by name, durable in a file.
namespace boxoffice::samples {

using boxoffice::inspect;  // CAF looks for it beside the messages

struct add_to_counter {
  using reply = struct counter_reply;
  std::uint64_t correlation{0};
  std::string name;
  std::int64_t amount{1};
};

/// Leaves when the new value is on the disk.
struct counter_reply {
  std::uint64_t correlation{0};
  boxoffice::fault fault{fault::none};
  std::int64_t value{0};
};

using counter_actor = accepts<add_to_counter>;
using counter_values = std::map<std::string, std::int64_t>;

/// What one addition writes.
struct counter_write {
  std::string name;
  std::int64_t value{0};
};

/// The store: a file with a line for each write. **Thread**: one at a time.
class counter_file {
 public:
  explicit counter_file(std::string path) : path_{std::move(path)} {}
  /// All or nothing, and on the disk when it returns.
  commit_result commit(std::span<const counter_write> batch) const;
  [[nodiscard]] counter_values load() const;

 private:
  std::string path_;
};

/// Decides in memory, answers after the commit; forgets what it decided when a commit fails.
class durable_counter {
 public:
  using interface = accepts_also<counter_actor, commit_report>;
  static constexpr auto name = "counter";

  durable_counter(interface::pointer self, committer<counter_write>& commits,
                  const counter_file& file)
      : self_{self},
        file_{file},
        values_{file.load()},
        writes_{commits, [to = caf::actor_cast<caf::actor>(self)](const commit_report& report) {
                  caf::anon_send(to, report);
                }} {
    entity_ = writes_.new_entity();
  }

  void on(const add_to_counter& m) {
    const auto value = values_[m.name] + m.amount;
    counter_write write{m.name, value};
    request mine{sender_of(self_), {m.correlation, fault::none, value}};
    if (writes_.submit(entity_, write, mine) ==
        journal<counter_write, request>::submitted::accepted)
      values_[m.name] = value;  // the next decision builds on it, before it is durable
    else
      answer(self_, sender_of(self_), counter_reply{m.correlation, fault::overloaded, 0});
  }

  void on(const commit_report& report) {
    writes_.settle(report, settled_);
    for (auto& each : settled_.durable)
      answer(self_, each.from, each.reply);
    if (!settled_.failed()) return;
    for (auto& each : settled_.lost) {
      each.reply.fault = fault::unavailable;
      answer(self_, each.from, each.reply);
    }
    values_ = file_.load();  // what was in memory is void
    entity_ = writes_.new_entity();
  }

 private:
  /// What the outcome of a write means to somebody.
  struct request {
    caf::actor from;
    counter_reply reply;
  };

  interface::pointer self_;
  const counter_file& file_;
  counter_values values_;
  journal<counter_write, request> writes_;
  journal<counter_write, request>::outcome settled_;
  std::uint64_t entity_{0};
};

}  // namespace boxoffice::samples
