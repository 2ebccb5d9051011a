#pragma once

#include "actors/core/time.hpp"
#include "config/webhook_secret.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {

/// What is signed of a webhook beside its body.
struct webhook_stamp {
  std::string id;  ///< the same in every try
  std::string at;  ///< of this try, in seconds since 1970
};
webhook_stamp stamp_webhook(std::string id, time_point at);

/// The header `webhook-signature`: for each key `v1,` and the base64 of
/// HMAC-SHA256(key, "<id>.<at>.<body>"), with blanks between, so that a receiver may know either of
/// two keys. **Source** Standard Webhooks, "Signature scheme".
std::string sign_webhook(const std::vector<webhook_key>& keys, const webhook_stamp& stamp,
                         std::string_view body);

/// Whether a receiver that knows `keys` takes a webhook: `given` has the signature of one of them.
/// The time of the stamp is not looked at. **Source** as above.
bool verify_webhook(const std::vector<webhook_key>& keys, const webhook_stamp& stamp,
                    std::string_view body, std::string_view given);

}  // namespace boxoffice::http
