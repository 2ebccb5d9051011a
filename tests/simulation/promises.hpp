#pragma once

#include "actors/payment/protocol.hpp"
#include "actors/point/protocol.hpp"
#include "actors/queue/protocol.hpp"
#include "actors/reservation/protocol.hpp"
#include "tests/simulation/durable.hpp"

#include <any>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace boxoffice::simulation {

std::string text_of(const extension_reply& r);

/// An answer to a command with a key in a few words, for the trace; empty for others.
std::string words_of(const std::any& reply);

/// What clients were told, and whether it is true. It knows only what left the services and what
/// their stores hold, never what actors think.
class promises {
 public:
  explicit promises(durable& stores) : stores_{stores} {}

  /// The first promise that was broken, in words; empty while all stand.
  [[nodiscard]] const std::string& broken() const { return broken_; }
  void fail(std::string what) {
    if (!lossy_) fail_in_any_case(std::move(what));
  }
  void fail_in_any_case(std::string what) {
    if (broken_.empty()) broken_ = std::move(what);
  }
  /// A store has lost commits: what was told may be gone. What stands is that no number is given
  /// twice (docs/PROMISES.md, G20), and that everything ends (docs/PROMISES.md, G9).
  void become_lossy() { lossy_ = true; }
  [[nodiscard]] bool lossy() const { return lossy_; }

  /// An answer is about to leave its service: what it says must be durable (docs/PROMISES.md, G6).
  void leaves(const std::any& reply, time_point now);

  // What clients did and heard. `key` is the scope of their Idempotency-Key.
  void asked_charge(const user_id& who, const digest& key, points amount);
  void told_charge(const digest& key, const point_outcome& answer);
  void asked_hold(const user_id& who, const digest& key);
  void told_hold(const digest& key, const hold_outcome& answer);
  void asked_payment(const user_id& who, const digest& key);
  void told_payment(const digest& key, const payment_outcome& answer);
  void told_admission(const admission_reply& answer);
  void told_extension(const digest& key, reservation_id id, const extension_reply& answer);
  /// The one attempt with this key was answered "surely not done".
  void told_not_done(const digest& key) { not_done_.insert(key); }
  void tried_again(const digest& key) { not_done_.erase(key); }

  /// Compares everything told with everything stored; call when all keys have their answer.
  void settle();

 private:
  void same_answer(const digest& key, std::string answer);
  void given(const digest& key, const std::string& id);
  void check_constraints();
  void settle_charges();
  void settle_holds();
  void settle_payments();
  void leaves_point(const point_step_reply& r);
  void leaves_confirm(const confirm_reply& r);
  void leaves_revert(const revert_reply& r);
  void leaves_payment(const payment_reply& r);
  void leaves_admission(const admission_reply& r);
  void settle_admissions();
  struct extension {
    time_point at, expires_at;
    digest by{};
  };
  void leaves_extension(const extension_reply& r);
  [[nodiscard]] bool has_extension(reservation_id id, const extension& told) const;
  void settle_extensions();

  struct charge {
    user_id who;
    points amount;
    std::optional<point_outcome> told;
  };
  struct hold {
    user_id who;
    std::optional<reservation> told;
  };
  struct paid {
    user_id who;
    std::optional<payment_id> told;
  };
  durable& stores_;
  std::string broken_;
  bool lossy_{false};
  std::map<std::string, digest> given_;  // by whose request
  std::map<digest, std::string> answers_;
  std::map<digest, charge> charges_;
  std::map<digest, hold> holds_;
  std::map<digest, paid> payments_;
  std::set<digest> not_done_;
  std::map<reservation_id, time_point> admitted_;
  std::map<reservation_id, extension> extensions_;
};

}  // namespace boxoffice::simulation
