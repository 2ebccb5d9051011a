#pragma once

#include "config/settings.hpp"
#include "http/server/token.hpp"
#include "http/tickets/ticket.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::http {

/// The keys of tickets: one signs, or none; it and the one of before check. **Thread**: any.
class ticket_keys {
 public:
  /// Those of the settings. Without a key of their own, tickets are signed with one derived from
  /// auth.secret; with auth.dev and no secret, with one that everybody knows.
  /// Throws std::runtime_error for a key that is none, without quoting it.
  explicit ticket_keys(const settings& how);

  [[nodiscard]] bool can_sign() const { return signs_; }
  [[nodiscard]] bool can_check() const { return !keys_.empty(); }

  /// The text of a ticket, at most limits::ticket_chars_max: `[A-Za-z0-9._-]`, beginning with a
  /// letter. The same ticket always has the same text. **Requires** `can_sign()`.
  [[nodiscard]] std::string sign(const ticket& of) const;

  /// What a text says. **Rejects**, without telling which: a text that is too long, begins
  /// otherwise, is not base64url as it would be written, or names another key; a bad signature;
  /// values in any spelling but the one that `sign` makes.
  [[nodiscard]] std::optional<ticket> read(std::string_view text) const;

 private:
  struct numbered_key {
    token_key key;
    std::string number;  // the beginning of its fingerprint
  };
  void add(token_key key);

  std::vector<numbered_key> keys_;  // the one that signs is the first
  bool signs_{false};
};

}  // namespace boxoffice::http
