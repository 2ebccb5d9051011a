#include "http/document/reference_page.hpp"

#include "http/document/html.hpp"
#include "http/server/response.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace boxoffice::http {
namespace {

std::string text_of(const json_object& in, const char* member) {
  const auto found = in.find(member);
  return found == in.end() ? std::string{} : found->get<std::string>();
}

std::string link(std::string_view to, std::string_view words) {
  return "<a href=\"" + escaped(to) + "\">" + escaped(words) + "</a>";
}

std::string code_text(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }

// The last part of `#/components/schemas/Payment`.
std::string name_in(const std::string& reference) {
  return reference.substr(reference.rfind('/') + 1);
}

// What `reference` stands for in the document.
const json_object& resolved(const json_object& document, const json_object& part) {
  const auto reference = part.find("$ref");
  if (reference == part.end()) return part;
  return document.at(json_object::json_pointer{reference->get<std::string>().substr(1)});
}

std::string table(std::string_view head, const std::string& rows) {
  if (rows.empty()) return {};
  return "<div class=\"wide\"><table>\n<thead><tr>" + std::string{head} +
         "</tr></thead>\n<tbody>\n" + rows + "</tbody>\n</table></div>\n";
}

std::string bounds_of(const json_object& schema) {
  const auto range = [&](const char* least, const char* most, const char* unit) {
    std::string out;
    if (schema.contains(least)) out.append(", from ").append(schema[least].dump());
    if (schema.contains(most))
      out.append(out.empty() ? ", up to " : " to ").append(schema[most].dump());
    return out.empty() ? out : out + unit;
  };
  auto out = range("minimum", "maximum", "");
  out.append(range("minLength", "maxLength", " characters"));
  out.append(range("minItems", "maxItems", " items"));
  if (schema.contains("default")) out.append(", else ").append(schema["default"].dump());
  return escaped(out);
}

std::string type_words(const json_object& schema);

std::string choices(const json_object& values) {
  std::string out;
  for (const auto& each : values)
    out.append(out.empty() ? "" : ", ")
        .append(each.is_null() ? "null" : code_text(each.get<std::string>()));
  return out;
}

// A type in words: `text, from 1 to 200 characters`, a link to a schema, `list of …`.
std::string type_words(const json_object& schema) {
  if (schema.contains("$ref")) {
    const auto name = name_in(schema["$ref"]);
    return link("#schema-" + name, name);
  }
  if (schema.contains("anyOf")) return type_words(schema["anyOf"][0]) + " or null";
  if (schema.contains("enum")) return choices(schema["enum"]);
  if (!schema.contains("type")) return "anything";
  const auto& type = schema["type"];
  std::string name = type.is_array() ? type[0] : type;
  if (name == "array") name = "list of " + type_words(schema["items"]);
  if (name == "string") name = schema.contains("format") ? "time" : "text";
  return name + bounds_of(schema) + (type.is_array() ? " or null" : "");
}

bool is_required(const json_object& schema, const std::string& member) {
  const auto all = schema.find("required");
  return all != schema.end() && std::ranges::find(*all, json_object(member)) != all->end();
}

std::string member_rows(const json_object& schema, const std::string& before) {
  std::string rows;
  const auto members = schema.find("properties");
  if (members == schema.end()) return rows;
  for (const auto& [name, part] : members->items()) {
    rows.append("<tr><td>").append(code_text(before + name));
    rows.append(is_required(schema, name) ? "" : " <span class=\"quiet\">optional</span>");
    rows.append("</td><td>").append(type_words(part)).append("</td><td>");
    rows.append(to_html(text_of(part, "description"))).append("</td></tr>\n");
    rows.append(member_rows(part, before + name + "."));
    if (part.contains("items")) rows.append(member_rows(part["items"], before + name + "[]."));
  }
  return rows;
}

// Headers that every operation takes are told once.
constexpr std::string_view everywhere[] = {"RequestId", "Traceparent"};

bool is_everywhere(const json_object& parameter) {
  const auto reference = text_of(parameter, "$ref");
  return !reference.empty() &&
         std::ranges::find(everywhere, name_in(reference)) != std::end(everywhere);
}

std::string parameter_rows(const json_object& document, const json_object& operation) {
  std::string rows;
  for (const auto& each : operation.at("parameters")) {
    if (is_everywhere(each)) continue;
    const auto& one = resolved(document, each);
    const auto place = text_of(one, "in");
    rows.append("<tr><td>").append(code_text(text_of(one, "name")));
    rows.append(one.value("required", false) ? "" : " <span class=\"quiet\">optional</span>");
    rows.append("</td><td>").append(place).append("</td><td>").append(type_words(one["schema"]));
    rows.append("</td><td>").append(to_html(text_of(one, "description"))).append("</td></tr>\n");
  }
  return rows;
}

const json_object* codes_of(const json_object& response) {
  const json_object::json_pointer at{
      "/content/application~1problem+json/schema/allOf/1/properties/code/enum"};
  return response.contains(at) ? &response.at(at) : nullptr;
}

std::string answer_words(const json_object& response) {
  if (const auto* codes = codes_of(response)) {
    std::string out;
    for (const auto& each : *codes) {
      const auto name = each.get<std::string>();
      out.append(out.empty() ? "" : ", ").append(link("/problems/" + name, name));
    }
    return out;
  }
  std::string out = to_html(text_of(response, "description"));
  const auto content = response.find("content");
  if (content == response.end()) return out;
  for (const auto& [type, body] : content->items())
    out.append(" · ").append(type == json_type ? type_words(body.at("schema")) : escaped(type));
  return out;
}

std::string answer_rows(const json_object& document, const json_object& operation) {
  std::string rows;
  for (const auto& [status, answer] : operation.at("responses").items()) {
    const auto& one = resolved(document, answer);
    std::string headers;
    for (const auto& [name, ignored] : one.at("headers").items())
      if (name != "X-Request-Id")
        headers.append(headers.empty() ? "" : ", ").append(code_text(name));
    rows.append("<tr><td>").append(status).append("</td><td>").append(answer_words(one));
    rows.append("</td><td>").append(headers).append("</td></tr>\n");
  }
  return rows;
}

// What the body of an operation looks like; null without a body.
json_object body_schema(const json_object& operation) {
  const json_object::json_pointer at{"/requestBody/content/application~1json/schema"};
  return operation.contains(at) ? operation.at(at) : json_object(nullptr);
}

std::string curl_example(const json_object& document, const std::string& method,
                         const std::string& path, const json_object& operation) {
  std::string words = "curl";
  if (method != "GET") words.append(" -X ").append(method);
  words.append(" \"$BOXOFFICE").append(path).append("\"");
  const auto add = [&](const std::string& more) { words.append(" \\\n  ").append(more); };
  if (!operation.at("security").empty()) add("-H \"Authorization: Bearer $TOKEN\"");
  for (const auto& each : operation.at("parameters")) {
    const auto& one = resolved(document, each);
    if (one.at("in") != "header" || !one.value("required", false)) continue;
    const auto name = text_of(one, "name");
    add("-H \"" + name + ": " + (name == "Queue-Token" ? "$QUEUE_TOKEN" : "order-17") + "\"");
  }
  if (const auto schema = body_schema(operation); !schema.is_null()) {
    add("-H 'Content-Type: application/json'");
    const auto& examples = resolved(document, schema).find("examples");
    if (examples != resolved(document, schema).end()) add("-d '" + (*examples)[0].dump() + "'");
  }
  return "<pre><code>" + escaped(words) + "</code></pre>\n";
}

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

std::string operation_part(const json_object& document, const std::string& path,
                           const std::string& method, const json_object& operation) {
  std::string out = "<section id=\"" + text_of(operation, "operationId") + "\">\n<h3>";
  out.append("<code class=\"method\">").append(method).append("</code> ").append(code_text(path));
  // A description may begin with the summary.
  const auto summary = text_of(operation, "summary") + ".";
  auto description = text_of(operation, "description");
  if (description.starts_with(summary)) description.erase(0, summary.size());
  out.append("</h3>\n<p><strong>").append(to_html(summary)).append("</strong> ");
  out.append(to_html(description)).append("</p>\n");
  out.append(curl_example(document, method, path, operation));
  if (const auto rows = parameter_rows(document, operation); !rows.empty())
    out.append("<h4>Parameters</h4>\n")
        .append(table("<th>name</th><th>in</th><th>type</th><th>what</th>", rows));
  if (const auto schema = body_schema(operation); !schema.is_null())
    out.append("<h4>Body</h4>\n<p>").append(type_words(schema)).append("</p>\n");
  out.append("<h4>Answers</h4>\n");
  out.append(
      table("<th>status</th><th>what</th><th>headers</th>", answer_rows(document, operation)));
  return out + "</section>\n";
}

// Calls `visit` with path, method and operation of a group.
template <class Visit>
void each_operation(const json_object& document, const std::string& group, Visit visit) {
  for (const auto& [path, methods] : document.at("paths").items())
    for (const auto& [method, operation] : methods.items())
      if (operation.at("tags")[0] == group) visit(path, upper_case(method), operation);
}

std::string contents(const json_object& document) {
  std::string out = "<nav aria-label=\"Contents\">\n";
  for (const auto& group : document.at("tags")) {
    const auto name = text_of(group, "name");
    out.append("<strong>").append(escaped(name)).append("</strong>\n<ul>\n");
    each_operation(document, name, [&](const auto&, const auto&, const json_object& operation) {
      out.append("<li>").append(
          link("#" + text_of(operation, "operationId"), text_of(operation, "summary")));
      out.append("</li>\n");
    });
    out.append("</ul>\n");
  }
  return out.append(
      "<ul>\n<li><a href=\"#schemas\">Schemas</a></li>\n"
      "<li><a href=\"#problems\">Problems</a></li>\n</ul>\n</nav>\n");
}

std::string schema_part(const std::string& name, const json_object& schema) {
  std::string out = "<section id=\"schema-" + name + "\">\n<h3>" + escaped(name) + "</h3>\n<p>";
  out.append(to_html(text_of(schema, "description")));
  if (!schema.contains("properties")) out.append(" ").append(type_words(schema));
  out.append("</p>\n");
  out.append(table("<th>member</th><th>type</th><th>what</th>", member_rows(schema, {})));
  if (schema.contains("examples"))
    for (const auto& each : schema["examples"])
      out.append("<pre><code>").append(escaped(each.dump(2))).append("</code></pre>\n");
  return out + "</section>\n";
}

std::string problem_rows() {
  std::string rows;
  for (std::size_t i = 0; i < problem_codes; ++i) {
    const auto& kind = kind_of(static_cast<problem_code>(i));
    const std::string name{kind.name};
    rows.append("<tr><td>").append(std::to_string(static_cast<unsigned>(kind.status)));
    rows.append("</td><td>").append(link("/problems/" + name, name)).append("</td><td>");
    rows.append(escaped(kind.title)).append("</td></tr>\n");
  }
  return rows;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = text.find("\n\n");
    out.append("<p>").append(to_html(text.substr(0, end))).append("</p>\n");
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 2);
  }
  return out;
}

}  // namespace

