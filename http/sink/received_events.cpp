#include "http/sink/received_events.hpp"

#include "http/server/json_text.hpp"
#include "http/server/octets.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace boxoffice::http {
namespace {

using nlohmann::json;

constexpr std::string_view single_type = "application/cloudevents+json";
constexpr std::string_view batch_type = "application/cloudevents-batch+json";

/// Empty: it is no text, or an empty one.
std::string text_in(const json& event, const char* name) {
  const auto found = event.find(name);
  if (found == event.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, value);
  if (digits.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

std::variant<received_event, body_fault> read_event(const json& from) {
  if (!from.is_object()) return body_fault{true, "An event is a JSON object."};
  if (text_in(from, "specversion") != "1.0")
    return body_fault{true, "An event has the specversion 1.0."};
  for (const auto* name : {"id", "source", "type", "partitionkey"})
    if (text_in(from, name).empty())
      return body_fault{true, std::string{"An event has a text as "} + name + "."};
  const auto sequence = number_of(text_in(from, "sequence"));
  if (!sequence) return body_fault{true, "The sequence of an event is a text of digits."};
  return received_event{text_in(from, "id"), text_in(from, "partitionkey"), *sequence, from.dump()};
}

}  // namespace

std::optional<event_form> event_form_of(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t'))
    type.remove_suffix(1);
  if (iequals(type, single_type)) return event_form::single;
  if (iequals(type, batch_type)) return event_form::batch;
  return std::nullopt;
}

std::variant<std::vector<received_event>, body_fault> read_received(std::string_view body,
                                                                    event_form form) {
  const auto read = parse_json(body);
  if (const auto* fault = std::get_if<json_fault>(&read))
    return body_fault{false, "The body " + fault->detail + "."};
  const auto& value = std::get<json>(read);
  if (form == event_form::batch && !value.is_array())
    return body_fault{true, "A batch is a JSON array of events."};
  const auto items = form == event_form::batch ? value : json::array({value});
  std::vector<received_event> out;
  out.reserve(items.size());
  for (const auto& each : items) {
    auto event = read_event(each);
    if (auto* fault = std::get_if<body_fault>(&event)) return std::move(*fault);
    out.push_back(std::get<received_event>(std::move(event)));
  }
  return out;
}

std::vector<received_event> received_events::only_new(std::vector<received_event> arrived) {
  std::vector<received_event> fresh;
  for (auto& each : arrived) {
    if (ids_.contains(each.id) || std::ranges::count(fresh, each.id, &received_event::id) > 0)
      ++counts_.repetitions;
    else
      fresh.push_back(std::move(each));
  }
  return fresh;
}

received_events::order received_events::add(const received_event& e) {
  ++counts_.events;
  const auto is = remember(e);
  if (is == order::broken) ++counts_.out_of_order;
  return is;
}

void received_events::restore(const received_event& e) { static_cast<void>(remember(e)); }

received_events::order received_events::remember(const received_event& e) {
  if (ids_.insert(e.id).second) oldest_first_.push_back(e.id);
  if (oldest_first_.size() > remembered_max_) {
    ids_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  auto& last = last_[e.key];
  if (e.sequence <= last) return order::broken;
  last = e.sequence;
  return order::kept;
}

}  // namespace boxoffice::http
