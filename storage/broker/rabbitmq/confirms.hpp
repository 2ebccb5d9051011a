#pragma once

#include "actors/bus/event_publisher.hpp"
#include "actors/bus/event_record.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::broker {

/// What the broker has said of the messages of one batch. An unroutable message is returned and
/// then confirmed: the return counts.
class rabbitmq_confirms {
 public:
  /// `first_tag` is what the broker calls the first message. **Requires** that `batch` outlives it.
  rabbitmq_confirms(std::span<const event_record> batch, std::uint64_t first_tag)
      : batch_{batch}, first_tag_{first_tag} {}

  /// One more message of the batch was sent.
  void published() { states_.push_back({}); }

  enum class word : bool { ack, nack };
  enum class reach : bool { one, all_up_to };
  /// Tags of earlier batches are passed over.
  void settled(std::uint64_t tag, reach far, word what);
  /// As the broker names the message.
  void returned(std::string_view id, std::string why);

  /// Sent, and without an answer.
  [[nodiscard]] std::size_t waiting() const { return published_count() - settled_; }
  [[nodiscard]] std::size_t published_count() const { return states_.size(); }
  [[nodiscard]] bool is_complete() const { return waiting() == 0; }

  /// How the batch ended: `waiting` is why, if the first message that is not confirmed has no
  /// answer, or was not sent.
  [[nodiscard]] event_publisher::answer answer(event_publisher::ending waiting_ends,
                                               std::string why) const;

 private:
  enum class fate : std::uint8_t { unknown, confirmed, refused };
  struct state {
    fate what{fate::unknown};
    std::string returned{};  ///< why, if it was
  };
  void settle(state& each, word what);

  std::span<const event_record> batch_;
  std::uint64_t first_tag_;
  std::vector<state> states_;
  std::size_t settled_{0};
  std::size_t all_settled_up_to_{0};  ///< so that `all_up_to` looks at each message once
};

}  // namespace boxoffice::broker
