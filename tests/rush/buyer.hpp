#pragma once

#include "tests/rush/shop.hpp"

#include <optional>
#include <string>
#include <vector>

namespace boxoffice::rush {

/// One person who wants seats. A visit goes from the waiting room to the seats, or ends on the way;
/// whoever left with empty hands can come back. Lives in its crowd.
class buyer {
 public:
  buyer(shop& at, std::string user, persona character, generator dice)
      : shop_{at}, user_{std::move(user)}, character_{character}, dice_{dice} {}

  boost::asio::awaitable<visit_end> visit();
  /// From now on this one buys if it can, and keeps what it bought.
  void make_up_mind();
  [[nodiscard]] const std::string& user() const { return user_; }

 private:
  using end = std::optional<visit_end>;  // none: go on

  boost::asio::awaitable<end> get_bearer();
  boost::asio::awaitable<end> wait_in_line();
  boost::asio::awaitable<end> take_seats();
  boost::asio::awaitable<std::optional<json>> choose(int attempt);
  boost::asio::awaitable<end> pay();
  boost::asio::awaitable<end> charge(std::int64_t amount);
  /// The payment as answered: COMPLETED, or the problem that refused it.
  boost::asio::awaitable<http_answer> try_to_pay();
  boost::asio::awaitable<end> give_back_payment();
  boost::asio::awaitable<void> release();
  boost::asio::awaitable<void> leave_the_line();

  visit_end unexpected(step s, const http_answer& answer);
  void acknowledge(acknowledged what, const std::string& id, json body);
  json hot_seats();

  shop& shop_;
  std::string user_;
  persona character_;
  generator dice_;
  std::string bearer_;
  std::string place_;      // queue token
  std::size_t wanted_{0};  // seats, in this visit
  std::string reservation_;
  std::string payment_;
  std::int64_t amount_{0};
  std::int64_t balance_{0};  // as last told
};

}  // namespace boxoffice::rush
