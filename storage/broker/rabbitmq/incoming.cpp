#include "storage/broker/rabbitmq/incoming.hpp"

#include <algorithm>
#include <amqp.h>
#include <cstddef>
#include <utility>

namespace boxoffice::broker {

std::string text_of(amqp_bytes_t from) {
  return from.len == 0 ? std::string{}
                       : std::string{static_cast<const char*>(from.bytes), from.len};
}

namespace {

std::string reason_in(const amqp_table_t& headers) {
  for (int i = 0; i < headers.num_entries; ++i) {
    const auto& each = headers.entries[i];
    if (text_of(each.key) == "reason" &&
        (each.value.kind == AMQP_FIELD_KIND_UTF8 || each.value.kind == AMQP_FIELD_KIND_BYTES))
      return text_of(each.value.value.bytes);
  }
  return {};
}

}  // namespace

std::optional<rabbitmq_incoming> rabbitmq_assembler::take(const amqp_frame_t& frame) {
  if (frame.channel >= contents_.size()) return std::nullopt;
  const auto on = static_cast<rabbitmq_channel>(frame.channel);
  auto& unfinished = contents_[frame.channel];
  switch (frame.frame_type) {
    case AMQP_FRAME_METHOD:
      return take_method(on, frame.payload.method);
    case AMQP_FRAME_HEADER: {
      unfinished.bytes_left = frame.payload.properties.body_size;
      const auto* about =
          static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded);
      if (auto* back = std::get_if<rabbitmq_returned>(&unfinished.of))
        if ((about->_flags & AMQP_BASIC_MESSAGE_ID_FLAG) != 0)
          back->message_id = text_of(about->message_id);
      if (auto* delivery = std::get_if<rabbitmq_delivery>(&unfinished.of))
        if ((about->_flags & AMQP_BASIC_HEADERS_FLAG) != 0)
          delivery->reason = reason_in(about->headers);
      return completed(unfinished);
    }
    case AMQP_FRAME_BODY: {
      const auto piece = frame.payload.body_fragment;
      if (auto* delivery = std::get_if<rabbitmq_delivery>(&unfinished.of))
        delivery->body.append(static_cast<const char*>(piece.bytes), piece.len);
      unfinished.bytes_left -= std::min<std::uint64_t>(unfinished.bytes_left, piece.len);
      return completed(unfinished);
    }
    default:
      return std::nullopt;
  }
}

std::optional<rabbitmq_incoming> rabbitmq_assembler::take_method(rabbitmq_channel on,
                                                                 const amqp_method_t& method) {
  using reach = rabbitmq_confirms::reach;
  using word = rabbitmq_confirms::word;
  const auto far_of = [](amqp_boolean_t multiple) {
    return multiple != 0 ? reach::all_up_to : reach::one;
  };
  auto& unfinished = contents_[static_cast<std::size_t>(on)];
  switch (method.id) {
    case AMQP_BASIC_ACK_METHOD: {
      const auto& said = *static_cast<const amqp_basic_ack_t*>(method.decoded);
      return rabbitmq_settled{on, said.delivery_tag, far_of(said.multiple), word::ack};
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& said = *static_cast<const amqp_basic_nack_t*>(method.decoded);
      return rabbitmq_settled{on, said.delivery_tag, far_of(said.multiple), word::nack};
    }
    case AMQP_BASIC_RETURN_METHOD: {
      const auto& said = *static_cast<const amqp_basic_return_t*>(method.decoded);
      unfinished.of =
          rabbitmq_returned{on, {}, text_of(said.routing_key), text_of(said.reply_text)};
      return std::nullopt;
    }
    case AMQP_BASIC_DELIVER_METHOD: {
      const auto& said = *static_cast<const amqp_basic_deliver_t*>(method.decoded);
      unfinished.of = rabbitmq_delivery{said.delivery_tag, {}, {}};
      return std::nullopt;
    }
    case AMQP_BASIC_CANCEL_METHOD:
      return rabbitmq_cancelled{};
    default:  // nothing that we would have asked for
      return std::nullopt;
  }
}

std::optional<rabbitmq_incoming> rabbitmq_assembler::completed(content& on) {
  if (on.bytes_left > 0) return std::nullopt;
  auto whole = std::exchange(on.of, {});
  if (auto* back = std::get_if<rabbitmq_returned>(&whole)) return std::move(*back);
  if (auto* delivery = std::get_if<rabbitmq_delivery>(&whole)) return std::move(*delivery);
  return std::nullopt;
}

}  // namespace boxoffice::broker
