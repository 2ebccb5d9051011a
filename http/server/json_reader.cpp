#include "http/server/json_reader.hpp"

#include "actors/core/ids.hpp"

#include <algorithm>

namespace boxoffice::http {
namespace {

// `~` and `/` are written `~0` and `~1`. **Source**: RFC 6901, 4.
void append_token(std::string& pointer, std::string_view name) {
  pointer.push_back('/');
  for (const char c : name) {
    if (c == '~') {
      pointer.append("~0");
    } else if (c == '/') {
      pointer.append("~1");
    } else {
      pointer.push_back(c);
    }
  }
}

}  // namespace

json_reader::json_reader(const nlohmann::json& value) : value_{&value}, findings_{&own_} {
  if (value_->is_object()) return;
  value_ = nullptr;
  own_.errors.push_back({"", "must be an object"});
}

json_reader::json_reader(const nlohmann::json& value, std::string at, findings& all)
    : value_{&value}, at_{std::move(at)}, findings_{&all} {}

bool json_reader::has(std::string_view name) const {
  return value_ != nullptr && value_->find(name) != value_->end();
}

std::string json_reader::pointer(std::string_view name) const {
  auto out = at_;
  if (!name.empty()) append_token(out, name);
  return out;
}

void json_reader::reject(std::string_view name, std::string detail) {
  findings_->errors.push_back({pointer(name), std::move(detail)});
}

const nlohmann::json* json_reader::find(std::string_view name, need how) {
  asked_.push_back(name);
  if (value_ == nullptr) return nullptr;
  const auto found = value_->find(name);
  if (found != value_->end()) return &*found;
  if (how == need::required) reject(name, "is required");
  return nullptr;
}

std::optional<std::string> json_reader::read_text(std::string_view name, text_rule rule,
                                                  text_bounds bounds, need how) {
  const auto* value = find(name, how);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    reject(name, "must be a text");
    return std::nullopt;
  }
  const auto& text = value->get_ref<const std::string&>();
  if (auto fault = rule(text, bounds); !fault.empty()) {
    reject(name, std::move(fault));
    return std::nullopt;
  }
  return text;
}

std::string json_reader::text(std::string_view name, text_bounds bounds) {
  return read_text(name, fault_of_text, bounds, need::required).value_or(std::string{});
}
std::optional<std::string> json_reader::optional_text(std::string_view name, text_bounds bounds) {
  return read_text(name, fault_of_text, bounds, need::optional);
}
std::string json_reader::line(std::string_view name, text_bounds bounds) {
  return read_text(name, fault_of_line, bounds, need::required).value_or(std::string{});
}

std::string json_reader::id_text(std::string_view name) {
  auto text =
      read_text(name, fault_of_text, {0, std::numeric_limits<std::size_t>::max()}, need::required);
  if (!text) return {};
  if (is_id_text(*text)) return std::move(*text);
  reject(name, "must be an id: 1 to 40 characters of [A-Za-z0-9_-]");
  return {};
}

std::optional<std::int64_t> json_reader::read_integer(std::string_view name, integer_bounds bounds,
                                                      need how) {
  const auto* value = find(name, how);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer()) {
    reject(name, "must be an integer");
    return std::nullopt;
  }
  constexpr auto beyond = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool huge = value->is_number_unsigned() && value->get<std::uint64_t>() > beyond;
  const auto number = huge ? std::numeric_limits<std::int64_t>::max() : value->get<std::int64_t>();
  if (number >= bounds.least && number <= bounds.most) return number;
  reject(name,
         "must be from " + std::to_string(bounds.least) + " to " + std::to_string(bounds.most));
  return std::nullopt;
}

std::int64_t json_reader::integer(std::string_view name, integer_bounds bounds) {
  return read_integer(name, bounds, need::required).value_or(0);
}
std::optional<std::int64_t> json_reader::optional_integer(std::string_view name,
                                                          integer_bounds bounds) {
  return read_integer(name, bounds, need::optional);
}

std::optional<bool> json_reader::read_boolean(std::string_view name, need how) {
  const auto* value = find(name, how);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  reject(name, "must be true or false");
  return std::nullopt;
}

