#pragma once

#include "http/api/render.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxoffice::http {

/// One member of an object in a schema.
struct schema_member {
  const char* name;
  json_object schema;
};
using schema_members = std::vector<schema_member>;

// The parts that schemas of the API document are made of; each takes what it tells a reader.
// **Source**: JSON Schema 2020-12.

inline json_object schema_of(const char* type, std::string_view remark) {
  json_object out{{"type", type}};
  if (!remark.empty()) out["description"] = remark;
  return out;
}

/// **Units**: characters.
inline json_object text_schema(std::size_t least, std::size_t most, std::string_view remark) {
  auto out = schema_of("string", remark);
  out["minLength"] = least;
  out["maxLength"] = most;
  return out;
}

/// A text without control characters, of several lines.
/// **Units**: characters.
inline json_object plain_text_schema(std::size_t least, std::size_t most, std::string_view remark) {
  auto out = text_schema(least, most, remark);
  out["pattern"] = R"(^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$)";
  return out;
}

inline json_object free_text_schema(std::string_view remark) { return schema_of("string", remark); }

inline json_object integer_schema(std::int64_t least, std::int64_t most, std::string_view remark) {
  auto out = schema_of("integer", remark);
  out["minimum"] = least;
  out["maximum"] = most;
  return out;
}

/// A whole number of won.
inline json_object points_schema(std::string_view remark) {
  return integer_schema(-limits::json_integer_max, limits::json_integer_max, remark);
}
/// From 0 on, with no bound but that of JSON.
inline json_object count_schema(std::string_view remark) {
  return integer_schema(0, limits::json_integer_max, remark);
}

/// From 0 on, with a part.
inline json_object quantity_schema(std::string_view remark) {
  auto out = schema_of("number", remark);
  out["minimum"] = 0;
  return out;
}

inline json_object flag_schema(std::string_view remark) { return schema_of("boolean", remark); }

inline json_object time_schema(std::string_view remark) {
  auto out = schema_of("string", remark);
  out["format"] = "date-time";
  return out;
}

inline json_object choice_schema(const std::vector<std::string>& names, std::string_view remark) {
  auto out = schema_of("string", remark);
  out["enum"] = names;
  return out;
}

inline json_object reference_to(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string{schema}}};
}
inline json_object reference_to(std::string_view schema, std::string_view remark) {
  auto out = reference_to(schema);
  out["description"] = remark;
  return out;
}

inline json_object list_schema(json_object of, std::string_view remark) {
  auto out = schema_of("array", remark);
  out["items"] = std::move(of);
  return out;
}

inline json_object texts_schema(std::string_view remark) {
  return list_schema(schema_of("string", {}), remark);
}

/// The same, or null.
inline json_object or_null(json_object schema) {
  if (!schema.contains("$ref")) {
    schema["type"] = json_object::array({schema["type"], "null"});
    if (schema.contains("enum")) schema["enum"].push_back(nullptr);
    return schema;
  }
  json_object out;
  if (schema.contains("description")) out["description"] = schema["description"];
  schema.erase("description");
  out["anyOf"] = json_object::array({std::move(schema), {{"type", "null"}}});
  return out;
}

/// An object with these members and no other.
json_object object_schema(std::string_view remark, schema_members required,
                          schema_members optional = {});
/// A page of a list.
json_object page_schema(std::string_view of, std::string_view remark);

inline json_object with_example(json_object schema, json_object example) {
  schema["examples"] = json_object::array({std::move(example)});
  return schema;
}

// The schemas by part of the API; each adds to `all`.
void add_catalogue_schemas(json_object& all);
void add_purchase_schemas(json_object& all);
void add_operator_schemas(json_object& all);
void add_problem_schemas(json_object& all);

}  // namespace boxoffice::http
