#pragma once

#include "tests/reliability/client_log.hpp"
#include "tests/reliability/machine.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::reliability {

/// The sale that the crowd comes to: concert 1 with a waiting room and one schedule, concert 2
/// without and with two. Holds live for 20 s.
std::vector<concert_write> crowds_sale(time_point opens);

/// Customers who charge, queue, hold, pay, give back and refund, each one thing after the other.
/// What they do not know they ask again with the same key, also after the machine died, until they
/// are told; what they are told goes into the log at once.
class crowd {
 public:
  crowd(client_log& told, std::uint64_t seed, std::size_t customers);

  /// A machine is there (again).
  void meet(machine& at);
  /// The machine is gone; what was on its way is unanswered.
  void part();
  /// One of them may do something.
  void act();
  /// Takes the answers that have come.
  void listen();
  /// From now on nobody begins anything new.
  void settle() { settling_ = true; }
  [[nodiscard]] bool is_settled() const;
  /// What is unanswered, for the report of a run that does not end.
  [[nodiscard]] std::string waits_for() const;
  [[nodiscard]] std::uint64_t replays() const { return replays_; }
  /// Requests that were said to be surely not done, and never repeated.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  using letters = testing::inbox<charge_reply, hold_reply, release_reply, payment_reply,
                                 payment_found, queue_reply>;
  enum class wish : std::uint8_t { charge, queue, hold, release, pay, refund, follow };
  static constexpr std::array wish_names{"charge", "queue",  "hold",  "release",
                                         "pay",    "refund", "follow"};

  /// Something a customer wants and has no answer to.
  struct errand {
    wish what;
    request_key key;
    points amount;
    schedule_id schedule;
    std::uint32_t seats{0};
    reservation_id reservation;
    payment_id payment;
    std::uint64_t correlation{0};  ///< 0: not on its way
    time_point again_at{};
    int tries{0};
  };
  struct customer {
    user_id who;
    std::optional<errand> wants;
  };

  void begin(customer& c);
  void send(customer& c);
  bool want_about_a_hold(customer& c);
  void hear(customer& c, const charge_reply& r);
  void hear(customer& c, const hold_reply& r);
  void hear(customer& c, const release_reply& r);
  void hear(customer& c, const payment_reply& r);
  void hear(customer& c, const payment_found& r);
  void hear(customer& c, const queue_reply& r);
  template <class Reply>
  void take();
  void ask_again(customer& c, milliseconds after);
  bool stands(customer& c, fault f, key_verdict key);
  bool forget(customer& c);
  void follow(customer& c, const payment& p);

  client_log& told_;
  chance luck_;
  std::vector<customer> customers_;
  machine* machine_{nullptr};
  std::unique_ptr<letters> inbox_;
  std::map<std::uint64_t, std::size_t> waiting_;  // correlation → customer
  std::uint64_t last_correlation_{0};
  std::int64_t last_amount_{0};
  std::uint64_t replays_{0}, forgotten_{0};
  bool settling_{false};
};

}  // namespace boxoffice::reliability
