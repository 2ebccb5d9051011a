#pragma once

#include <cstdint>
#include <string>

namespace boxoffice {

/// What the body of an event is, wherever it goes. In small letters, since CloudEvents for
/// JavaScript compares them.
inline constexpr const char* event_content_type = "application/cloudevents+json; charset=utf-8";

/// The same of several, which only a POST carries.
inline constexpr const char* batch_content_type =
    "application/cloudevents-batch+json; charset=utf-8";

/// An event as a broker carries it: encoded, so that neither side of a broker knows a domain.
struct event_record {
  std::string id;             ///< the same in every repetition of the event
  std::uint64_t sequence{0};  ///< ascending within a key
  std::string key;            ///< events of one key keep their order
  std::string type;           ///< `payment.completed`
  std::string body;           ///< CloudEvents 1.0, structured JSON
};

}  // namespace boxoffice
