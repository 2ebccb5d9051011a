#pragma once

#include "actors/reservation/schedule_parts.hpp"

#include <utility>

namespace boxoffice {

/// Answers the clients of a schedule, or tells the front, which does. Answers to holds go out
/// together, at `flush`. **Thread**: the schedule's.
class schedule_replies {
 public:
  explicit schedule_replies(schedule_parts& parts) : parts_{parts} {}

  /// The end of an operation.
  void send(schedule_operation& op, fault what);
  /// The reservation that a command names does not exist.
  void send_absent(const schedule_command& c);
  /// The command was not carried out.
  void refuse(schedule_command& c, fault what);
  void flush();

  template <class Reply>
  void to(const caf::actor& client, Reply&& reply) const {
    if (client) caf::send_as(parts_.self, client, std::forward<Reply>(reply));
  }

 private:
  schedule_parts& parts_;
  hold_answers holds_;
};

}  // namespace boxoffice
