#pragma once

#include "actors/bus/event_record.hpp"
#include "actors/payment/payment.hpp"

#include <functional>
#include <string_view>
#include <variant>

namespace boxoffice {

/// How a payment event is written for those outside. The same bytes go to every broker and to the
/// data platform.
using event_encoder = std::function<event_record(const payment_event&)>;

/// Why a text is no event of ours, as a sentence.
using event_fault = std::string;
/// And how it is read back. What an event does not carry outside (the queue token) is empty.
using event_decoder = std::function<std::variant<payment_event, event_fault>(std::string_view)>;

}  // namespace boxoffice
