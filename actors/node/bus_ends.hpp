#pragma once

#include "actors/bus/event_codec.hpp"
#include "actors/bus/event_publisher.hpp"
#include "actors/bus/event_source.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boxoffice {

/// What a node has of brokers: where its events go, and where those come from that it does not get
/// from the payment service itself. What the node's roles do not need is left out.
struct bus_ends {
  struct sink {
    std::string name;  ///< as settings call it: `kafka`; its relay's position is kept under it
    std::unique_ptr<event_publisher> publisher;
  };
  std::vector<sink> sinks{};
  /// Null: from the payment service.
  std::unique_ptr<event_source> best_selling{}, sold_out{}, data_platform{};
  event_encoder encode{};  ///< **Requires** one when there are sinks
  event_decoder decode{};  ///< **Requires** one when there is a source
};

}  // namespace boxoffice
