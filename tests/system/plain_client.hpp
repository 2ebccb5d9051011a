#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace boxoffice::system_test {

using nlohmann::json;
using header_list = std::vector<std::pair<std::string, std::string>>;

/// A request exactly as it is to be sent: any method, any header, any bytes in the body.
struct plain_request {
  std::string method{"GET"};
  std::string target{};
  header_list headers{};
  std::string body{};
};

struct plain_answer {
  int status{0};
  header_list headers{};
  std::string body{};

  /// The header's value; empty when it is not there.
  [[nodiscard]] std::string header(std::string_view name) const;
  /// The body; discarded (`is_discarded()`) when it is not JSON.
  [[nodiscard]] json value() const { return json::parse(body, nullptr, false); }
  /// The `code` of a problem; empty for anything else.
  [[nodiscard]] std::string code() const;
};

/// What is wrong with `answer` as the problem `code` with this status, in the form of RFC 9457 that
/// the contract wants; empty when nothing is.
std::string faults_of_problem(const plain_answer& answer, int status, const std::string& code);

/// One keep-alive connection that does one request after the other and leaves nothing out.
class plain_client {
 public:
  explicit plain_client(const std::string& url);
  ~plain_client();
  plain_client(plain_client&&) noexcept;
  plain_client& operator=(plain_client&&) noexcept;

  /// Throws boost::system::system_error when no answer comes within 30 s.
  plain_answer send(const plain_request& wanted);

 private:
  class connection;
  std::unique_ptr<connection> connection_;
};

}  // namespace boxoffice::system_test
