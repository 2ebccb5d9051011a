#include "storage/encoding/fields.hpp"
#include "storage/encoding/outcomes.hpp"

#include <variant>

namespace boxoffice::encoding {
namespace {

// Layout 1 had ids of before decision 0016. Answers to holds and to extensions stand in one table,
// and their layouts have one sequence of numbers.
constexpr std::uint32_t layout = 2, extension_layout = 3;

void seats(auto& f, auto& list) {
  f.list(list, [](auto& each, auto& seat) { each(seat.seat, seat.price); });
}

void each_field(auto& f, maybe_const<reservation> auto& r) {
  f(r.id, r.concert, r.user);
  seats(f, r.seats);
  f(r.amount);
  f.one_of(r.status, reservation_status::refunded);
  f(r.held_at, r.expires_at, r.payment, r.reverted);
}

void each_field(auto& f, maybe_const<hold_outcome> auto& o) {
  f.one_of(o.refusal, hold_refusal::seat_taken);
  each_field(f, o.held);
  f.list(o.seats, [](auto& each, auto& name) { each(name); });
  f(o.seats_max, o.position, o.opens_at);
}

void each_field(auto& f, maybe_const<extension_outcome> auto& o) {
  f.one_of(o.refusal, extension_refusal::extension_not_offered);
  each_field(f, o.held);
  f(o.held.extended_at, o.other);
}

extension_outcome decode_extension_outcome(field_reader in) {
  extension_outcome answer;
  each_field(in, answer);
  in.end();
  return answer;
}

}  // namespace

std::string encode(const hold_outcome& answer) {
  field_writer out;
  out(layout);
  each_field(out, answer);
  return out.take();
}

hold_outcome decode_hold_outcome(std::string_view stored) {
  field_reader in{stored};
  std::uint32_t version = 0;
  in(version);
  if (version == 1)
    in.expect_old_ids();
  else if (version != layout)
    throw decode_error{"a hold's answer in an unknown layout"};
  hold_outcome answer;
  each_field(in, answer);
  in.end();
  return answer;
}

std::string encode(const extension_outcome& answer) {
  field_writer out;
  out(extension_layout);
  each_field(out, answer);
  return out.take();
}

std::string encode(const reservation_answer& answer) {
  return std::visit([](const auto& of) { return encode(of); }, answer);
}

reservation_answer decode_reservation_answer(std::string_view stored) {
  field_reader in{stored};
  std::uint32_t version = 0;
  in(version);
  if (version == extension_layout) return decode_extension_outcome(in);
  return decode_hold_outcome(stored);
}

std::string encode(const std::vector<reserved_seat>& list) {
  field_writer out;
  seats(out, list);
  return out.take();
}

std::vector<reserved_seat> decode_seats(std::string_view stored) {
  field_reader in{stored};
  std::vector<reserved_seat> list;
  seats(in, list);
  in.end();
  return list;
}

}  // namespace boxoffice::encoding
