#pragma once

#include "bench/load/connection.hpp"

#include <string>
#include <string_view>

namespace boxoffice::load {

/// What a request says beside its target; empty fields are not sent.
struct request_fields {
  std::string_view bearer{};
  std::string_view queue_token{};
  std::string_view idempotency_key{};
  std::string_view if_none_match{};
  std::string_view accept_encoding{};
};

/// The bytes of a GET.
void write_get(std::string& into, std::string_view target, const request_fields& fields = {});
/// The bytes of a POST of JSON.
void write_post(std::string& into, std::string_view target, std::string_view body,
                const request_fields& fields = {});

/// The bytes of a DELETE.
void write_delete(std::string& into, std::string_view target, const request_fields& fields = {});

/// The text of a member of a JSON object that is known to have it once; empty without one.
std::string_view member_of(std::string_view json, std::string_view name);

}  // namespace boxoffice::load
