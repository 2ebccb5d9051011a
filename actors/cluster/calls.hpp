#pragma once

#include "actors/cluster/frame.hpp"
#include "actors/core/fault.hpp"
#include "actors/core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::cluster {

/// Something that an actor of this process asks of another process.
struct call {
  std::shared_ptr<const void> asker;  ///< whose it is; let go when it is settled or too late
  front to{front::catalogue};
  std::uint16_t type{0};
  time_point deadline{};  ///< then nobody waits for an answer any more
  std::string payload;
  bool once{false};  ///< carried out twice it is done twice: it has no business key
  /// Somebody was asked before, of whom nobody knows whether he has carried it out. That it is
  /// surely not done nobody can say any more.
  bool asked_before{false};
};

/// What a process has asked of others: which peer gets a call, what is under way, and what becomes
/// of it when a link breaks or a peer is another process than before.
///
/// Promises: every call is settled at most once, and is gone at its deadline. A peer carries out a
/// call at most once in one life (executions.hpp), unless another one was asked in between. A call
/// goes to another life, or to another peer, only after the link to the first one was lost, or
/// after another one has taken the service over: then it may be carried out twice, and its business
/// key makes that the same as once.
///
/// Pure: time and frames come in, frames and answers go out. **Thread**: its owner's.
class calls {
 public:
  using peer = std::size_t;

  /// Where what it decides goes to.
  struct outlets {
    std::function<void(peer, frame_kind, std::string body)> send;
    /// An answer; type 0 has no payload.
    std::function<void(const call&, std::uint16_t type, std::string payload)> answered;
    /// Not carried out, and why. Silence is no such thing: a deadline that passes says nothing.
    std::function<void(const call&, fault)> failed;
  };
  struct bounds {
    std::size_t calls_max;    ///< per peer under way, and as many that wait for a peer
    std::size_t payload_max;  ///< **Units** bytes, of both as well
  };

  calls(std::size_t peers, bounds within, outlets to);

  void ask(call what, time_point now);

  /// A link is up; whoever answers is this life of a process.
  void connected(peer at, incarnation who, time_point now);
  void lost(peer at);
  /// False: this is no frame that a peer of ours sends. The link must be cut.
  [[nodiscard]] bool on(peer at, const frame& received, time_point now);
  /// Gives up what is too late. **Requires** to be called a few times a second.
  void tick(time_point now);

  [[nodiscard]] std::size_t under_way(peer at) const { return peers_[at].open.size(); }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] const std::vector<service_state>& services_of(peer at) const {
    return peers_[at].serving;
  }

 private:
  struct session {
    bool up{false};
    incarnation who;
    std::vector<service_state> serving;
    std::uint64_t next_id{1};
    std::map<std::uint64_t, call> open;
    std::vector<std::uint64_t> settled;  // since the last command
    std::size_t payload{0};
  };

  /// Under which a peer has said that it serves; empty: it does not.
  [[nodiscard]] std::optional<std::uint64_t> epoch_at(peer at, front of) const;
  [[nodiscard]] std::optional<peer> route(front to) const;
  void send(peer at, std::uint64_t id, const call& what, time_point now);
  static call close(session& of, std::map<std::uint64_t, call>::iterator which);
  void ask_elsewhere(call what, time_point now);
  void ask_at(peer at, call what, time_point now);
  void wait(call what);
  void route_waiting(time_point now);
  /// Routes again what waits, and what is under way to a peer that is down, or was replaced, while
  /// another serves.
  void route_again(time_point now);
  [[nodiscard]] bool has_left(peer at, front of) const;
  [[nodiscard]] std::optional<call> take(peer at, std::uint64_t id);

  bounds bounds_;
  outlets to_;
  std::vector<session> peers_;
  std::deque<call> waiting_;
  std::size_t waiting_payload_{0};
};

}  // namespace boxoffice::cluster
