#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace boxoffice {

/// The bytes that sign a webhook. Never shown.
struct webhook_key {
  std::string bytes;
};

/// Why a text is no such secret: what stands behind the name of its setting. It quotes nothing.
struct secret_fault {
  std::string_view why;
};

/// Reads `whsec_` and the base64 of limits::webhook_secret_bytes_min to _max bytes.
/// **Source** Standard Webhooks, "Signature scheme"; RFC 4648, 4.
std::variant<webhook_key, secret_fault> parse_webhook_secret(std::string_view text);

}  // namespace boxoffice
