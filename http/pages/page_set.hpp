#pragma once

#include "http/server/kept_text.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boxoffice::http {

/// How somebody without a token gets one, as the pages are told.
enum class sign_in : std::uint8_t { none, dev_token };

/// The files of the pages by name. Outlives the routes that answer from it. **Thread**: any.
class page_set {
 public:
  /// Of the binary, or, when `folder` is not empty, of that folder, as `web/bundle` fills it.
  page_set(std::filesystem::path folder, sign_in how);

  /// Empty for a name that is none: with a slash too many, of an unknown kind, or absent.
  [[nodiscard]] std::optional<kept_text> page(std::string_view name) const;
  [[nodiscard]] std::optional<kept_text> asset(std::string_view version,
                                               std::string_view name) const;
  /// Whether files may change while the server runs.
  [[nodiscard]] bool is_fixed() const { return folder_.empty(); }

 private:
  [[nodiscard]] std::optional<kept_text> find(const std::string& name) const;
  [[nodiscard]] std::optional<kept_text> read(const std::string& name) const;
  [[nodiscard]] std::string adapted(std::string_view page) const;

  const std::filesystem::path folder_;
  const sign_in how_;
  std::map<std::string, kept_text, std::less<>> embedded_;
};

}  // namespace boxoffice::http
