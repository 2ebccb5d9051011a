#pragma once

#include "config/address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace boxoffice::http {

/// No answer came; says why.
class no_answer : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class outgoing_method : std::uint8_t { get, post };

struct outgoing_request {
  outgoing_method method{outgoing_method::get};
  web_address where;
  std::vector<std::string> headers;  ///< `Name: value`
  std::string body;                  ///< of a POST
};

enum class body_extent : std::uint8_t { whole, cut };

struct outgoing_answer {
  unsigned status{0};  ///< a final one, of 200 and above, or 101
  std::string body;
  body_extent extent{body_extent::whole};
  /// What `Retry-After` asks for, as seconds or as a date; 0 when it does not.
  std::chrono::seconds retry_after{0};
};

struct outgoing_rules {
  std::chrono::milliseconds time_max{0};  ///< from the look-up of the name to the last byte
  std::size_t body_bytes_max{0};          ///< beyond it the body is cut, and the connection closed
  std::filesystem::path ca_file;          ///< PEM; empty: the authorities of the system
};

/// Sends requests through libcurl, one after the other, over a connection that is kept while the
/// other side keeps it. Answers of 1xx before the final one are skipped, redirects are answers like
/// others, certificates are verified, proxies of the environment are not asked. **Thread**: one at
/// a time; `give_up` from any.
class outgoing_line {
 public:
  explicit outgoing_line(outgoing_rules rules);
  ~outgoing_line();
  outgoing_line(const outgoing_line&) = delete;
  outgoing_line& operator=(const outgoing_line&) = delete;

  /// Throws no_answer, and std::invalid_argument for a header with control characters.
  outgoing_answer ask(const outgoing_request& request);
  /// Ends the request under way, and every later one at once, with no_answer.
  void give_up();

 private:
  class handles;
  std::unique_ptr<handles> handles_;
};

}  // namespace boxoffice::http
