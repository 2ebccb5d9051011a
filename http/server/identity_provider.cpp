#include "http/server/identity_provider.hpp"

#include "http/server/base64url.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include <openssl/evp.h>

namespace boxoffice::http {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds leeway{60};
constexpr std::size_t hashed_bytes = 24;

bool is_for(const json& claims, const std::string& wanted) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return false;
  const auto is_wanted = [&](const json& value) { return value == wanted; };
  return found->is_array() ? std::ranges::any_of(*found, is_wanted) : is_wanted(*found);
}

/// The claim of that name; where there is none, the name is a path through objects.
const json* find_claim(const json& claims, std::string_view path) {
  if (const auto whole = claims.find(std::string{path}); whole != claims.end()) return &*whole;
  const json* at = &claims;
  while (!path.empty()) {
    const auto dot = path.find('.');
    if (!at->is_object()) return nullptr;
    const auto next = at->find(std::string{path.substr(0, dot)});
    if (next == at->end()) return nullptr;
    at = &*next;
    if (dot == path.npos) break;
    path.remove_prefix(dot + 1);
  }
  return at;
}

access known_level(const json& role) {
  return role.is_string() ? level_of_role(role.get_ref<const std::string&>()) : access::anyone;
}

}  // namespace

access identity_provider::level_of(const json& claims) const {
  const auto* role = find_claim(claims, rules_.role_claim);
  if (role == nullptr) return access::user;
  auto level = known_level(*role);
  if (role->is_array())
    for (const auto& each : *role)
      level = std::max(level, known_level(each));
  return std::max(level, access::user);
}

std::optional<user_id> identity_provider::user_of(const json& claims) const {
  const auto found = claims.find("sub");
  if (found == claims.end() || !found->is_string()) return std::nullopt;
  const auto& subject = found->get_ref<const std::string&>();
  switch (rules_.subject) {
    case subject_rule::claim:
      if (!is_id_text(subject)) return std::nullopt;
      return user_id{subject};
    case subject_rule::hash:
      break;
  }
  if (subject.empty()) return std::nullopt;
  const auto text = rules_.issuer + '\0' + subject;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
    return std::nullopt;
  return user_id{"u-" + to_base64url({reinterpret_cast<const char*>(digest.data()), hashed_bytes})};
}

std::optional<token_claims> identity_provider::read_claims(const json& claims,
                                                           time_point now) const {
  const auto expires = time_claim(claims, "exp");
  const auto not_before = time_claim(claims, "nbf");
  if (text_claim(claims, "iss") != rules_.issuer || !is_for(claims, rules_.audience) || !expires ||
      now >= *expires + leeway ||
      (claims.contains("nbf") && (!not_before || now + leeway < *not_before)))
    return std::nullopt;
  auto user = user_of(claims);
  if (!user) return std::nullopt;
  return token_claims{{std::move(*user), level_of(claims)}, *expires + leeway};
}

token_verdict identity_provider::judge(const compact_token& token, time_point now) const {
  const auto keys = keys_->current();
  if (!keys) return keys_needed{keys_.get(), keys_needed::none_yet};
  std::optional<std::string_view> id;
  if (const auto given = token.header.find("kid"); given != token.header.end()) {
    if (!given->is_string() || given->get_ref<const std::string&>().empty()) return token_refused{};
    id = given->get_ref<const std::string&>();
  }
  const auto algorithm = text_claim(token.header, "alg");
  const auto* key = keys->find(id, algorithm);
  if (key == nullptr) {
    if (!id || keys->knows(*id) || !keys_->may_be_asked()) return token_refused{};
    return keys_needed{keys_.get(), keys_needed::unknown_id};
  }
  if (token.header.contains("crit") || !key->verifies(token.signed_text, token.signature))
    return token_refused{};
  auto claims = read_claims(token.claims, now);
  if (!claims) return token_refused{};
  return std::move(*claims);
}

}  // namespace boxoffice::http
