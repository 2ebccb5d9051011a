#pragma once

#include "config/settings_values.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice {

/// The name of the list of identity providers in a settings file: `[[auth.issuer]]`.
inline constexpr std::string_view issuer_list_name = "auth.issuer";

/// One row of the table of what an `[[auth.issuer]]` says. None has a variable or a flag.
struct issuer_key {
  std::string_view name;     ///< `jwks_url`
  std::string_view unit;     ///< what its text is
  std::string_view purpose;  ///< sentences for the operator
  setting_field (*field)(issuer_settings&);
};
std::span<const issuer_key> issuer_keys();

/// What is wrong with one, a sentence each, beginning with the key. Files that it names are looked
/// at.
std::vector<std::string> faults_of(const issuer_settings& one);

/// Why nothing may be asked of that address, as the rest of a sentence: it is no web address, or
/// neither https nor loopback. Empty: it may.
std::string fault_of_provider_address(const std::string& url);

/// The table as TOML: `[[auth.issuer]]` and a line for each key.
std::string to_toml(const issuer_settings& one);
}  // namespace boxoffice
