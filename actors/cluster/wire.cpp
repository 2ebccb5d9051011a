#include "actors/cluster/wire.hpp"

#include "config/cluster_limits.hpp"

#include <cstdint>
#include <utility>

namespace boxoffice::cluster {
namespace {

constexpr std::size_t seat_bits = 2, seats_per_byte = 8 / seat_bits;
constexpr std::uint8_t seat_mask = (1U << seat_bits) - 1;

// A reservation as peers of all versions know it. When it was admitted stays at home: who asks for
// that gets an `admission_reply`. When it was extended stands in the message, beside it.
void fields_of_reservation(auto& f, auto& r) {
  f(r.id, r.concert, r.user, r.seats, r.amount, r.status, r.held_at, r.expires_at, r.payment,
    r.reverted);
}

// A schedule as peers of all versions know it. By how much a hold may be extended stands in the
// message.
void fields_of_schedule(auto& f, auto& s) {
  f(s.id, s.concert, s.starts_at, s.sales_open_at, s.sales_close_at, s.venue, s.hold,
    s.max_seats_per_user, s.seats);
}

}  // namespace

// Two bits a seat: the whole map of a large hall fits into a frame.
void wire_writer::put(const seat_snapshot& of) {
  put(of.schedule);
  put(of.version);
  put(of.available);
  put(of.sold);
  count(of.seats.size());
  for (std::size_t i = 0; i < of.seats.size(); i += seats_per_byte) {
    std::uint8_t packed = 0;
    for (std::size_t k = 0; k < seats_per_byte && i + k < of.seats.size(); ++k)
      packed = static_cast<std::uint8_t>(packed | static_cast<unsigned>(of.seats[i + k])
                                                      << (k * seat_bits));
    put(packed);
  }
}

void wire_reader::get(seat_snapshot& of) {
  get(of.schedule);
  get(of.version);
  get(of.available);
  get(of.sold);
  std::uint32_t seats = 0;
  get(seats);
  if (seats > in_.size() * seats_per_byte) return fail();
  of.seats.resize(seats);
  std::uint8_t packed = 0;
  for (std::size_t i = 0; i < seats; ++i) {
    if (i % seats_per_byte == 0) get(packed);
    const auto status = packed >> (i % seats_per_byte * seat_bits) & seat_mask;
    if (!wire_detail::is_value_of<seat_status>(static_cast<std::uint64_t>(status))) return fail();
    of.seats[i] = static_cast<seat_status>(status);
  }
}

void wire_writer::put(const reservation& row) { fields_of_reservation(*this, row); }
void wire_reader::get(reservation& row) { fields_of_reservation(*this, row); }

void wire_writer::put(const schedule& of) { fields_of_schedule(*this, of); }
void wire_reader::get(schedule& of) { fields_of_schedule(*this, of); }

void wire_reader::get(seat_map& seats) {
  std::vector<section> sections;
  get(sections);
  std::uint64_t total = 0;
  for (const auto& each : sections)
    total += std::uint64_t{each.rows} * each.seats_per_row;
  if (total > limits::schedule_seats_max) return fail();
  if (sound_) seats = seat_map{std::move(sections)};
}

}  // namespace boxoffice::cluster
