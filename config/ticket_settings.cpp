#include "config/ticket_settings.hpp"

#include "config/ticket_limits.hpp"

namespace boxoffice {

std::vector<std::pair<setting_field, std::string>> ticket_faults(settings& of) {
  auto& keys = of.tickets;
  std::vector<std::pair<setting_field, std::string>> out;
  const auto require = [&](bool holds, const setting_field& member, std::string why) {
    if (!holds) out.emplace_back(member, std::move(why));
  };
  for (auto* secret : {&keys.secret, &keys.previous_secret})
    require(secret->empty() || secret->reveal().size() >= limits::ticket_secret_bytes_min, secret,
            "must have at least " + std::to_string(limits::ticket_secret_bytes_min) + " bytes");
  const auto holds = [](const std::string& pem, const char* begin) {
    return pem.empty() || pem.find(begin) != std::string::npos;
  };
  require(holds(keys.private_key.reveal(), "-----BEGIN PRIVATE KEY-----"), &keys.private_key,
          "must hold a private key in PEM");
  for (auto* key : {&keys.public_key, &keys.previous_public_key})
    require(holds(*key, "-----BEGIN PUBLIC KEY-----"), key, "must hold a public key in PEM");
  require(keys.private_key.empty() || keys.secret.empty(), &keys.private_key,
          "cannot go with tickets.secret: one key signs. The one of before may check, as "
          "tickets.previous_secret or tickets.previous_public_key");
  require(keys.public_key.empty() || (keys.secret.empty() && keys.private_key.empty()),
          &keys.public_key, "is for processes that only check: a key that signs checks as well");
  require(keys.previous_public_key.empty() || keys.previous_secret.empty(),
          &keys.previous_public_key,
          "cannot go with tickets.previous_secret: two keys check at a time");
  return out;
}

}  // namespace boxoffice
