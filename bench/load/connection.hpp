#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace boxoffice::load {

/// What came back. The views last until the handler returns.
struct answer {
  int status{0};  ///< 0: the connection broke, or what came is no answer
  std::string_view head;
  std::string_view body;
};

/// Whether an answer says "later".
inline bool says_later(const answer& to) { return to.status == 429 || to.status == 503; }

/// One keep-alive connection with one request at a time on it, made to cost little beside the
/// server that it measures: requests are bytes that were written before, answers are not parsed
/// further than to find their end. **Thread**: the one that runs the context.
class connection {
 public:
  /// Who uses the connection; hears of each answer.
  class user {
   public:
    virtual ~user() = default;
    virtual void on(connection& from, const answer& what) = 0;
  };

  /// Connects; throws boost::system::system_error when nobody listens.
  connection(boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& server);

  /// Sends a request; `by` gets the answer. **Requires** that none is under way.
  void send(std::string_view request, user& by);

  /// Free for the user of the connection: which of its operations this is.
  std::size_t tag{0};

 private:
  void read();
  void took(std::size_t bytes);
  void broke();

  boost::asio::ip::tcp::socket socket_;
  user* user_{nullptr};
  std::string received_;
  std::array<char, 16 * 1024> part_{};
};

/// Where the value of a header field begins and ends, its name in any case; empty without one.
std::string_view field_of(std::string_view head, std::string_view name);

}  // namespace boxoffice::load
