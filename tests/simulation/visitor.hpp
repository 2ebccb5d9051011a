#pragma once

#include "actors/concert/catalogue.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/promises.hpp"

#include <any>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::simulation {

/// What all visitors see and share.
struct visitor_surroundings {
  dice& random;
  network& net;
  promises& kept;
  trace& events;
  const time_point& now;
  time_point began;
  const catalogue_view& catalogue;
  /// What others have; the hostile try to use it.
  std::vector<std::pair<user_id, reservation_id>>& everybodys;
  /// A clock that jumps makes deadlines a matter of opinion.
  bool clocks_agree;
  /// Whether each attempt arrives once, so that its answer speaks for all of it.
  bool arrives_once;
};

/// One buyer: charges, queues, holds, pays, gives back, reads; loses patience, asks again with the
/// same key, gives up and comes back, and now and then tries what is not allowed.
///
/// Life cycle: `step` whenever `wake` has come; `settle` once: from then on it begins nothing new
/// and only asks again what it does not know, until `is_settled`.
class visitor {
 public:
  visitor(user_id who, const visitor_surroundings& around);

  [[nodiscard]] time_point wake() const { return wake_; }
  void step();
  void settle();
  [[nodiscard]] bool is_settled() const { return settling_ && !running_ && unknown_.empty(); }
  /// What it waits for, for the report of a run that does not end.
  [[nodiscard]] std::string waits_for() const;

 private:
  /// What became of an attempt.
  enum class verdict : std::uint8_t {
    known,     ///< answered for good
    not_done,  ///< surely not done: may be asked again, or dropped
    unknown,   ///< ask again
  };
  /// One thing it wants; asked again under the same key until the answer is known.
  struct wish {
    std::string name;
    digest key;  ///< none: a read, or idempotent by nature
    /// Sends one attempt, numbered; the answer goes to `heard`.
    std::function<void(visitor&, std::uint64_t attempt)> send;
    int attempts{0};
    int denied{0};  ///< of them, said to be surely not done
    int copies{0};  ///< of the messages of this wish that the network made
  };
  struct held {
    reservation_id id;
    points amount;
    time_point expires_at;
    enum class state : std::uint8_t { held, paying, paid, over } what{state::held};
    payment_id payment;
    bool asked_for_time{false}, knows_end{true};
  };

  // What it may want (visitor_wishes.cpp, visitor_door.cpp, visitor_extension.cpp).
  std::shared_ptr<wish> want_something();
  std::shared_ptr<wish> want_charge();
  std::shared_ptr<wish> want_place();
  std::shared_ptr<wish> want_hold();
  std::shared_ptr<wish> want_payment();
  std::shared_ptr<wish> want_release();
  std::shared_ptr<wish> want_refund();
  std::shared_ptr<wish> want_reading();
  std::shared_ptr<wish> want_foreign_release();
  std::shared_ptr<wish> want_foreign_payment();
  std::shared_ptr<wish> want_other_body();
  std::shared_ptr<wish> want_in(reservation_id id);
  std::shared_ptr<wish> want_time(held& h);
  std::shared_ptr<wish> pay(held& h);
  void send_charge(const charge_points& m, std::uint64_t attempt);
  void send_hold(const hold_seats& m, std::uint64_t attempt, concert_id at);
  void send_payment(const start_payment& m, std::uint64_t attempt, concert_id at,
                    time_point expires_at, time_point first_sent);
  void send_refund(const refund_payment& m, std::uint64_t attempt);
  using admission_fn = std::function<void(queue_check, std::uint32_t, queue_token)>;
  void with_admission(concert_id at, std::uint64_t attempt, admission_fn then);
  verdict hear_payment(const payment_reply& r, const digest& key);
  void keep(const reservation& r);
  [[nodiscard]] bool is_at_the_door(const held& h) const;
  [[nodiscard]] bool is_short_of_time(const held& h) const;
  [[nodiscard]] time_point latest_end(const held& h) const;
  void heard_of_end(reservation_id id);
  void send_extension(const extend_hold& m, std::uint64_t attempt);
  [[nodiscard]] held* find(reservation_id id);
  [[nodiscard]] std::optional<reservation_id> somebody_elses() const;

  // Asking and waiting (visitor.cpp).
  template <class Command, class Reply>
  void ask(desk to, Command m, std::uint64_t attempt, std::function<verdict(const Reply&)> take) {
    // Every other time it says until when it waits; otherwise the command may be done later.
    if (attempt % 2 == 0) m.call.deadline = wake_;
    const auto call = around_.net.send(
        to, std::move(m), [this, attempt, take = std::move(take)](const std::any& reply) mutable {
          // An answer to an earlier attempt is as good as one to the last.
          heard(attempt, take(std::any_cast<const Reply&>(reply)));
        });
    // A question may be asked twice; a command that went out twice may be done by the second.
    if constexpr (requires { m.key; })
      if (running_) running_->copies += around_.net.copies(call);
  }
  void attempt();
  void heard(std::uint64_t attempt, verdict v);
  [[nodiscard]] bool is_surely_not_done(const wish& w) const;
  void note(const std::string& what);
  verdict verdict_of(fault f, key_verdict key);
  digest new_key();
  std::optional<queue_token> token_for(concert_id at) const;
  [[nodiscard]] held* some(held::state what);

  user_id who_;
  visitor_surroundings around_;
  std::shared_ptr<wish> running_;
  std::uint64_t attempt_{0}, first_attempt_{0};
  std::vector<std::shared_ptr<wish>> unknown_;  // given up while the answer was not known
  time_point wake_, began_{};
  bool settling_{false};

  std::vector<held> mine_;
  std::vector<std::pair<concert_id, queue_token>> tokens_;
  std::optional<charge_points> last_charge_;
  reservation_id procrastinated_;  // to be paid at the last moment
  std::uint64_t number_{0};        // of keys and amounts
};

}  // namespace boxoffice::simulation
