#pragma once

#include "http/server/base64url.hpp"
#include "http/tickets/ticket_keys.hpp"

#include <string>
#include <string_view>

namespace boxoffice::http {

// Two pairs that nobody uses for anything else.
inline constexpr std::string_view first_private_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIGUR7+eM1SRMmhtVHtu+pEFHGBTgluD3vuKhSE9rfaJs\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr std::string_view first_public_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAfXgIQ85m7o3zVUQxZxlhUij2lpuEqGWsWMScs87qdrE=\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view second_private_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIIjDjCpVNqHeMYOed0JOr2cnTO3mFSQ5mqKQsQwY6H62\n"
    "-----END PRIVATE KEY-----\n";
inline constexpr std::string_view second_public_pem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEANe8H77YvOCjRmNTLdjqiGL9AuiijqUzFMilrQ+nOXbE=\n"
    "-----END PUBLIC KEY-----\n";

/// Settings with keys of tickets, and nothing else.
inline settings keys_of(std::string_view secret, std::string_view previous_secret = {}) {
  settings how;
  how.tickets.secret = secret_text{std::string{secret}};
  how.tickets.previous_secret = secret_text{std::string{previous_secret}};
  return how;
}
inline settings pair_of(std::string_view private_pem) {
  settings how;
  how.tickets.private_key = secret_text{std::string{private_pem}};
  return how;
}

/// What the first pair signs, whatever the bytes say.
inline std::string signed_by_the_first(std::string_view values) {
  const auto key = *token_key::ed25519_private(first_private_pem);
  auto bytes = key.fingerprint().substr(0, 4) + std::string{values};
  bytes += key.sign("boxoffice ticket 1\n" + bytes);
  return "T1." + to_base64url(bytes);
}

}  // namespace boxoffice::http
