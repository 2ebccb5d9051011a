#pragma once

#include "actors/payment/payment.hpp"
#include "actors/point/account.hpp"
#include "actors/queue/waiting_room.hpp"
#include "actors/reservation/reservation.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::reliability {

/// What stands in the databases of a node, as far as clients were told about it.
struct stored_rows {
  struct charge {
    user_id user;
    points amount;
    transaction_id id;
  };
  struct reservation_row {
    user_id user;
    reservation_status status{};
    payment_id payment;
    time_point expires_at{};
  };
  struct payment_row {
    user_id user;
    saga_state state{};
  };
  std::vector<charge> charges;
  std::map<reservation_id, reservation_row> reservations;
  std::map<payment_id, payment_row> payments;
  std::map<queue_token, user_id> tokens;
};
/// Reads them with SQL of its own, from files that nobody writes.
stored_rows read_rows(const std::filesystem::path& data_dir);

/// What clients asked for and what they were told, kept outside of everything that can fail, and
/// compared with what is stored: nothing acknowledged is lost, nothing is done twice or unasked.
class client_log {
 public:
  /// A reservation as its owner knows it.
  enum class standing : std::uint8_t { held, over, released, paid, refunded };
  struct hold {
    user_id user;
    points amount;
    time_point expires_at;
    standing what{standing::held};
    payment_id payment;
    bool moving{false};  ///< a command that changes it is under way
  };

  void asked_charge(const user_id& who, points amount) { charges_[{who, amount}]; }
  void told_charge(const user_id& who, points amount, transaction_id id);
  void refused_charge(const user_id& who, points amount) { charges_.erase({who, amount}); }

  void asked_hold(const user_id& who) { ++open_holds_[who]; }
  void told_hold(const reservation& r);
  void refused_hold(const user_id& who) { --open_holds_[who]; }

  void asked_payment(const user_id& who) { ++open_payments_[who]; }
  /// The first that is heard of a payment, and each state of it after that.
  void told_payment(const payment& p);
  void refused_payment(const user_id& who) { --open_payments_[who]; }

  void told_token(const user_id& who, queue_token token) { tokens_[token] = who; }

  hold& at(reservation_id id) { return holds_.at(id); }
  [[nodiscard]] std::map<reservation_id, hold>& holds() { return holds_; }
  /// Effects acknowledged so far.
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }

  /// Every disagreement, in words.
  [[nodiscard]] std::vector<std::string> compare(const stored_rows& rows, time_point now) const;
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

 private:
  using findings = std::vector<std::string>;
  void compare_charges(const stored_rows& rows, findings& out) const;
  void compare_holds(const stored_rows& rows, time_point now, findings& out) const;
  void compare_payments(const stored_rows& rows, findings& out) const;

  struct paid {
    user_id user;
    reservation_id reservation;
    saga_state told{};
  };
  std::map<std::pair<user_id, points>, std::optional<transaction_id>> charges_;  // amounts differ
  std::map<reservation_id, hold> holds_;
  std::map<payment_id, paid> payments_;
  std::map<queue_token, user_id> tokens_;
  std::map<user_id, int> open_holds_, open_payments_;
  std::size_t acknowledged_{0};
  findings complaints_;
};

}  // namespace boxoffice::reliability
