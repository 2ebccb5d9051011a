#include "http/outgoing/webhook_signature.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace boxoffice::http {

webhook_stamp stamp_webhook(std::string id, time_point at) {
  return {std::move(id),
          std::to_string(std::chrono::floor<seconds>(at).time_since_epoch().count())};
}

std::string sign_webhook(const std::vector<webhook_key>& keys, const webhook_stamp& stamp,
                         std::string_view body) {
  const auto text = stamp.id + '.' + stamp.at + '.' + std::string{body};
  std::string out;
  for (const auto& key : keys) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.bytes.data(), static_cast<int>(key.bytes.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
    std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> base64{};
    const auto length = EVP_EncodeBlock(base64.data(), mac.data(), static_cast<int>(size));
    if (!out.empty()) out += ' ';
    out += "v1,";
    out.append(reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length));
  }
  return out;
}

bool verify_webhook(const std::vector<webhook_key>& keys, const webhook_stamp& stamp,
                    std::string_view body, std::string_view given) {
  std::vector<std::string> ours;
  ours.reserve(keys.size());
  for (const auto& key : keys)
    ours.push_back(sign_webhook({key}, stamp, body));
  while (!given.empty()) {
    const auto one = given.substr(0, given.find(' '));
    given.remove_prefix(std::min(one.size() + 1, given.size()));
    // In a time that tells nothing about how much of it is right.
    const auto is_one = [one](const std::string& mine) {
      return mine.size() == one.size() && CRYPTO_memcmp(mine.data(), one.data(), one.size()) == 0;
    };
    if (std::ranges::any_of(ours, is_one)) return true;
  }
  return false;
}

}  // namespace boxoffice::http
