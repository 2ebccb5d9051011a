#pragma once

#include "actors/caf/actor.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

/// A saga of two steps: take from one bank, give to another; when the second refuses, the first
/// gets back what was taken. In memory, to show the shape; the payment of boxoffice is the durable
/// one.
namespace boxoffice::samples {

using boxoffice::inspect;  // CAF looks for it beside the messages

/// A step. Its key makes sure that it happens once, however often it is sent.
struct change_balance {
  using reply = struct balance_changed;
  std::uint64_t correlation{0};
  std::string key, account;
  std::int64_t amount{0};  ///< below 0 takes
};
struct balance_changed {
  std::uint64_t correlation{0};
  enum class outcome : std::uint8_t { done, refused } was{outcome::done};
};
using bank_actor = accepts<change_balance>;

class bank {
 public:
  using interface = bank_actor;
  static constexpr auto name = "bank";
  bank(interface::pointer self, std::map<std::string, std::int64_t> balances)
      : self_{self}, balances_{std::move(balances)} {}

  void on(const change_balance& m) {
    const auto found = balances_.find(m.account);
    const bool fits = found != balances_.end() && found->second + m.amount >= 0;
    if (fits && done_.insert(m.key).second) found->second += m.amount;
    answer(self_, sender_of(self_),
           balance_changed{m.correlation, fits || done_.contains(m.key)
                                              ? balance_changed::outcome::done
                                              : balance_changed::outcome::refused});
  }

 private:
  interface::pointer self_;
  std::map<std::string, std::int64_t> balances_;
  std::set<std::string> done_;
};

struct start_transfer {
  using reply = struct transfer_ended;
  std::uint64_t correlation{0};
  std::string key, from, to;
  std::int64_t amount{0};
};
struct transfer_ended {
  std::uint64_t correlation{0};
  enum class outcome : std::uint8_t { completed, refused, compensated } was{outcome::completed};
};
using transfer_actor = accepts<start_transfer>;

/// One transfer at a time. A step without an answer would be sent again, under the same key; here
/// both banks are in this process, and always answer.
class transfer {
 public:
  using interface = accepts_also<transfer_actor, balance_changed>;
  static constexpr auto name = "transfer";
  transfer(interface::pointer self, bank_actor here, bank_actor there)
      : self_{self}, here_{std::move(here)}, there_{std::move(there)} {}

  void on(const start_transfer& m) {
    wanted_ = m;
    client_ = sender_of(self_);
    state_ = state::taking;
    self_->send(here_, change_balance{1, m.key + "/take", m.from, -m.amount});
  }

  void on(const balance_changed& m) {
    const bool refused = m.was == balance_changed::outcome::refused;
    switch (state_) {
      case state::idle:
        return;
      case state::taking:
        if (refused) return end(transfer_ended::outcome::refused);
        state_ = state::giving;
        return self_->send(there_,
                           change_balance{2, wanted_.key + "/give", wanted_.to, wanted_.amount});
      case state::giving:
        if (!refused) return end(transfer_ended::outcome::completed);
        state_ = state::taking_back;
        return self_->send(here_,
                           change_balance{3, wanted_.key + "/back", wanted_.from, wanted_.amount});
      case state::taking_back:
        return end(transfer_ended::outcome::compensated);
    }
  }

 private:
  enum class state : std::uint8_t { idle, taking, giving, taking_back };

  void end(transfer_ended::outcome was) {
    state_ = state::idle;
    answer(self_, client_, transfer_ended{wanted_.correlation, was});
  }

  interface::pointer self_;
  bank_actor here_, there_;
  state state_{state::idle};
  start_transfer wanted_;
  caf::actor client_;
};

}  // namespace boxoffice::samples
