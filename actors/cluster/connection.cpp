#include "actors/cluster/connection.hpp"

#include "actors/cluster/wire.hpp"
#include "config/cluster_limits.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::cluster {

connection::connection(side which, std::string_view secret, greeting mine, time_point now)
    : side_{which},
      mine_{std::move(mine)},
      tls_{which, secret},
      frames_{limits::link_greeting_bytes_max},
      since_{now},
      heard_at_{now},
      pinged_at_{now} {}

void connection::receive(std::string_view bytes, time_point now) {
  if (over()) return;
  std::string plain;
  tls_.receive(bytes, plain);
  has_output_ = true;  // an answer of the handshake, or an alert
  if (tls_.failed()) {
    why_ = peer_ ? "the peer broke off" : "the peer is no node, or does not know the secret";
    return;
  }
  if (!bytes.empty()) heard_at_ = now;
  if (tls_.established() && !greeted_ && side_ == side::dials) greet();
  frames_.feed(plain);
}

void connection::greet() {
  greeted_ = true;
  put(side_ == side::dials ? frame_kind::hello : frame_kind::welcome, to_bytes(mine_));
}

void connection::on_greeting(const frame& received) {
  const auto wanted = side_ == side::dials ? frame_kind::welcome : frame_kind::hello;
  auto said = received.kind == wanted ? from_bytes<greeting>(received.body) : std::nullopt;
  if (received.kind == frame_kind::bye) {
    const auto reason = from_bytes<bye_frame>(received.body);
    why_ = "the peer refuses: " + (reason ? reason->why : std::string{"it does not say why"});
    return;
  }
  if (!said || !said->self) return end("the peer does not greet");
  if (said->version < link_version_oldest || link_version < said->oldest)
    return end("the programs do not understand each other: " + mine_.node + " (" + mine_.build +
               ") speaks version " + std::to_string(link_version) + " of the link, " + said->node +
               " (" + said->build + ") speaks " + std::to_string(said->version));
  if (said->self == mine_.self) return end("the peer is this process itself");
  if (side_ == side::accepts) greet();
  frames_.allow(limits::link_frame_bytes_max);
  peer_ = std::move(*said);
}

std::optional<frame> connection::next(time_point now) {
  while (!over()) {
    auto found = frames_.next();
    if (!found) {
      if (frames_.broken()) end("the peer sends what is no frame");
      return std::nullopt;
    }
    if (!peer_) {
      on_greeting(*found);
      continue;
    }
    switch (found->kind) {
      case frame_kind::ping:
        if (on_membership(*found)) put(frame_kind::pong, to_bytes(membership{installation_}));
        break;
      case frame_kind::pong:
        if (!on_membership(*found)) break;
        if (std::exchange(ping_open_, false)) round_trip_ = now - pinged_at_;
        break;
      case frame_kind::bye: {
        const auto reason = from_bytes<bye_frame>(found->body);
        why_ = "the peer says: " + (reason ? reason->why : std::string{"goodbye"});
        break;
      }
      case frame_kind::hello:
      case frame_kind::welcome:
        end("the peer greets twice");
        break;
      default:
        return found;
    }
  }
  return std::nullopt;
}

void connection::put(frame_kind kind, std::string_view body) {
  append_frame(plain_out_, kind, body);
}

void connection::send(frame_kind kind, std::string_view body) {
  if (up()) put(kind, body);
}

void connection::take_output(std::string& out) {
  if (tls_.established() && !plain_out_.empty()) {
    const auto now = std::min(plain_out_.size(), limits::link_flush_bytes_max);
    tls_.send(std::string_view{plain_out_}.substr(0, now));
    plain_out_.erase(0, now);
  }
  tls_.take_output(out);
  has_output_ = false;
}

void connection::tick(time_point now) {
  if (over()) return;
  if (!peer_ && now - since_ >= limits::link_greeting_time_max)
    return end("the peer does not greet in time");
  if (now - heard_at_ >= limits::link_silence_max) return end("the peer is silent");
  const bool due = ping_soon_ || now - pinged_at_ >= limits::link_ping_every;
  if (!peer_ || side_ != side::dials || ping_open_ || !due) return;
  pinged_at_ = now;
  ping_open_ = true;
  ping_soon_ = false;
  put(frame_kind::ping, to_bytes(membership{installation_}));
}

void connection::belong_to(const std::string& installation) {
  installation_ = installation;
  ping_soon_ = true;
}

bool connection::on_membership(const frame& received) {
  auto said = from_bytes<membership>(received.body);
  if (!said) {
    end("the peer sends what is no frame");
    return false;
  }
  peer_installation_ = std::move(said->installation);
  if (peer_installation_.empty() || installation_.empty() || peer_installation_ == installation_)
    return true;
  end("the nodes belong to different installations: " + mine_.node + " to " + installation_ + ", " +
      peer_->node + " to " + peer_installation_);
  return false;
}

void connection::end(std::string reason) {
  if (over()) return;
  if (tls_.established()) put(frame_kind::bye, to_bytes(bye_frame{reason}));
  why_ = std::move(reason);
}

}  // namespace boxoffice::cluster
