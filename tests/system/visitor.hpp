#pragma once

#include "tests/system/plain_client.hpp"

#include <chrono>
#include <string>

namespace boxoffice::system_test {

/// A time from now, in the form of the API.
std::string time_from_now(std::chrono::milliseconds ahead);
/// A schedule that is on sale, with one section A of `rows` rows; a test changes what it is about.
json schedule_on_sale(int rows, int seats_per_row);

/// Somebody at a running server: a name, a role, a connection, and the queue token last asked for.
/// Every request that needs an Idempotency-Key gets a new one unless the test gives one.
class visitor {
 public:
  visitor(const std::string& url, std::string name, const std::string& role = "user");

  plain_answer get(const std::string& target, const header_list& more = {});
  plain_answer post(const std::string& target, const json& body, const header_list& more = {});
  plain_answer put(const std::string& target, const json& body);
  plain_answer remove(const std::string& target);

  plain_answer join(const std::string& concert);
  plain_answer charge(std::int64_t amount, const std::string& key = {});
  /// `wish`: `{"seats":[…]}` or `{"bestAvailable":{…}}`.
  plain_answer hold(const std::string& schedule, json wish, const std::string& key = {});
  plain_answer pay(const std::string& reservation, const std::string& key = {});
  plain_answer extend(const std::string& reservation, const std::string& key = {});
  plain_answer refund(const std::string& payment, const std::string& key = {});

  /// For admins: the id of the new concert or schedule; throws when there is none.
  std::string open_concert(const json& waiting_room = nullptr);
  std::string open_schedule(const std::string& concert, const json& body);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] const std::string& queue_token() const { return queue_token_; }
  [[nodiscard]] std::string fresh_key();

 private:
  plain_answer send(const std::string& method, const std::string& target, const std::string& body,
                    const header_list& more);

  plain_client client_;
  std::string name_;
  std::string token_;
  std::string queue_token_;
  int keys_{0};
};

}  // namespace boxoffice::system_test
