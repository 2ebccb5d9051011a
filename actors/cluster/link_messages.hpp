#pragma once

#include "actors/caf/actor.hpp"
#include "actors/cluster/hub.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace boxoffice::cluster {

// Between the actors of one process: from proxies and the door to the broker that carries links,
// and back.

/// A proxy asks another process. It is answered with link_reply, or not at all.
struct link_call {
  call what;
  caf::actor proxy, asker;
  std::uint64_t correlation{0};
};

/// What became of a link_call.
struct link_reply {
  caf::actor asker;
  std::uint64_t correlation{0};
  std::uint16_t asked{0};  ///< type of the command
  boxoffice::fault fault{fault::none};
  std::uint16_t type{0};  ///< without a fault; 0: done, nothing to say
  std::string payload;
  bool asked_before{false};  ///< as in call
};

/// The door has carried a command out, or not.
struct execution_done {
  incarnation asker;
  answer_frame with;
};
struct execution_turned {
  incarnation asker;
  turned_frame with;
};

/// What this process serves from now on.
struct serve_fronts {
  std::vector<service_state> services;
};

/// A connected socket: of a peer that was dialled, or of somebody who came.
struct link_socket {
  enum class origin : bool { dialled, came } from{origin::came};
  calls::peer peer{0};
  int descriptor{-1};
};
struct link_dial_failed {
  calls::peer peer{0};
  std::string why;
};

/// Ends all links at once.
struct stop_links {};

// Of the broker to itself.
struct link_flush {};
struct link_tick {};

}  // namespace boxoffice::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::link_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::link_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::execution)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::execution_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::execution_turned)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::serve_fronts)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::link_socket)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::link_dial_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::stop_links)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::link_flush)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::cluster::link_tick)
