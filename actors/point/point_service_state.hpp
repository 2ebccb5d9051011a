#pragma once

#include "actors/durable/recovery.hpp"
#include "actors/durable/request_keys.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/point/account_directory.hpp"
#include "actors/point/account_messages.hpp"
#include "actors/point/point_metrics.hpp"
#include "actors/point/point_service.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice {

/// The front of the point service: recognises retries, passes commands on to accounts, answers when
/// the committer reports. A write that the store refuses costs one account its memory, a batch that
/// fails costs all of them theirs: they are read from the store again.
class point_service_state {
 public:
  using interface = accepts_also<point_service_actor, account_result, account_failed, commit_report,
                                 continuation>;
  static constexpr auto name = "point";

  point_service_state(interface::pointer self, const point_context& context);
  point_service_state(const point_service_state&) = delete;
  point_service_state& operator=(const point_service_state&) = delete;

  // From clients.
  void on(const charge_points& m) { admit(m); }
  void on(const debit_points& m) { admit(m); }
  void on(const refund_points& m) { admit(m); }
  void on(const read_balance& m);
  void on(const list_transactions& m);
  // From operators.
  void on(const read_figures& m);
  // From accounts and the committer.
  void on(const account_result& m) { finish(m); }
  void on(const account_failed& m);
  void on(const commit_report& m);

 private:
  /// What the service has to know before it serves: at the start, and after a commit that failed.
  struct stored_memory {
    key_page keys;
    std::vector<std::optional<point_outcome>> answers;  ///< of the commands in doubt that were done
  };

  template <class Command>
  void admit(const Command& m);
  void take(const charge_points& m, const caf::actor& from);
  void take(const debit_points& m, const caf::actor& from);
  void take(const refund_points& m, const caf::actor& from);
  void take(const read_balance& m, const caf::actor& from);
  void pass_on(account_command command);
  void finish(const account_result& result);
  void refuse_for_good(const account_result& result, const std::string& reason);
  void again(const account_result& result);
  void invalidate();
  void load();
  void resolve_doubts(const stored_memory& m);
  void read_from_store(const user_id& user, std::uint64_t correlation, const caf::actor& from);
  void reject(const account_command& command, fault why);
  void reply(const account_command& command, fault why, const point_outcome& outcome);
  [[nodiscard]] caf::actor self() const { return caf::actor_cast<caf::actor>(self_); }

  interface::pointer self_;
  point_context context_;
  point_metrics metrics_;
  store_reads<point_reader> reads_;
  recovery memory_;
  request_keys<point_reader> keys_;
  std::shared_ptr<point_journal> writes_;
  account_directory accounts_;
  point_journal::outcome settled_;        // reused between reports
  std::vector<account_result> in_doubt_;  // the next load tells
};

}  // namespace boxoffice
