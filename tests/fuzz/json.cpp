// JSON bodies: what is JSON at all beside a reading of our own; the digest of a value that is
// spelled otherwise, and of another value; the members that a handler reads.
#include "actors/core/check.hpp"
#include "http/server/json_reader.hpp"
#include "http/server/json_text.hpp"
#include "http/server/target.hpp"
#include "tests/fuzz/reference_json.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <fuzzer/FuzzedDataProvider.h>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxoffice::http {
namespace {

using fuzz::json_reference;
using fuzz::json_value;
using nlohmann::json;

bool same(const json& a, const json_value& b) {
  if (const auto* flag = std::get_if<bool>(&b.is)) return a.is_boolean() && a.get<bool>() == *flag;
  if (const auto* text = std::get_if<std::string>(&b.is))
    return a.is_string() && a.get_ref<const std::string&>() == *text;
  if (const auto* number = std::get_if<json_value::number>(&b.is)) {
    using enum json_value::number::kind;
    if (number->is == fraction)
      return a.is_number_float() && std::bit_cast<std::uint64_t>(a.get<double>()) == number->bits;
    if (!a.is_number_integer()) return false;
    if (number->is == negative)
      return !a.is_number_unsigned() &&
             std::bit_cast<std::uint64_t>(a.get<std::int64_t>()) == number->bits;
    return a.get<std::uint64_t>() == number->bits;
  }
  if (const auto* array = std::get_if<json_value::array>(&b.is))
    return a.is_array() && std::equal(a.begin(), a.end(), array->begin(), array->end(), same);
  if (const auto* object = std::get_if<json_value::object>(&b.is)) {
    if (!a.is_object() || a.size() != object->size()) return false;
    return std::ranges::all_of(*object, [&](const auto& member) {
      return a.contains(member.first) && same(a[member.first], member.second);
    });
  }
  return a.is_null();
}

/// Writes a value in one of its many spellings.
class speller {
 public:
  explicit speller(FuzzedDataProvider& dice) : dice_{dice} {}

  std::string write(const json& value) {
    auto out = blanks();
    if (value.is_object())
      out += object(value);
    else if (value.is_array())
      out += array(value);
    else if (value.is_string())
      out += text(value.get_ref<const std::string&>());
    else if (value.is_number_float())
      out += fraction(value.get<double>());
    else
      out += value.dump();
    return out + blanks();
  }

 private:
  std::string blanks() {
    std::string out;
    for (auto more = dice_.ConsumeIntegralInRange(0, 2); more > 0; --more)
      out += " \t\n\r"[dice_.ConsumeIntegralInRange(0, 3)];
    return out;
  }

  std::string object(const json& value) {
    std::vector<std::string> members;
    for (const auto& [name, member] : value.items())
      members.push_back(blanks() + text(name) + blanks() + ':' + write(member));
    for (std::size_t i = 1; i < members.size(); ++i)
      std::swap(members[i], members[dice_.ConsumeIntegralInRange<std::size_t>(0, i)]);
    return '{' + joined(members) + '}';
  }
  std::string array(const json& value) {
    std::vector<std::string> elements;
    for (const auto& element : value)
      elements.push_back(write(element));
    return '[' + joined(elements) + ']';
  }
  std::string joined(const std::vector<std::string>& parts) {
    if (parts.empty()) return blanks();
    std::string out;
    for (const auto& part : parts)
      out += (out.empty() ? "" : ",") + part;
    return out;
  }

  std::string text(const std::string& of) {
    std::string out = "\"";
    for (std::size_t i = 0; i < of.size();) {
      const auto lead = static_cast<unsigned char>(of[i]);
      const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      const bool must = lead < 0x20 || lead == '"' || lead == '\\';
      out += must || dice_.ConsumeBool() ? escaped(of.substr(i, size)) : of.substr(i, size);
      i += size;
    }
    return out + '"';
  }
  std::string escaped(const std::string& character) {
    if (character == "/") return "\\/";
    std::uint32_t point = static_cast<unsigned char>(character[0]);
    if (character.size() > 1) point &= 0x7FU >> character.size();
    for (const char c : character.substr(1))
      point = point << 6 | (static_cast<unsigned char>(c) & 0x3F);
    if (point < 0x10000) return unit(point);
    return unit(0xD800 + ((point - 0x10000) >> 10)) + unit(0xDC00 + ((point - 0x10000) & 0x3FF));
  }
  std::string unit(std::uint32_t value) {
    char out[8];
    std::snprintf(out, sizeof out, dice_.ConsumeBool() ? "\\u%04x" : "\\u%04X", value);
    return out;
  }

  // Every spelling with 17 digits or more is the same number.
  std::string fraction(double value) {
    char out[400];
    std::snprintf(out, sizeof out, dice_.ConsumeBool() ? "%.*e" : "%.*E",
                  dice_.ConsumeIntegralInRange(17, 40), value);
    return out;
  }

