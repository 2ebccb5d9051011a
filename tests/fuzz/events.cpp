// Events as brokers carry them: any bytes are an event or no event, never more; what is read is
// written and read again, and what is written is read.
#include "actors/core/check.hpp"
#include "storage/broker/cloud_event.hpp"
#include "tests/fuzz/terminal_text.hpp"

#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>
#include <tuple>
#include <variant>

namespace boxoffice {
namespace {

auto facts_of(const payment_event& e) {
  return std::tie(e.id, e.sequence, e.kind, e.payment, e.user, e.reservation, e.concert, e.seats,
                  e.amount, e.paid_at, e.occurred_at, e.seat_names);
}

void read_again(const payment_event& e, const char* what) {
  const auto read = broker::decode_event(broker::encode_event(e).body);
  const auto* again = std::get_if<payment_event>(&read);
  check(again != nullptr && facts_of(*again) == facts_of(e), what);
  check(again->from.traceparent() == e.from.traceparent(), "with its trace");
  check(!again->token, "and without a queue token");
}

void read_any(const std::string& bytes) {
  const auto read = broker::decode_event(bytes);
  if (const auto* fault = std::get_if<event_fault>(&read))
    return check(fuzz::is_sentence(*fault), "a refusal is a sentence");
  const auto& e = std::get<payment_event>(read);
  // What another wrote may hold a sequence or a time in a form that we would not write.
  if (is_id_text(e.user.value)) read_again(e, "what was read is written and read again");
}

payment_event drawn(FuzzedDataProvider& dice) {
  payment_event e;
  const auto number = [&] { return dice.ConsumeIntegralInRange<std::uint64_t>(1, ~0ULL >> 3U); };
  e.id = {number()};
  e.sequence = number();
  if (dice.ConsumeBool()) e.kind = event_kind::payment_refunded;
  e.payment = {number()};
  e.user = {"user-" + std::to_string(dice.ConsumeIntegral<std::uint16_t>())};
  e.reservation = {{number()}, number()};
  e.concert = {number()};
  e.token = {e.concert, number()};
  e.seats = dice.ConsumeIntegralInRange<std::uint32_t>(1, 1000);
  for (std::uint32_t i = 0; i < e.seats % 5; ++i)
    e.seat_names += (i == 0 ? "A-" : ",B2-") + std::to_string(number());
  e.amount = {dice.ConsumeIntegralInRange<std::int64_t>(0, 1LL << 50)};
  e.paid_at = from_unix_ms(dice.ConsumeIntegralInRange<std::int64_t>(0, 253'402'300'799'999));
  e.occurred_at = from_unix_ms(dice.ConsumeIntegralInRange<std::int64_t>(0, 253'402'300'799'999));
  return e;
}

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boxoffice;
  FuzzedDataProvider dice{data, size};
  if (dice.ConsumeBool()) {
    read_again(drawn(dice), "what is written is read");
  } else {
    read_any(dice.ConsumeRemainingBytesAsString());
  }
  return 0;
}
