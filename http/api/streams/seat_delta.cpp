#include "http/api/streams/seat_delta.hpp"

#include "http/server/base64url.hpp"

#include <algorithm>
#include <cstring>

namespace boxoffice::http {
namespace {

// Most of a map stays as it is, so whole blocks are compared first. **Units**: seats, a byte each.
constexpr std::size_t block_seats = 64;

void add(seat_delta& to, std::uint32_t seat, seat_status now) {
  auto& runs = to.runs[static_cast<std::size_t>(now)];
  if (!runs.empty() && runs.back().first + runs.back().count == seat)
    ++runs.back().count;
  else
    runs.push_back({seat, 1});
}

}  // namespace

seat_delta difference(const seat_snapshot& before, const seat_snapshot& after) {
  seat_delta out{before.version, after.version, {}};
  const auto& was = before.seats;
  const auto& is = after.seats;
  for (std::size_t begin = 0; begin < is.size(); begin += block_seats) {
    const auto end = std::min(begin + block_seats, is.size());
    if (std::memcmp(was.data() + begin, is.data() + begin, end - begin) == 0) continue;
    for (auto at = begin; at < end; ++at)
      if (was[at] != is[at]) add(out, static_cast<std::uint32_t>(at), is[at]);
  }
  return out;
}

seat_delta merge(std::span<const seat_delta* const> deltas, std::size_t seat_count) {
  if (deltas.size() == 1) return *deltas.front();
  constexpr auto untouched = static_cast<seat_status>(0xFF);
  std::vector<seat_status> last(seat_count, untouched);
  for (const auto* each : deltas)
    apply(*each, last);
  seat_delta out;
  if (deltas.empty()) return out;
  out.from = deltas.front()->from;
  out.to = deltas.back()->to;
  for (std::size_t at = 0; at < last.size(); ++at)
    if (last[at] != untouched) add(out, static_cast<std::uint32_t>(at), last[at]);
  return out;
}

void apply(const seat_delta& what, std::vector<seat_status>& to) {
  for (std::size_t now = 0; now < what.runs.size(); ++now)
    for (const auto& run : what.runs[now])
      std::fill_n(to.begin() + run.first, run.count, static_cast<seat_status>(now));
}

std::string pack_states(const std::vector<seat_status>& seats) {
  constexpr std::size_t seats_per_byte = 4;
  std::string bytes((seats.size() + seats_per_byte - 1) / seats_per_byte, '\0');
  for (std::size_t at = 0; at < seats.size(); ++at) {
    auto& byte = bytes[at / seats_per_byte];
    byte = static_cast<char>(static_cast<unsigned>(byte) | static_cast<unsigned>(seats[at])
                                                               << (2 * (at % seats_per_byte)));
  }
  return to_base64url(bytes);
}

std::string render(const std::vector<seat_run>& runs) {
  std::string out = "[";
  for (const auto& each : runs) {
    if (out.size() > 1) out.push_back(',');
    out.append(std::to_string(each.first)).append(",").append(std::to_string(each.count));
  }
  return out.append("]");
}

}  // namespace boxoffice::http