  FuzzedDataProvider& dice_;
};

/// Makes another value of one, by a change in one place.
void alter(json& value, FuzzedDataProvider& dice) {
  if (value.is_structured() && !value.empty() && dice.ConsumeBool()) {
    auto at = value.begin();
    std::advance(at, dice.ConsumeIntegralInRange<std::ptrdiff_t>(0, std::ssize(value) - 1));
    if (dice.ConsumeBool()) return alter(*at, dice);
    value.erase(at);
    return;
  }
  if (value.is_number_float()) {
    const double before = value.get<double>();
    value = std::nextafter(before, before > 0 ? 0.0 : 1.0);
  } else if (value.is_number_unsigned()) {
    value = value.get<std::uint64_t>() ^ 1U;
  } else if (value.is_number_integer()) {
    value = value.get<std::int64_t>() ^ 1;
  } else if (value.is_string()) {
    value.get_ref<std::string&>() += 'x';
  } else if (value.is_boolean()) {
    value = !value.get<bool>();
  } else if (value.is_array()) {
    value.push_back(nullptr);
  } else if (value.is_object()) {
    const std::string name = value.empty() ? "" : value.rbegin().key() + "x";
    value[name] = nullptr;
  } else {
    value = json::array();
  }
}

void compare_digests(const json& value, FuzzedDataProvider& dice) {
  const auto spelled = speller{dice}.write(value);
  const auto again = parse_json(spelled);
  const auto* same_value = std::get_if<json>(&again);
  check(same_value != nullptr, "a value can be spelled otherwise");
  check(digest_of(*same_value) == digest_of(value), "another spelling has the same digest");
  auto other = value;
  alter(other, dice);
  check(digest_of(other) != digest_of(value), "another value has another digest");

  // Parts whose ends moved are other parts.
  const auto first = dice.ConsumeRandomLengthString(8), second = dice.ConsumeRandomLengthString(8);
  const auto third = dice.ConsumeRandomLengthString(8), fourth = dice.ConsumeRandomLengthString(8);
  check((digest_of_parts({first, second}) == digest_of_parts({third, fourth})) ==
            (first == third && second == fourth),
        "two sequences of parts have one digest only if they are the same");
  const auto key = make_request_key({first}, second, third, fourth, value);
  const auto moved = make_request_key({first + second}, "", third, fourth, value);
  check(second.empty() || key.scope != moved.scope, "whose key it is counts, and for what");
  check(key.body == digest_of(value) && key.present(), "the body of a key is the value");
}

// --- The members that a handler reads ----------------------------------------------------------

std::size_t characters_of(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(
                           text, [](char c) { return static_cast<unsigned char>(c) >> 6 == 2; }));
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7f';
  });
}

/// Whether a member is what was asked for; an absent one is not.
bool is_good_text(const json& in, const std::string& name, text_bounds bounds) {
  if (!in.contains(name) || !in[name].is_string()) return false;
  const auto& text = in[name].get_ref<const std::string&>();
  const auto size = characters_of(text);
  return size >= bounds.least && size <= bounds.most && !has_control(text);
}

bool is_good_integer(const json& in, const std::string& name, integer_bounds bounds) {
  if (!in.contains(name) || !in[name].is_number_integer()) return false;
  if (in[name].is_number_unsigned())
    return bounds.most >= 0 &&
           in[name].get<std::uint64_t>() <= static_cast<std::uint64_t>(bounds.most) &&
           (bounds.least <= 0 ||
            in[name].get<std::uint64_t>() >= static_cast<std::uint64_t>(bounds.least));
  const auto number = in[name].get<std::int64_t>();
  return number >= bounds.least && number <= bounds.most;
}

/// Reads what was drawn, and says for each member whether that went well.
class member_reading {
 public:
  explicit member_reading(FuzzedDataProvider& dice) : dice_{dice} {}

  // Returns whether everything was as it should be.
  bool read(json_reader& body, const json& value, int depth) {
    bool good = value.is_object();
    std::set<std::string> asked;
    for (auto more = dice_.ConsumeIntegralInRange(0, 4); more > 0; --more) {
      // The reader keeps views of the names that it was asked for.
      const auto& name = names_.emplace_back(draw_name(value));
      good = read_one(body, value, name, depth) && good;
      asked.insert(name);
    }
    if (value.is_object())
      for (const auto& [name, member] : value.items())
        good = asked.contains(name) && good;
    return good;
  }

 private:
  std::string draw_name(const json& value) {
    if (!value.is_object() || value.empty() || dice_.ConsumeBool())
      return dice_.ConsumeRandomLengthString(2);
    auto at = value.begin();
    std::advance(at, dice_.ConsumeIntegralInRange<std::ptrdiff_t>(0, std::ssize(value) - 1));
    return at.key();
  }