std::string reference_page(const json_object& document) {
  const auto& info = document.at("info");
  std::string body =
      "<body class=\"reference\">\n<a class=\"skip\" href=\"#top\">To the text</a>\n";
  body.append(contents(document)).append("<main id=\"top\">\n<h1>The API of boxoffice</h1>\n");
  body.append("<p class=\"quiet\">Version ").append(escaped(text_of(info, "version")));
  body.append(" · <a href=\"/openapi.json\">openapi.json</a></p>\n");
  body.append(paragraphs(text_of(info, "description")));
  body.append(
      "<h2>Every request</h2>\n<p>Every answer has an <code>X-Request-Id</code>, and every "
      "request may have these headers.</p>\n<dl>\n");
  for (const auto each : everywhere) {
    const auto& one = document.at("components").at("parameters").at(std::string{each});
    body.append("<dt>").append(code_text(text_of(one, "name"))).append("</dt>\n<dd>");
    body.append(to_html(text_of(one, "description"))).append("</dd>\n");
  }
  body.append("</dl>\n");
  for (const auto& group : document.at("tags")) {
    const auto name = text_of(group, "name");
    body.append("<h2>").append(escaped(name)).append("</h2>\n<p>");
    body.append(to_html(text_of(group, "description"))).append("</p>\n");
    each_operation(document, name, [&](const auto& path, const auto& method, const auto& one) {
      body.append(operation_part(document, path, method, one));
    });
  }
  body.append("<h2 id=\"schemas\">Schemas</h2>\n");
  for (const auto& [name, schema] : document.at("components").at("schemas").items())
    body.append(schema_part(name, schema));
  body.append("<h2 id=\"problems\">Problems</h2>\n");
  body.append(table("<th>status</th><th>code</th><th>what</th>", problem_rows()));
  return html_page(language::english, "The API of boxoffice", body.append("</main>\n</body>\n"));
}

}  // namespace boxoffice::http
