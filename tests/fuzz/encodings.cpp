// What the stores keep as bytes: what was written is read back field by field, and of anything else
// either a decode_error comes or a value that is written and read again.
#include "actors/core/check.hpp"
#include "storage/encoding/fields.hpp"
#include "storage/encoding/outcomes.hpp"
#include "storage/encoding/timeline.hpp"
#include "tests/storage/samples.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::encoding {
namespace {

using dice_box = FuzzedDataProvider;

template <class Enum>
Enum draw_enum(dice_box& dice, Enum last) {
  return static_cast<Enum>(
      dice.ConsumeIntegralInRange<std::uint8_t>(0, static_cast<std::uint8_t>(last)));
}
std::uint64_t draw_number(dice_box& dice) { return dice.ConsumeIntegral<std::uint64_t>(); }
points draw_points(dice_box& dice) { return {dice.ConsumeIntegral<std::int64_t>()}; }
time_point draw_time(dice_box& dice) { return from_unix_ms(dice.ConsumeIntegral<std::int64_t>()); }

std::vector<reserved_seat> draw_seats(dice_box& dice) {
  std::vector<reserved_seat> out(dice.ConsumeIntegralInRange<std::size_t>(0, 5));
  for (auto& seat : out)
    seat = {dice.ConsumeIntegral<std::uint32_t>(), draw_points(dice)};
  return out;
}

hold_outcome draw_hold(dice_box& dice) {
  hold_outcome o;
  o.refusal = draw_enum(dice, hold_refusal::seat_taken);
  o.held.id = {{draw_number(dice)}, draw_number(dice)};
  o.held.concert = {draw_number(dice)};
  o.held.user = {dice.ConsumeRandomLengthString(40)};
  o.held.seats = draw_seats(dice);
  o.held.amount = draw_points(dice);
  o.held.status = draw_enum(dice, reservation_status::refunded);
  o.held.held_at = draw_time(dice);
  o.held.expires_at = draw_time(dice);
  o.held.payment = {draw_number(dice)};
  o.held.reverted = {draw_number(dice)};
  for (auto more = dice.ConsumeIntegralInRange(0, 4); more > 0; --more)
    o.seats.push_back(dice.ConsumeRandomLengthString(20));
  o.seats_max = dice.ConsumeIntegral<std::uint32_t>();
  o.opens_at = draw_time(dice);
  return o;
}

point_outcome draw_points_outcome(dice_box& dice) {
  return {draw_enum(dice, point_refusal::undone_before),
          {draw_number(dice)},
          draw_points(dice),
          draw_points(dice),
          draw_points(dice),
          draw_points(dice),
          draw_points(dice)};
}

payment_outcome draw_payment(dice_box& dice) {
  payment_outcome o;
  o.refusal = draw_enum(dice, payment_refusal::payment_not_refundable);
  o.other = {draw_number(dice)};
  o.expired_at = draw_time(dice);
  auto& p = o.paid;
  p.id = {draw_number(dice)};
  p.reservation = {{draw_number(dice)}, draw_number(dice)};
  p.concert = {draw_number(dice)};
  p.user = {dice.ConsumeRandomLengthString(40)};
  p.amount = draw_points(dice);
  p.state = draw_enum(dice, saga_state::refunded);
  p.failure = draw_enum(dice, payment_failure::aborted);
  p.reason = dice.ConsumeRandomLengthString(40);
  p.token = {{draw_number(dice)}, draw_number(dice)};
  p.holds_else = dice.ConsumeBool();
  p.seats = dice.ConsumeIntegral<std::uint32_t>();
  p.balance = draw_points(dice);
  p.created_at = draw_time(dice);
  p.deadline = draw_time(dice);
  p.completed_at = draw_time(dice);
  p.changed_at = draw_time(dice);
  return o;
}

bool same_notes(const saga_note& a, const saga_note& b) {
  return a.payment == b.payment && a.at == b.at && a.state == b.state && a.step == b.step &&
         a.what == b.what;
}

void write_and_read(dice_box& dice) {
  const auto hold = draw_hold(dice);
  check(test::same(decode_hold_outcome(encode(hold)), hold), "a hold's answer comes back");
  extension_outcome more{draw_enum(dice, extension_refusal::extension_not_offered),
                         draw_hold(dice).held,
                         {draw_number(dice)}};
  more.held.extended_at = draw_time(dice);
  check(test::same(decode_reservation_answer(encode(more)), more), "so does an extension's");
  const auto point = draw_points_outcome(dice);
  check(test::fields_of(decode_point_outcome(encode(point))) == test::fields_of(point),
        "so does one about points");
  const auto paid = draw_payment(dice);
  check(test::same(decode_payment_outcome(encode(paid)), paid), "and a payment's");
  const auto seats = draw_seats(dice);
  check(decode_seats(encode(seats)) == seats, "and seats");
  std::vector<saga_note> notes(dice.ConsumeIntegralInRange<std::size_t>(0, 4));
  for (auto& note : notes)
    note = {{7},
            draw_time(dice),
            draw_enum(dice, saga_state::refunded),
            draw_enum(dice, saga_step::none),
            dice.ConsumeRandomLengthString(40)};
  const auto again = decode_notes(encode(notes), {7});
  check(std::ranges::equal(again, notes, same_notes), "and a timeline");
}

// `decode` of anything: refused, or a value with one text.
template <class Decode, class Encode>
void read_anything(std::string_view bytes, Decode decode, Encode encode) {
  const std::vector<char> exact{bytes.begin(), bytes.end()};  // so that one byte too far is seen
  try {
    const auto value = decode(std::string_view{exact.data(), exact.size()});
    const std::string written = encode(value);
    check(encode(decode(written)) == written, "what was read can be written and read again");
  } catch (const decode_error&) {
  }
}

void check_notes(const std::vector<saga_note>& notes) {
  for (const auto& note : notes)
    check(note.state <= saga_state::refunded && note.step <= saga_step::none,
          "a note names a state and a step that there are");
}

void run(dice_box& dice) {
  if (dice.ConsumeBool()) return write_and_read(dice);
  const auto what = dice.ConsumeIntegralInRange(0, 4);
  const auto bytes = dice.ConsumeRemainingBytesAsString();
  const auto write = [](const auto& value) { return encode(value); };
  switch (what) {
    case 0:
      return read_anything(bytes, decode_reservation_answer, write);
    case 1:
      return read_anything(bytes, decode_point_outcome, write);
    case 2:
      return read_anything(bytes, decode_payment_outcome, write);
    case 3:
      return read_anything(bytes, decode_seats, write);
    default:
      return read_anything(
          bytes,
          [](std::string_view text) {
            auto notes = decode_notes(text, {7});
            check_notes(notes);
            return notes;
          },
          [](const std::vector<saga_note>& notes) { return encode(notes); });
  }
}

}  // namespace
}  // namespace boxoffice::encoding

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::encoding::run(dice);
  return 0;
}