bool json_reader::boolean(std::string_view name) {
  return read_boolean(name, need::required).value_or(false);
}
std::optional<bool> json_reader::optional_boolean(std::string_view name) {
  return read_boolean(name, need::optional);
}

std::optional<time_point> json_reader::read_time(std::string_view name, need how) {
  const auto* value = find(name, how);
  if (value == nullptr) return std::nullopt;
  const auto at =
      value->is_string() ? parse_rfc3339(value->get_ref<const std::string&>()) : std::nullopt;
  if (!at) reject(name, "must be a time like 2026-11-22T18:45:24.123Z");
  return at;
}

time_point json_reader::time(std::string_view name) {
  return read_time(name, need::required).value_or(no_time);
}
std::optional<time_point> json_reader::optional_time(std::string_view name) {
  return read_time(name, need::optional);
}

bool json_reader::read_object(std::string_view name, const read_part& read, need how) {
  const auto* value = find(name, how);
  if (value == nullptr) return false;
  if (!value->is_object()) {
    reject(name, "must be an object");
    return false;
  }
  json_reader part{*value, pointer(name), *findings_};
  read(part);
  part.find_unknown();
  return true;
}

bool json_reader::object(std::string_view name, const read_part& read) {
  return read_object(name, read, need::required);
}
bool json_reader::optional_object(std::string_view name, const read_part& read) {
  return read_object(name, read, need::optional);
}

const nlohmann::json* json_reader::find_array(std::string_view name, count_bounds bounds) {
  const auto* value = find(name, need::required);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    reject(name, "must be an array");
  } else if (value->size() < bounds.least) {
    reject(name, bounds.least == 1
                     ? "must not be empty"
                     : "must have at least " + std::to_string(bounds.least) + " elements");
  } else if (value->size() > bounds.most) {
    reject(name, "must have at most " + std::to_string(bounds.most) + " elements");
  } else {
    return value;
  }
  return nullptr;
}

void json_reader::array(std::string_view name, count_bounds bounds, const read_part& read) {
  const auto* value = find_array(name, bounds);
  if (value == nullptr) return;
  for (std::size_t i = 0; i < value->size(); ++i) {
    auto at = pointer(name) + "/" + std::to_string(i);
    if (!(*value)[i].is_object()) {
      findings_->errors.push_back({std::move(at), "must be an object"});
      continue;
    }
    json_reader part{(*value)[i], std::move(at), *findings_};
    read(part);
    part.find_unknown();
  }
}

std::vector<std::string> json_reader::texts(std::string_view name, count_bounds count,
                                            text_bounds each) {
  std::vector<std::string> out;
  const auto* value = find_array(name, count);
  if (value == nullptr) return out;
  for (std::size_t i = 0; i < value->size(); ++i) {
    const auto& element = (*value)[i];
    auto fault = element.is_string() ? fault_of_text(element.get_ref<const std::string&>(), each)
                                     : std::string{"must be a text"};
    if (fault.empty()) {
      out.push_back(element.get<std::string>());
    } else {
      findings_->errors.push_back({pointer(name) + "/" + std::to_string(i), std::move(fault)});
    }
  }
  return out;
}

void json_reader::find_unknown() {
  if (value_ == nullptr) return;
  for (const auto& [name, value] : value_->items()) {
    if (std::ranges::find(asked_, name) != asked_.end()) continue;
    auto where = at_;
    append_token(where, name);  // also of a member whose name is empty
    findings_->errors.push_back({std::move(where), "is not known here"});
    findings_->unknown = true;
  }
}

std::optional<problem> json_reader::finish() {
  find_unknown();
  // A body of a hundred thousand wrong members is answered with the first hundred.
  constexpr std::size_t shown_max = 100;
  if (own_.errors.empty()) return std::nullopt;
  if (own_.errors.size() > shown_max) own_.errors.resize(shown_max);
  return problem{own_.unknown ? problem_code::unknown_field : problem_code::invalid_field,
                 own_.errors};
}

}  // namespace boxoffice::http
