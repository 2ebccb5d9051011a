#include "config/webhook_secret.hpp"

#include "config/limits.hpp"

#include <cstdint>

namespace boxoffice {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// With its padding, and with zeros for the bits that carry nothing, so that each key has one text.
// Empty: it is none.
std::string from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return {};
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
    text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = letters.find(c);
    if (value == std::string_view::npos) return {};
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU));
  }
  const auto rest = bits & ((1U << static_cast<unsigned>(count)) - 1U);
  return rest == 0 ? bytes : std::string{};
}

}  // namespace

std::variant<webhook_key, secret_fault> parse_webhook_secret(std::string_view text) {
  if (!text.starts_with(prefix))
    return secret_fault{
        "must begin with whsec_, as Standard Webhooks has it; make one with "
        "whsec_$(openssl rand -base64 32)"};
  auto bytes = from_base64(text.substr(prefix.size()));
  if (bytes.size() < limits::webhook_secret_bytes_min ||
      bytes.size() > limits::webhook_secret_bytes_max)
    return secret_fault{
        "must hold 24 to 64 bytes in base64 behind whsec_; make one with "
        "whsec_$(openssl rand -base64 32)"};
  return webhook_key{std::move(bytes)};
}

}  // namespace boxoffice
