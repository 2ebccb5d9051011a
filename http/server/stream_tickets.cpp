#include "http/server/stream_tickets.hpp"

#include "config/stream_limits.hpp"
#include "http/server/base64url.hpp"
#include "http/server/secret_bytes.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

constexpr std::size_t ticket_bytes = 24;  // nobody guesses 192 bits

}  // namespace

std::optional<stream_tickets::issued> stream_tickets::issue(const identity& who, std::string path,
                                                            time_point now) {
  issued out{to_base64url(draw_secret_bytes(ticket_bytes)), now + limits::stream_ticket_time};
  const std::scoped_lock hold{lock_};
  forget_old(now);
  if (open_.size() >= limits::stream_tickets_max) return std::nullopt;
  open_.emplace(out.ticket, entry{who, std::move(path), out.expires_at});
  return out;
}

std::optional<identity> stream_tickets::redeem(std::string_view ticket, std::string_view path,
                                               time_point now) {
  const std::scoped_lock hold{lock_};
  const auto found = open_.extract(std::string{ticket});
  if (found.empty()) return std::nullopt;
  const auto& known = found.mapped();
  if (known.path != path || now >= known.expires_at) return std::nullopt;
  return known.who;
}

// Once a second is enough: what is over counts for nothing anyway.
void stream_tickets::forget_old(time_point now) {
  if (now < forgotten_at_ + seconds{1} && open_.size() < limits::stream_tickets_max) return;
  forgotten_at_ = now;
  std::erase_if(open_, [&](const auto& each) { return now >= each.second.expires_at; });
}

}  // namespace boxoffice::http
