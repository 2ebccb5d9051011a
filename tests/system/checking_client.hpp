#pragma once

#include "tests/system/visitor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice::system_test {

/// Somebody who buys and gives back seats of a sale of their own, and knows after each answer what
/// the server has to say from then on. Asks again, under the same key, until there is an answer.
///
/// **Thread**: one at a time.
class checking_client {
 public:
  /// `url`: of a server that works.
  checking_client(const std::string& url, const std::string& name);

  /// One request, from where the last one ended; whether it was answered with success.
  bool step();
  /// Purchases and refunds that were answered as done.
  [[nodiscard]] std::size_t purchases() const { return payments_.size(); }
  /// How often it was told to come again, or that something is under way.
  [[nodiscard]] std::size_t times_later() const { return times_later_; }
  /// The last answer, its status and body.
  [[nodiscard]] const std::string& last() const { return last_; }
  /// What no answer may say: a refusal, an error that is no "later", an old balance, a payment that
  /// is not as it was told.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  /// Reads everything once more; empty when it is as it was told.
  std::string faults_at_rest();

 private:
  enum class next : std::uint8_t {
    join,
    hold,
    look_at_hold,
    pay,
    look_at_payment,
    refund,
    balance
  };
  struct payment {
    std::string id, status;
  };

  bool is_done(const plain_answer& answer, int status);
  bool is_told(const plain_answer& answer);
  void expect(const plain_answer& answer, const std::string& member, const json& value);
  void go_on(next to);

  visitor who_;
  std::string concert_, schedule_, reservation_, key_;
  next next_{next::join};
  std::int64_t balance_{0}, price_{0};
  std::vector<payment> payments_;
  bool pending_{false};  // the last payment, or its refund, was answered with 202
  std::size_t times_later_{0};
  std::vector<std::string> faults_;
  std::string last_;  // of all answers
};

}  // namespace boxoffice::system_test
