#pragma once

#include "bench/choreography/purchase_event.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::bench {

/// What the event of a step that is under way will carry. A listener puts it here before it asks
/// the participant; the store takes it from here in the transaction of the step. **Thread**: any.
class carried_events {
 public:
  void put(const purchase_event& event);
  void forget(payment_id payment, purchase_event_kind kind);
  [[nodiscard]] std::optional<std::string> find(payment_id payment, purchase_event_kind kind) const;

 private:
  mutable std::mutex lock_;
  std::map<std::pair<payment_id, purchase_event_kind>, std::string> all_;
};

/// The outbox of one participant: a table of the bench in the participant's own database. Triggers
/// fill it in the transaction that writes the step, so the product's store is as it is.
///
/// **Requires** that it is made before the store of the same file is opened, for the function that
/// the triggers call comes with each connection; and `open` after it. **Thread**: the committer's.
class event_table {
 public:
  enum class participant : std::uint8_t { payment, point, reservation };

  event_table(participant whose, std::filesystem::path file);
  ~event_table();
  event_table(const event_table&) = delete;
  event_table& operator=(const event_table&) = delete;

  /// Makes what is missing. Throws SQLite::Exception.
  void open();
  [[nodiscard]] carried_events& carried() { return carried_; }
  /// What was committed since the last time; at first, what the listeners had not handled for
  /// certain when the last process ended. Throws SQLite::Exception.
  std::vector<purchase_event> read_new();
  /// Everything up to there is handled. Without a sync: when it is lost, events are delivered
  /// again, which every listener bears.
  void remember(std::uint64_t handled);

 private:
  struct connection;
  const participant whose_;
  const std::filesystem::path file_;
  carried_events carried_;
  std::unique_ptr<connection> connection_;
  std::uint64_t read_{0};
};

}  // namespace boxoffice::bench
