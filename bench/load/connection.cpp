#include "bench/load/connection.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace boxoffice::load {
namespace {

namespace asio = boost::asio;

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{}) return std::nullopt;
  return value;
}

bool has_no_body(int status) { return status == 204 || status == 304; }

}  // namespace

std::string_view field_of(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
    const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!std::equal(name.begin(), name.end(), line.begin(), same_letter)) continue;
    const auto value = line.find_first_not_of(' ', name.size() + 1);
    return value == line.npos ? std::string_view{} : line.substr(value);
  }
  return {};
}

connection::connection(asio::io_context& context, const asio::ip::tcp::endpoint& server)
    : socket_{context} {
  socket_.connect(server);
  socket_.set_option(asio::ip::tcp::no_delay{true});
}

void connection::send(std::string_view request, user& by) {
  user_ = &by;
  received_.clear();
  // Fits into the socket's buffer, which is empty: nothing waits here.
  boost::system::error_code failed;
  asio::write(socket_, asio::buffer(request.data(), request.size()), failed);
  if (failed) {
    asio::post(socket_.get_executor(), [this] { broke(); });
    return;
  }
  read();
}

void connection::read() {
  socket_.async_read_some(asio::buffer(part_),
                          [this](const boost::system::error_code& failed, std::size_t bytes) {
                            if (failed)
                              broke();
                            else
                              took(bytes);
                          });
}

void connection::took(std::size_t bytes) {
  received_.append(part_.data(), bytes);
  constexpr std::string_view version = "HTTP/1.1 ";
  const std::string_view all{received_};
  const auto end = all.find("\r\n\r\n");
  if (end == all.npos) return read();
  const auto head = all.substr(0, end + 2);
  const auto status = number_in(head.substr(std::min(head.size(), version.size())));
  if (!head.starts_with(version) || !status) return broke();
  answer found{static_cast<int>(*status), head, {}};
  if (!has_no_body(found.status)) {
    const auto length = number_in(field_of(head, "Content-Length"));
    if (!length) return broke();
    if (all.size() < end + 4 + *length) return read();
    found.body = all.substr(end + 4, *length);
  }
  user_->on(*this, found);
}

void connection::broke() { user_->on(*this, {}); }

}  // namespace boxoffice::load
