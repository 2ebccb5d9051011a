#include "config/settings.hpp"

#include "config/address.hpp"
#include "config/log_line.hpp"
#include "config/postgres_location.hpp"
#include "config/redis_location.hpp"
#include "config/settings_file.hpp"
#include "config/settings_keys.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

namespace boxoffice {
namespace {

std::string unknown(std::string_view what, std::string_view name, const std::string& nearest) {
  auto text = std::string{what} + " \"" + escape_json(name) + "\" is unknown";
  if (!nearest.empty()) text += "; did you mean \"" + nearest + "\"?";
  return text;
}

bool holds_certificate(const std::filesystem::path& path) {
  std::error_code unreadable;
  if (!std::filesystem::is_regular_file(path, unreadable)) return false;
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("-----BEGIN CERTIFICATE-----")) return true;
  return false;
}

/// One run of `load_settings`: applies value after value, the stronger later, and remembers where
/// each came from.
class loading {
 public:
  void read_file(const std::filesystem::path& path);
  void read_variable(const settings_sources::variable& variable);
  void read_flag(const settings_sources::flag& flag);
  /// What must hold whatever the settings are for.
  void apply_data_rules();
  /// What must hold to serve.
  void apply_rules();
  settings_result result() &&;

 private:
  void put(const setting_key& key, const std::string& place, const raw_value& value);
  void refuse(const std::string& place, const std::string& why) {
    mistakes_.push_back(place + ": " + why);
  }
  /// Whether a rule about these members can be judged: none of their values was refused.
  bool sound(std::initializer_list<setting_field> members);
  std::string name(const setting_field& member) {
    return std::string{key_of(values_, member).name};
  }
  /// Where the value of the member came from.
  std::string place(const setting_field& member);
  void require(bool holds, const setting_field& member, const std::string& why) {
    if (!holds && sound({member})) refuse(place(member), name(member) + " " + why);
  }

  void apply_dev_rule();
  void apply_key_rules();
  void apply_data_platform_rules();

