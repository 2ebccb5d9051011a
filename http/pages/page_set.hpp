#pragma once

#include "http/server/kept_text.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// How somebody without a token gets one, as the pages are told.
struct sign_in_rules {
  /// Where they log in, and what they ask for; the members are those of the settings.
  struct provider {
    std::string issuer, client_id, scope, resource, role_claim;
  };
  bool dev_tokens{false};
  std::optional<provider> at;
};

/// The files of the pages by name. Outlives the routes that answer from it. **Thread**: any.
class page_set {
 public:
  /// Of the binary, or, when `folder` is not empty, of that folder, as `web/bundle` fills it.
  page_set(std::filesystem::path folder, sign_in_rules how);

  /// Empty for a name that is none: with a slash too many, of an unknown kind, or absent.
  [[nodiscard]] std::optional<kept_text> page(std::string_view name) const;
  [[nodiscard]] std::optional<kept_text> asset(std::string_view version,
                                               std::string_view name) const;
  /// Whether files may change while the server runs.
  [[nodiscard]] bool is_fixed() const { return folder_.empty(); }
  /// What a browser lets the pages do: they may ask this origin, and that of the provider.
  /// **Source**: CSP 3; Trusted Types, W3C.
  [[nodiscard]] const std::string& policy() const { return policy_; }

 private:
  [[nodiscard]] std::optional<kept_text> find(const std::string& name) const;
  [[nodiscard]] std::optional<kept_text> read(const std::string& name) const;
  [[nodiscard]] std::string adapted(std::string_view page) const;

  const std::filesystem::path folder_;
  const std::string sign_in_;  // the attributes that say how
  const std::string policy_;
  std::map<std::string, kept_text, std::less<>> embedded_;
};

}  // namespace boxoffice::http
