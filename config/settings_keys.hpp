#pragma once

#include "config/settings_values.hpp"

#include <span>
#include <string>
#include <string_view>

namespace boxoffice {

/// A flag of its own for a key that is set often, and the commands that take it.
struct key_flag {
  std::string_view name;  ///< `--listen`; empty: only `--set`
  settings_use least{settings_use::serve};
};

/// One row of the table that everything about settings follows from: reading, defaults (those of a
/// fresh `settings`), messages, flags and config/boxoffice.toml.
struct setting_key {
  std::string_view name;     ///< `reservation.hold_seconds`
  std::string_view unit;     ///< what a number counts, or what a text is
  std::string_view purpose;  ///< sentences for the operator
  setting_field (*field)(settings&);
  number_range range{};
  key_flag flag{};
};

/// Every key, in the order of config/boxoffice.toml: a section's keys stand together.
std::span<const setting_key> setting_keys();

/// Null when there is no such key.
const setting_key* find_key(std::string_view name);
/// The key of a member of `of`, e.g. `key_of(s, &s.auth.secret)`. **Requires** a member of the
/// table.
const setting_key& key_of(settings& of, const setting_field& member);

/// Whether `name` is the table of a key, like `store` and `store.point`.
bool is_section(std::string_view name);

/// `BOXOFFICE_AUTH__SECRET` for `auth.secret`.
std::string variable_name(std::string_view key);

}  // namespace boxoffice
