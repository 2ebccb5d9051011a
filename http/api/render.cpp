#include "http/api/render.hpp"

#include "actors/core/ids.hpp"

#include <array>

namespace boxoffice::http {
namespace {

constexpr std::array<std::string_view, 5> reservation_names{"HELD", "CONFIRMED", "EXPIRED",
                                                            "RELEASED", "REFUNDED"};
constexpr std::array<std::string_view, 3> seat_names{"AVAILABLE", "HELD", "SOLD"};
constexpr std::array<std::string_view, 3> transaction_names{"CHARGE", "USE", "REFUND"};
constexpr std::array<std::string_view, 10> saga_names{
    "STARTED",     "DEBITED", "COMPLETED",      "FAILED",          "REFUNDING",
    "COMPENSATED", "PARKED",  "REFUND_STARTED", "REFUND_RELEASED", "REFUNDED"};
static_assert(saga_names.size() == static_cast<std::size_t>(saga_state::refunded) + 1);
constexpr std::array<std::string_view, 4> step_names{"debit", "confirm", "refund", "revert"};
static_assert(step_names.size() == static_cast<std::size_t>(saga_step::none));
constexpr std::array<std::string_view, 2> event_names{"payment.completed", "payment.refunded"};

template <class Enum, std::size_t Size>
std::optional<Enum> find_name(const std::array<std::string_view, Size>& names,
                              std::string_view text) {
  for (std::size_t i = 0; i < Size; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

json_object waiting_room_json(const waiting_room_rule& rule) {
  if (!rule.enabled) return nullptr;
  return {{"activeMax", rule.active_max}, {"admitPerSecond", rule.admit_per_second}};
}

}  // namespace

std::string_view to_text(reservation_status s) {
  return reservation_names[static_cast<std::size_t>(s)];
}
std::optional<reservation_status> parse_reservation_status(std::string_view text) {
  return find_name<reservation_status>(reservation_names, text);
}
std::string_view to_text(seat_status s) { return seat_names[static_cast<std::size_t>(s)]; }
std::optional<seat_status> parse_seat_status(std::string_view text) {
  return find_name<seat_status>(seat_names, text);
}

std::string_view to_text(saga_state s) { return saga_names[static_cast<std::size_t>(s)]; }
std::optional<saga_state> parse_saga_state(std::string_view text) {
  std::string upper{text};
  for (auto& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return find_name<saga_state>(saga_names, upper);
}
std::string_view to_text(event_kind k) { return event_names[static_cast<std::size_t>(k)]; }

std::string_view payment_status(saga_state s) {
  switch (s) {
    case saga_state::started:
    case saga_state::debited:
      return "PENDING";
    case saga_state::completed:
      return "COMPLETED";
    case saga_state::failed:
      return "FAILED";
    case saga_state::refunding:
    case saga_state::refund_started:
    case saga_state::refund_released:
      return "REFUNDING";
    case saga_state::compensated:
      return "COMPENSATED";
    case saga_state::parked:
      return "PARKED";
    case saga_state::refunded:
      return "REFUNDED";
  }
  return "PENDING";
}

json_object render(const concert& c) {
  json_object out{{"concertId", to_text(c.id)}, {"title", c.title}, {"artist", c.artist}};
  out["description"] = c.description ? json_object(*c.description) : json_object(nullptr);
  out["waitingRoom"] = waiting_room_json(c.waiting_room);
  return out;
}

json_object render(const schedule& s, const seats_reply& counts) {
  json_object sections = json_object::array();
  for (const auto& part : s.seats.sections())
    sections.push_back({{"name", part.name},
                        {"rows", part.rows},
                        {"seatsPerRow", part.seats_per_row},
                        {"price", part.price.value}});
  const auto seat_count = s.seats.seat_count();
  return {{"scheduleId", to_text(s.id)},
          {"concertId", to_text(s.concert)},
          {"startsAt", to_rfc3339(s.starts_at)},
          {"salesOpenAt", to_rfc3339(s.sales_open_at)},
          {"salesCloseAt", to_rfc3339(s.sales_close_at)},
          {"venue", s.venue},
          {"holdSeconds", s.hold.count()},
          {"holdExtensionSeconds", s.hold_extension.count()},
          {"maxSeatsPerUser", s.max_seats_per_user},
          {"sections", std::move(sections)},
          {"seatCount", seat_count},
          {"available", counts.available},
          {"soldOut", seat_count > 0 && counts.sold == seat_count}};
}

json_object render(const reservation& r, const schedule& at) {
  json_object seats = json_object::array();
  for (const auto& s : r.seats)
    seats.push_back({{"seat", at.seats.name_of(s.seat)}, {"price", s.price.value}});
  json_object out{{"reservationId", to_text(r.id)},  {"scheduleId", to_text(r.schedule())},
                  {"userId", r.user.value},          {"seats", std::move(seats)},
                  {"amount", r.amount.value},        {"status", to_text(r.status)},
                  {"heldAt", to_rfc3339(r.held_at)}, {"expiresAt", to_rfc3339(r.expires_at)}};
  if (r.payment) out["paymentId"] = to_text(r.payment);
  const bool extended = r.extended_at != no_time;
  if (extended) out["extendedAt"] = to_rfc3339(r.extended_at);
  if (r.status == reservation_status::held && !extended && at.hold_extension > seconds{0})
    out["extensionSeconds"] = at.hold_extension.count();
  return out;
}

json_object render(const payment& p) {
  json_object out{{"paymentId", to_text(p.id)},
                  {"reservationId", to_text(p.reservation)},
                  {"userId", p.user.value},
                  {"amount", p.amount.value},
                  {"status", payment_status(p.state)}};
  if (p.failure != payment_failure::none)
    out["reason"] = to_text(p.failure);
  else if (!p.reason.empty())
    out["reason"] = p.reason;
  out["createdAt"] = to_rfc3339(p.created_at);
  if (p.completed_at != no_time) out["completedAt"] = to_rfc3339(p.completed_at);
  return out;
}

json_object render_saga(const payment& p) {
  json_object out{{"paymentId", to_text(p.id)},
                  {"reservationId", to_text(p.reservation)},
                  {"userId", p.user.value},
                  {"amount", p.amount.value},
                  {"state", to_text(p.state)},
                  {"failure", nullptr},
                  {"reason", nullptr},
                  {"createdAt", to_rfc3339(p.created_at)},
                  {"changedAt", to_rfc3339(p.changed_at)},
                  {"deadline", to_rfc3339(p.deadline)},
                  {"completedAt", nullptr}};
  if (p.failure != payment_failure::none) out["failure"] = to_text(p.failure);
  if (!p.reason.empty()) out["reason"] = p.reason;
  if (p.completed_at != no_time) out["completedAt"] = to_rfc3339(p.completed_at);
  return out;
}

json_object render(const saga_note& n) {
  json_object out{{"at", to_rfc3339(n.at)}, {"state", to_text(n.state)}};
  out["step"] = n.step == saga_step::none
                    ? json_object(nullptr)
                    : json_object(step_names[static_cast<std::size_t>(n.step)]);
  out["what"] = n.what;
  return out;
}

json_object render(const ledger_entry& e) {
  return {{"transactionId", to_text(e.id)},
          {"kind", transaction_names[static_cast<std::size_t>(e.kind)]},
          {"amount", e.amount.value},
          {"balanceAfter", e.balance_after.value},
          {"reference", e.reference ? json_object(to_text(e.reference)) : json_object(nullptr)},
          {"at", to_rfc3339(e.at)}};
}

json_object render(const queue_place& p) {
  return {{"token", to_text(p.entry.token)},  {"concertId", to_text(p.entry.concert)},
          {"status", name_of(p.entry.state)}, {"position", p.position},
          {"etaSeconds", p.eta_seconds},      {"expiresAt", to_rfc3339(p.entry.expires_at)}};
}

std::string render_seats(const schedule& s, const seat_snapshot& seats,
                         std::optional<seat_status> only_status,
                         std::optional<std::uint32_t> only_section) {
  std::string out = R"({"scheduleId":")" + to_text(s.id) + R"(","version":)" +
                    std::to_string(seats.version) + R"(,"seats":[)";
  const auto& sections = s.seats.sections();
  out.reserve(out.size() + std::size_t{96} * seats.seats.size());
  bool first = true;
  for (std::uint32_t in = 0; in < sections.size(); ++in) {
    if (only_section && *only_section != in) continue;
    const auto begin = s.seats.first_seat(in);
    const auto& part = sections[in];
    const auto price = std::to_string(part.price.value);
    for (auto seat = begin; seat < s.seats.first_seat(in + 1); ++seat) {
      const auto what = seats.seats[seat];
      if (only_status && what != *only_status) continue;
      const auto offset = seat - begin;
      out.append(first ? R"({"seat":")" : R"(,{"seat":")").append(part.name).append("-");
      out.append(std::to_string(offset + 1)).append(R"(","section":")").append(part.name);
      out.append(R"(","row":)").append(std::to_string(offset / part.seats_per_row + 1));
      out.append(R"(,"number":)").append(std::to_string(offset % part.seats_per_row + 1));
      out.append(R"(,"price":)").append(price).append(R"(,"status":")").append(to_text(what));
      out.append("\"}");
      first = false;
    }
  }
  return out.append("]}");
}

}  // namespace boxoffice::http
