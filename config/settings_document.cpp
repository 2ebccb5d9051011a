#include "config/issuer_settings.hpp"
#include "config/settings.hpp"
#include "config/settings_keys.hpp"

#include <string>
#include <string_view>

namespace boxoffice {
namespace {

/// `text` as comment lines of at most 100 columns.
std::string comment(std::string_view text) {
  constexpr std::size_t columns_max = 98;
  std::string out;
  while (text.size() > columns_max) {
    const auto space = text.rfind(' ', columns_max);
    out += "# " + std::string{text.substr(0, space)} + '\n';
    text.remove_prefix(space + 1);
  }
  return out + "# " + std::string{text} + '\n';
}

/// What one `[[auth.issuer]]` says, as comments: there is none by default.
std::string document_issuers() {
  auto out = '\n' +
             comment(
                 "Identity providers whose tokens are taken, a table each. With one of them "
                 "auth.secret may be left out. They have no variables and no flags.") +
             "# [[auth.issuer]]\n";
  issuer_settings defaults;
  for (const auto& key : issuer_keys()) {
    const auto field = key.field(defaults);
    out += comment(key.purpose) + comment("Takes " + describe_expected(field, {}, key.unit) + '.') +
           comment(std::string{key.name} + " = " + to_toml(field));
  }
  return out;
}

}  // namespace

std::string document_settings() {
  std::string out =
      comment("Every setting of boxoffice, with its default as the value. Copy what you change.") +
      comment(
          "Stronger than this file are the environment (auth.secret is BOXOFFICE_AUTH__SECRET) "
          "and flags (--set auth.dev=true). Unknown keys are errors.");
  settings defaults;
  std::string_view section;
  for (const auto& key : setting_keys()) {
    const auto dot = key.name.rfind('.');
    out += '\n';
    if (key.name.substr(0, dot) != section) {
      section = key.name.substr(0, dot);
      out += "[" + std::string{section} + "]\n";
    }
    const auto field = key.field(defaults);
    const auto value = to_toml(field);
    out += comment(key.purpose);
    out += comment("Takes " + describe_expected(field, key.range, key.unit) +
                   ". Default: " + value + ".");
    out += std::string{key.name.substr(dot + 1)} + " = " + value + '\n';
  }
  return out + document_issuers();
}

}  // namespace boxoffice
