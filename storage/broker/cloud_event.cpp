#include "storage/broker/cloud_event.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace boxoffice::broker {
namespace {

constexpr std::size_t sequence_digits = 20;  // of 2^64 - 1

struct type_name {
  event_kind kind;
  std::string_view routed;  ///< as brokers route it
  std::string_view outside;
};
constexpr std::array type_names{
    type_name{event_kind::payment_completed, "payment.completed", "boxoffice.payment.completed.v1"},
    type_name{event_kind::payment_refunded, "payment.refunded", "boxoffice.payment.refunded.v1"}};

const type_name& name_of(event_kind kind) {
  return *std::ranges::find(type_names, kind, &type_name::kind);
}

std::string digits_of(std::uint64_t sequence) {
  auto text = std::to_string(sequence);
  text.insert(0, sequence_digits - text.size(), '0');
  return text;
}

/// Thrown and caught in this file.
class unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

const nlohmann::json& member(const nlohmann::json& of, const char* name) {
  const auto found = of.find(name);
  if (found == of.end()) throw unreadable{std::string{name} + " is missing"};
  return *found;
}

const std::string& text_of(const nlohmann::json& of, const char* name) {
  const auto& value = member(of, name);
  if (!value.is_string()) throw unreadable{std::string{name} + " is not a text"};
  return value.get_ref<const std::string&>();
}

template <class Id>
Id id_of(const nlohmann::json& of, const char* name) {
  const auto id = parse_id<Id>(text_of(of, name));
  if (!id) throw unreadable{std::string{name} + " is not an id of its kind"};
  return *id;
}

time_point time_of(const nlohmann::json& of, const char* name) {
  const auto at = parse_rfc3339(text_of(of, name));
  if (!at) throw unreadable{std::string{name} + " is not a time"};
  return *at;
}

template <class Number>
Number number_of(const nlohmann::json& of, const char* name) {
  const auto& value = member(of, name);
  if (!value.is_number_unsigned() ||
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
    throw unreadable{std::string{name} + " is not a number of its range"};
  return value.get<Number>();
}

std::uint64_t sequence_of(const nlohmann::json& of) {
  const auto& text = text_of(of, "sequence");
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end || value == 0)
    throw unreadable{"sequence is not a number"};
  return value;
}

/// The names between commas; none: `[]`, as of a payment made before they were kept.
nlohmann::ordered_json list_of(std::string_view names) {
  auto out = nlohmann::ordered_json::array();
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    out.push_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return out;
}

std::string names_of(const nlohmann::json& data) {
  const auto& all = member(data, "seats");
  if (!all.is_array()) throw unreadable{"seats is not a list"};
  std::string out;
  for (const auto& each : all) {
    if (!each.is_string()) throw unreadable{"seats is not a list of texts"};
    const auto& name = each.get_ref<const std::string&>();
    if (name.empty() || name.find(',') != name.npos)
      throw unreadable{"seats has a name that is none"};
    if (!out.empty()) out += ',';
    out += name;
  }
  return out;
}

event_kind kind_of(const nlohmann::json& of) {
  const auto& type = text_of(of, "type");
  const auto* const known = std::ranges::find(type_names, type, &type_name::outside);
  if (known == type_names.end()) throw unreadable{"type is not one of ours"};
  return known->kind;
}

payment_event read(const nlohmann::json& all) {
  if (!all.is_object()) throw unreadable{"it is not a JSON object"};
  const auto& data = member(all, "data");
  if (!data.is_object()) throw unreadable{"data is not an object"};
  payment_event e;
  e.id = id_of<event_id>(all, "id");
  e.sequence = sequence_of(all);
  e.kind = kind_of(all);
  e.payment = id_of<payment_id>(data, "paymentId");
  e.user = {text_of(data, "userId")};
  e.reservation = id_of<reservation_id>(data, "reservationId");
  e.concert = id_of<concert_id>(data, "concertId");
  e.seat_names = names_of(data);
  e.seats = number_of<std::uint32_t>(data, "seatCount");
  e.amount = {number_of<std::int64_t>(data, "amount")};
  e.paid_at = time_of(data, "paidAt");
  e.occurred_at = time_of(data, "occurredAt");
  if (all.contains("traceparent")) e.from = request_origin{{}, text_of(all, "traceparent")};
  return e;
}

}  // namespace

event_record encode_event(const payment_event& e) {
  const auto& type = name_of(e.kind);
  event_record out{to_text(e.id), e.sequence, to_text(e.schedule()), std::string{type.routed}, {}};
  nlohmann::ordered_json all{{"specversion", "1.0"},
                             {"id", out.id},
                             {"source", "/boxoffice/payments"},
                             {"type", type.outside},
                             {"subject", to_text(e.payment)},
                             {"time", to_rfc3339(e.occurred_at)},
                             {"datacontenttype", "application/json"},
                             {"partitionkey", out.key},
                             {"sequence", digits_of(e.sequence)}};
  if (const auto& parent = e.from.traceparent(); !parent.empty()) all["traceparent"] = parent;
  all["data"] = {{"paymentId", to_text(e.payment)},
                 {"userId", e.user.value},
                 {"reservationId", to_text(e.reservation)},
                 {"scheduleId", out.key},
                 {"concertId", to_text(e.concert)},
                 {"seats", list_of(e.seat_names)},
                 {"seatCount", e.seats},
                 {"amount", e.amount.value},
                 {"paidAt", to_rfc3339(e.paid_at)},
                 {"occurredAt", to_rfc3339(e.occurred_at)}};
  out.body = all.dump();
  return out;
}

std::variant<payment_event, event_fault> decode_event(std::string_view body) {
  try {
    return read(nlohmann::json::parse(body));
  } catch (const unreadable& e) {
    return event_fault{e.what()};
  } catch (const nlohmann::json::exception&) {
    return event_fault{"it is not JSON"};
  }
}

}  // namespace boxoffice::broker