  settings values_;
  settings_mistakes mistakes_;
  std::map<std::string_view, std::string> places_;
  std::set<std::string_view> refused_;
  bool file_was_read_{true};
};

void loading::put(const setting_key& key, const std::string& place, const raw_value& value) {
  if (const auto why = assign(key.field(values_), key.range, key.unit, value)) {
    refused_.insert(key.name);
    refuse(place, std::string{key.name} + ": " + *why);
  } else {
    places_[key.name] = place;
  }
}

void loading::read_file(const std::filesystem::path& path) {
  const auto file = read_settings_file(path);
  file_was_read_ = file.mistakes.empty();
  std::ranges::copy(file.mistakes, std::back_inserter(mistakes_));
  for (const auto& entry : file.entries) {
    if (const auto* key = find_key(entry.key)) {
      put(*key, entry.value_place, entry.value);
    } else if (is_section(entry.key)) {
      refuse(entry.key_place, "\"" + entry.key + "\" is a section, not a key");
    } else {
      refuse(entry.key_place, unknown("key", entry.key, nearest_key(entry.key)));
    }
  }
}

void loading::read_variable(const settings_sources::variable& variable) {
  const auto keys = setting_keys();
  const auto key = std::ranges::find_if(
      keys, [&](const setting_key& each) { return variable_name(each.name) == variable.name; });
  if (key != keys.end()) {
    put(*key, variable.name, untyped_text{variable.value});
  } else {
    refuse("environment", unknown("variable", variable.name, nearest_variable(variable.name)));
  }
}

void loading::read_flag(const settings_sources::flag& flag) {
  if (const auto* key = find_key(flag.key)) {
    put(*key, flag.written, untyped_text{flag.value});
  } else {
    refuse(flag.written, unknown("key", flag.key, nearest_key(flag.key)));
  }
}

bool loading::sound(std::initializer_list<setting_field> members) {
  return std::ranges::none_of(members, [&](const setting_field& member) {
    return refused_.contains(key_of(values_, member).name);
  });
}

std::string loading::place(const setting_field& member) {
  const auto found = places_.find(key_of(values_, member).name);
  return found == places_.end() ? "default" : found->second;
}

void loading::apply_dev_rule() {
  auto& listen = values_.http.listen;
  auto& dev = values_.auth.dev;
  if (!dev || is_loopback(listen) || !sound({&dev, &listen})) return;
  refuse(place(&dev), name(&dev) + " gives a token to anyone who asks, and " + name(&listen) +
                          " (" + place(&listen) + ") is " + to_text(listen) +
                          ", which is not loopback: change one of them");
}

void loading::apply_key_rules() {
  auto& auth = values_.auth;
  if (!sound({&auth.dev, &auth.algorithm})) return;
  switch (auth.algorithm) {
    case auth_algorithm::hs256:
      require(auth.dev || auth.secret.reveal().size() >= limits::auth_secret_bytes_min,
              &auth.secret,
              "must have at least " + std::to_string(limits::auth_secret_bytes_min) +
                  " bytes; set it as " + variable_name(name(&auth.secret)) + ", or " +
                  name(&auth.dev) + " = true to try things out");
      return;
    case auth_algorithm::eddsa:
      require(auth.public_key.find("-----BEGIN PUBLIC KEY-----") != std::string::npos,
              &auth.public_key, "must hold a public key in PEM when tokens are signed with EdDSA");
      require(!auth.dev, &auth.dev,
              "signs its tokens with HS256: it cannot go with " + name(&auth.algorithm) +
                  " EdDSA, of which only the public key is known");
      return;
  }
}

void loading::apply_data_rules() {
  if (!file_was_read_) return;  // what is missing may stand in it
  const auto read = [&](const setting_field& member, const auto& location) {
    const auto* fault = std::get_if<location_fault>(&location);
    require(fault == nullptr, member, fault != nullptr ? *fault : std::string{});
  };
  auto& store = values_.store;
  if (store.kind == store_kind::postgres && sound({&store.kind})) {
    for (auto* of : {&store.concert, &store.reservation, &store.point, &store.payment}) {
      require(!of->url.empty(), &of->url,
              "must say where the database is, as " + name(&store.kind) + " is postgres");
      read(&of->url, parse_postgres_location(of->url.reveal(), limits::postgres_connect_time));
    }
  }
  auto& queue = values_.queue_ranking;
  if (queue.kind == ranking_store_kind::redis && sound({&queue.kind})) {
    require(!queue.url.empty(), &queue.url,
            "must say where Redis is, as " + name(&queue.kind) + " is redis");
    if (!queue.url.empty()) read(&queue.url, parse_redis_location(queue.url.reveal()));
  }
}

void loading::apply_data_platform_rules() {
  auto& url = values_.data_platform.url;
  if (!url.empty()) {
    const auto read = parse_web_address(url);
    if (const auto* fault = std::get_if<address_fault>(&read))
      require(false, &url, std::string{to_text(*fault)});
  }
  auto& ca_file = values_.data_platform.ca_file;
  require(ca_file.empty() || holds_certificate(ca_file), &ca_file,
          "must name a readable file with certificates in PEM");
}

void loading::apply_rules() {
  if (!file_was_read_) return;  // what is missing may stand in it
  apply_dev_rule();
  apply_key_rules();
  require(values_.node.roles == every_role, &values_.node.roles,
          "must be [\"all\"]: running some of the services only is not available in this version");
  apply_data_platform_rules();
}

settings_result loading::result() && {
  if (!mistakes_.empty()) return std::move(mistakes_);
  return std::move(values_);
}

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

}  // namespace

std::vector<settings_sources::variable> boxoffice_environment(const char* const* environ) {
  std::vector<settings_sources::variable> out;
  for (; environ != nullptr && *environ != nullptr; ++environ) {
    const std::string_view entry{*environ};
    const auto equals = entry.find('=');
    if (!entry.starts_with("BOXOFFICE_") || equals == std::string_view::npos) continue;
    out.push_back({std::string{entry.substr(0, equals)}, std::string{entry.substr(equals + 1)}});
  }
  std::ranges::sort(out, {}, &settings_sources::variable::name);
  return out;
}

settings_result load_settings(const settings_sources& sources) {
  loading run;
  if (sources.file) run.read_file(*sources.file);
  for (const auto& variable : sources.environment)
    run.read_variable(variable);
  for (const auto& flag : sources.flags)
    run.read_flag(flag);
  run.apply_data_rules();
  if (sources.use == settings_use::serve) run.apply_rules();
  return std::move(run).result();
}

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
  return out;
}

}  // namespace boxoffice