  bool read_one(json_reader& body, const json& value, const std::string& name, int depth) {
    const bool there = value.is_object() && value.contains(name);
    const auto least = dice_.ConsumeIntegralInRange<std::int64_t>(-3, 10);
    const integer_bounds range{least, least + dice_.ConsumeIntegralInRange<std::int64_t>(0, 1000)};
    const text_bounds length{static_cast<std::size_t>(std::max<std::int64_t>(least, 0)), 20};
    switch (dice_.ConsumeIntegralInRange(0, 6)) {
      case 0: {
        const bool good = there && is_good_text(value, name, length);
        const auto text = body.text(name, length);
        check(text == (good ? value[name].get<std::string>() : ""), "a text is what stands there");
        return good;
      }
      case 1: {
        const bool good = there && is_good_integer(value, name, range);
        const auto number = body.optional_integer(name, range);
        check(number.has_value() == good && (!good || value[name] == *number), "so is an integer");
        return good || (!there && value.is_object());
      }
      case 2: {
        const bool good = there && value[name].is_boolean();
        check(body.boolean(name) == (good && value[name].get<bool>()), "so is true");
        return good;
      }
      case 3: {
        const bool good = there && value[name].is_string() &&
                          parse_rfc3339(value[name].get_ref<const std::string&>());
        check(body.optional_time(name).has_value() == good, "so is a time");
        return good || (!there && value.is_object());
      }
      case 4:
        return read_object(body, value, name, depth);
      case 5:
        return read_array(body, value, name, depth);
      default: {
        const bool good = there && value[name].is_array() && value[name].size() <= 3 &&
                          std::ranges::all_of(value[name], [&](const json& each) {
                            return is_good_text({{"x", each}}, "x", length);
                          });
        check(!good ||
                  body.texts(name, {0, 3}, length) == value[name].get<std::vector<std::string>>(),
              "so is a list of texts");
        if (!good) body.texts(name, {0, 3}, length);
        return good;
      }
    }
  }

  bool read_object(json_reader& body, const json& value, const std::string& name, int depth) {
    const bool there = value.is_object() && value.contains(name) && value[name].is_object();
    bool good = there;
    const auto inside = [&](json_reader& part) {
      check(there, "only objects are read as such");
      if (depth < 2)
        good = read(part, value[name], depth + 1);
      else
        good = value[name].empty();
    };
    check(body.object(name, inside) == there, "an object is there when it is");
    return good;
  }

  bool read_array(json_reader& body, const json& value, const std::string& name, int depth) {
    const bool there = value.is_object() && value.contains(name) && value[name].is_array() &&
                       value[name].size() >= 1 && value[name].size() <= 2;
    bool good = there;
    std::vector<const json*> elements;
    if (there)
      for (const auto& each : value[name]) {
        if (each.is_object())
          elements.push_back(&each);
        else
          good = false;
      }
    std::size_t next = 0;
    body.array(name, {1, 2}, [&](json_reader& part) {
      check(next < elements.size(), "elements come once each, in order");
      const auto& element = *elements[next++];
      const bool inside = depth < 2 ? read(part, element, depth + 1) : element.empty();
      good = good && inside;
    });
    check(next == elements.size(), "every object of an array is read");
    return good;
  }

  FuzzedDataProvider& dice_;
  std::deque<std::string> names_;
};

void read_members(const json& value, FuzzedDataProvider& dice) {
  member_reading reading{dice};
  json_reader body{value};
  const bool good = reading.read(body, value, 0);
  const auto refused = body.finish();
  check(refused.has_value() != good, "a body is refused when something in it is wrong");
  if (!refused) return;
  const auto& errors = refused->members().at("errors");
  check(!errors.empty() && errors.size() <= 100, "with at most a hundred reasons");
  for (const auto& error : errors) {
    const json::json_pointer where{error.at("pointer").get<std::string>()};
    const auto detail = error.at("detail").get<std::string>();
    check(!detail.empty(), "each of them is said");
    check(detail == "is required" || value.contains(where), "a pointer leads to what is wrong");
  }
  check(json::accept(refused->body("r-1")), "the refusal is JSON");
}

void run(FuzzedDataProvider& dice) {
  const auto size = dice.ConsumeIntegralInRange<std::size_t>(0, dice.remaining_bytes());
  const auto text = dice.ConsumeBytesAsString(size);
  const auto wanted = json_reference::read(text);
  const auto read = parse_json(text);
  const auto* value = std::get_if<json>(&read);
  check((value != nullptr) == wanted.has_value(), "both readings take the same texts for JSON");
  if (value == nullptr) {
    const auto& why = std::get<json_fault>(read).detail;
    check(!why.empty() && is_utf8(why), "a refusal is a sentence");
    return;
  }
  check(same(*value, *wanted), "both readings find the same value");
  compare_digests(*value, dice);
  read_members(*value, dice);
}

}  // namespace
}  // namespace boxoffice::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::http::run(dice);
  return 0;
}
