#pragma once

#include "config/settings.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace boxoffice {

/// One member of one `settings`, of any of the types a setting can have.
using setting_field =
    std::variant<bool*, std::size_t*, std::int64_t*, std::chrono::seconds*,
                 std::chrono::milliseconds*, std::string*, secret_text*, std::filesystem::path*,
                 listen_address*, std::optional<listen_address>*, std::vector<listen_address>*,
                 std::vector<std::string>*, role_set*, auth_algorithm*, subject_rule*, store_kind*,
                 ranking_store_kind*, ranking_source*, kafka_login*, kafka_transport*, log_level*,
                 log_format*>;

/// What a flag or a variable holds: a text whose type is the setting's.
struct untyped_text {
  std::string text;
};
/// What no setting can hold: a table, a date, a fraction.
struct unusable_value {
  std::string_view kind;  ///< with its article: "a table"
};
using raw_value = std::variant<untyped_text, bool, std::int64_t, std::string,
                               std::vector<std::string>, unusable_value>;

/// The range of a number, in its unit, both ends included.
struct number_range {
  std::int64_t min{0};
  std::int64_t max{0};
};

/// What a field takes, in words: `a whole number of seconds from 1 to 3600`. `unit` names what a
/// number counts, or what a text is.
std::string describe_expected(const setting_field& field, number_range range,
                              std::string_view unit);

/// Sets the field. Otherwise says in words why not, without the value when it is a secret.
std::optional<std::string> assign(const setting_field& field, number_range range,
                                  std::string_view unit, const raw_value& value);

/// The field's value as TOML writes it.
std::string to_toml(const setting_field& field);

}  // namespace boxoffice
