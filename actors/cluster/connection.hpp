#pragma once

#include "actors/cluster/frame.hpp"
#include "actors/cluster/tls_channel.hpp"
#include "actors/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boxoffice::cluster {

/// One connection between two nodes, over bytes that somebody else carries: TLS, frames, the
/// greeting, and whether the other side still lives.
///
/// Life cycle: greeting → up → over. It is over when the peer is a stranger, breaks the rules, is
/// silent for limits::link_silence_max or says goodbye; then `why` says so, and the connection must
/// be cut. Pure. **Thread**: its owner's.
class connection {
 public:
  using side = tls_channel::side;

  connection(side which, std::string_view secret, greeting mine, time_point now);

  /// Bytes from the peer. Then take frames with `next` until it is empty.
  void receive(std::string_view bytes, time_point now);
  /// The next frame that is not the connection's own business.
  std::optional<frame> next(time_point now);
  /// Queues a frame. **Requires** up().
  void send(frame_kind kind, std::string_view body);
  /// Appends to `out` what the peer must get, at most about limits::link_flush_bytes_max of it.
  void take_output(std::string& out);
  /// Whether `take_output` has something.
  [[nodiscard]] bool has_output() const { return has_output_ || !plain_out_.empty(); }
  /// To which installation this node belongs: the peer hears it with the next ping, which is soon.
  void belong_to(const std::string& installation);
  /// What the peer says of that; empty: it does not know yet.
  [[nodiscard]] const std::string& peer_installation() const { return peer_installation_; }
  /// Pings, and watches for silence. **Requires** to be called a few times a second.
  void tick(time_point now);
  /// Says why it ends, to the peer and to `why`.
  void end(std::string reason);

  [[nodiscard]] bool up() const { return peer_.has_value() && !over(); }
  [[nodiscard]] bool over() const { return !why_.empty(); }
  [[nodiscard]] const std::string& why() const { return why_; }
  /// **Requires** that the greeting has come.
  [[nodiscard]] const greeting& peer() const { return *peer_; }
  /// Of the last ping; empty before the first came back.
  [[nodiscard]] std::optional<milliseconds> round_trip() const { return round_trip_; }

 private:
  void greet();
  void on_greeting(const frame& received);
  [[nodiscard]] bool on_membership(const frame& received);
  void put(frame_kind kind, std::string_view body);

  const side side_;
  const greeting mine_;
  tls_channel tls_;
  frame_reader frames_;
  std::optional<greeting> peer_;
  std::string plain_out_, why_, installation_, peer_installation_;
  bool greeted_{false}, has_output_{true};
  time_point since_, heard_at_, pinged_at_;
  bool ping_open_{false}, ping_soon_{true};
  std::optional<milliseconds> round_trip_;
};

}  // namespace boxoffice::cluster
