#include "bench/load/requests.hpp"

namespace boxoffice::load {
namespace {

void begin(std::string& into, std::string_view verb, std::string_view target,
           const request_fields& fields) {
  const auto field = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) into.append(name).append(value).append("\r\n");
  };
  into.assign(verb).append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  field("Authorization: Bearer ", fields.bearer);
  field("Queue-Token: ", fields.queue_token);
  field("Idempotency-Key: ", fields.idempotency_key);
  field("If-None-Match: ", fields.if_none_match);
  field("Accept-Encoding: ", fields.accept_encoding);
}

}  // namespace

void write_get(std::string& into, std::string_view target, const request_fields& fields) {
  begin(into, "GET ", target, fields);
  into.append("\r\n");
}

void write_post(std::string& into, std::string_view target, std::string_view body,
                const request_fields& fields) {
  begin(into, "POST ", target, fields);
  into.append("Content-Type: application/json\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n\r\n")
      .append(body);
}

void write_delete(std::string& into, std::string_view target, const request_fields& fields) {
  begin(into, "DELETE ", target, fields);
  into.append("\r\n");
}

std::string_view member_of(std::string_view json, std::string_view name) {
  const std::string opening = "\"" + std::string{name} + "\":\"";
  const auto at = json.find(opening);
  if (at == json.npos) return {};
  const auto begins = at + opening.size();
  return json.substr(begins, json.find('"', begins) - begins);
}

}  // namespace boxoffice::load
