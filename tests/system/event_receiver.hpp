#pragma once

#include "tests/system/plain_client.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace boxoffice::system_test {

/// A data platform on this machine: takes posts on a thread of its own and remembers them. It can
/// be told to refuse, and can go away and come back on the same port.
class event_receiver {
 public:
  event_receiver();
  ~event_receiver();
  event_receiver(const event_receiver&) = delete;
  event_receiver& operator=(const event_receiver&) = delete;

  struct post {
    std::string signature, signed_id, signed_at, idempotency_key, content_type, request_id;
    std::string traceparent, target, body;
    int answered;
  };
  /// Answers the next `count` posts with `status`, and those after them with 200.
  void refuse(int count, int status);
  /// Answers posts whose body holds `part` with `status`, until told otherwise; empty: none.
  void refuse_those_with(const std::string& part, int status);
  /// Closes the port and every connection.
  void go_away();
  void come_back();
  [[nodiscard]] std::vector<post> posts() const;
  /// The bodies of those answered with 200, in the order they came.
  [[nodiscard]] std::vector<json> accepted() const;
  [[nodiscard]] std::string url() const;

 private:
  class listener;
  std::unique_ptr<listener> listener_;
};

}  // namespace boxoffice::system_test
