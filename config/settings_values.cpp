#include "config/settings_values.hpp"

#include "logging/log_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <type_traits>

namespace boxoffice {
namespace {

template <class Enum>
struct choice {
  Enum value;
  std::string_view name;
};

constexpr auto choices_of(auth_algorithm /*of*/) {
  using enum auth_algorithm;
  return std::array<choice<auth_algorithm>, 2>{{{hs256, "HS256"}, {eddsa, "EdDSA"}}};
}
constexpr auto choices_of(subject_rule /*of*/) {
  using enum subject_rule;
  return std::array<choice<subject_rule>, 2>{{{claim, "claim"}, {hash, "hash"}}};
}
constexpr auto choices_of(store_kind /*of*/) {
  using enum store_kind;
  return std::array<choice<store_kind>, 2>{{{sqlite, "sqlite"}, {postgres, "postgres"}}};
}
constexpr auto choices_of(ranking_store_kind /*of*/) {
  using enum ranking_store_kind;
  return std::array<choice<ranking_store_kind>, 2>{{{embedded, "embedded"}, {redis, "redis"}}};
}
constexpr auto choices_of(ranking_source /*of*/) {
  using enum ranking_source;
  return std::array<choice<ranking_source>, 4>{{{outbox, "outbox"},
                                                {rabbitmq, "rabbitmq"},
                                                {kafka, "kafka"},
                                                {redis_streams, "redis_streams"}}};
}
constexpr auto choices_of(kafka_login /*of*/) {
  using enum kafka_login;
  return std::array<choice<kafka_login>, 3>{
      {{plain, "PLAIN"}, {scram_sha_256, "SCRAM-SHA-256"}, {scram_sha_512, "SCRAM-SHA-512"}}};
}
constexpr auto choices_of(kafka_transport /*of*/) {
  using enum kafka_transport;
  return std::array<choice<kafka_transport>, 2>{{{plain, "plain"}, {tls, "tls"}}};
}
constexpr auto choices_of(log_level /*of*/) {
  using enum log_level;
  return std::array<choice<log_level>, 5>{
      {{debug, "debug"}, {info, "info"}, {warning, "warning"}, {error, "error"}, {off, "off"}}};
}
constexpr auto choices_of(log_format /*of*/) {
  using enum log_format;
  return std::array<choice<log_format>, 3>{{{automatic, "auto"}, {text, "text"}, {json, "json"}}};
}
constexpr auto choices_of(role /*of*/) {
  using enum role;
  return std::array<choice<role>, 7>{{{concert, "concert"},
                                      {queue_ranking, "queue_ranking"},
                                      {reservation, "reservation"},
                                      {point, "point"},
                                      {payment, "payment"},
                                      {gateway, "gateway"},
                                      {data_platform, "data_platform"}}};
}

template <class T>
concept choosable = std::is_enum_v<T>;
template <class T>
concept whole_number = std::same_as<T, std::size_t> || std::same_as<T, std::int64_t>;
template <class T>
concept time_span =
    std::same_as<T, std::chrono::seconds> || std::same_as<T, std::chrono::milliseconds>;
template <class T>
concept plain_text = std::same_as<T, std::string> || std::same_as<T, std::filesystem::path>;

std::string in_quotes(std::string_view text) { return '"' + escape_json(text) + '"'; }

/// The names of `all`, quoted, with commas.
template <class Enum, std::size_t Count>
std::string list_names(const std::array<choice<Enum>, Count>& all) {
  std::string out;
  for (const auto& one : all) {
    if (!out.empty()) out += ", ";
    out += in_quotes(one.name);
  }
  return out;
}

// --- What a field takes, in words -------------------------------------------------------------

struct expectation {
  number_range range;
  std::string_view unit;

  std::string number() const {
    return "a whole number of " + std::string{unit} + " from " + std::to_string(range.min) +
           " to " + std::to_string(range.max);
  }
  std::string operator()(const bool* /*field*/) const { return "true or false"; }
  template <class T>
  requires whole_number<T> || time_span<T> std::string operator()(const T* /*field*/) const {
    return number();
  }
  template <plain_text T>
  std::string operator()(const T* /*field*/) const {
    return "a text (" + std::string{unit} + ")";
  }
  std::string operator()(const secret_text* /*field*/) const {
    return "a text (" + std::string{unit} + ")";
  }
  std::string operator()(const listen_address* /*field*/) const {
    return R"("HOST:PORT", the host a numeric address or localhost)";
  }
  std::string operator()(const std::optional<listen_address>* /*field*/) const {
    return R"("HOST:PORT", the host a numeric address or localhost, or "" for none)";
  }
  std::string operator()(const std::vector<listen_address>* /*field*/) const {
    return R"(a list of "HOST:PORT", the host an address or a name)";
  }
  std::string operator()(const std::vector<std::string>* /*field*/) const {
    return "a list of texts (" + std::string{unit} + ")";
  }
  std::string operator()(const role_set* /*field*/) const {
    return R"(["all"] or a list of )" + list_names(choices_of(role{}));
  }
  template <choosable T>
  std::string operator()(const T* /*field*/) const {
    return "one of " + list_names(choices_of(T{}));
  }
};

// --- What was given ---------------------------------------------------------------------------

std::optional<std::string> as_text(const raw_value& value) {
  if (const auto* untyped = std::get_if<untyped_text>(&value)) return untyped->text;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::nullopt;
}

std::optional<std::int64_t> as_number(const raw_value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  const auto* untyped = std::get_if<untyped_text>(&value);
  if (untyped == nullptr) return std::nullopt;
  std::int64_t number{0};
  const char* end = untyped->text.data() + untyped->text.size();
  const auto [stop, error] = std::from_chars(untyped->text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<std::vector<std::string>> as_list(const raw_value& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  const auto* untyped = std::get_if<untyped_text>(&value);
  if (untyped == nullptr) return std::nullopt;
  std::vector<std::string> list;
  std::string_view rest = untyped->text;
  while (true) {
    const auto comma = rest.find(',');
    list.emplace_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) return list;
    rest.remove_prefix(comma + 1);
  }
}

std::string show(const raw_value& value) {
  struct shower {
    std::string operator()(const untyped_text& v) const { return in_quotes(v.text); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(const std::string& v) const { return in_quotes(v); }
    std::string operator()(const std::vector<std::string>& v) const {
      std::string out = "[";
      for (const auto& one : v)
        out += (out.size() > 1 ? ", " : "") + in_quotes(one);
      return out + "]";
    }
    std::string operator()(const unusable_value& v) const { return std::string{v.kind}; }
  };
  return std::visit(shower{}, value);
}

// --- Setting a field --------------------------------------------------------------------------

template <choosable Enum>
const choice<Enum>* find_choice(std::string_view name) {
  static constexpr auto all = choices_of(Enum{});
  const auto* found = std::ranges::find(all, name, &choice<Enum>::name);
  return found == all.end() ? nullptr : found;
}

/// Why a value does not fit its field.
struct misfit {
  enum class reason : std::uint8_t { wrong, secret } why{reason::wrong};
};
using outcome = std::optional<misfit>;
constexpr misfit wrong{};

struct assignment {
  const raw_value& value;
  number_range range;

  template <class T, class U>
  static outcome put(T* field, const std::optional<U>& parsed) {
    if (!parsed) return wrong;
    *field = T{*parsed};
    return std::nullopt;
  }
  std::optional<std::int64_t> number() const {
    const auto n = as_number(value);
    if (!n || *n < range.min || *n > range.max) return std::nullopt;
    return n;
  }

  outcome operator()(bool* field) const {
    if (const auto* truth = std::get_if<bool>(&value)) return put(field, std::optional{*truth});
    const auto* untyped = std::get_if<untyped_text>(&value);
    if (untyped == nullptr || (untyped->text != "true" && untyped->text != "false")) return wrong;
    return put(field, std::optional{untyped->text == "true"});
  }
  template <whole_number T>
  outcome operator()(T* field) const {
    const auto n = number();
    if (n) *field = static_cast<T>(*n);
    return n ? outcome{} : wrong;
  }
  template <time_span T>
  outcome operator()(T* field) const {
    return put(field, number());
  }
  template <plain_text T>
  outcome operator()(T* field) const {
    return put(field, as_text(value));
  }
  outcome operator()(secret_text* field) const {
    return put(field, as_text(value)) ? outcome{misfit{misfit::reason::secret}} : outcome{};
  }
  outcome operator()(listen_address* field) const {
    return put(field, parse_listen_address(as_text(value).value_or("")));
  }
  outcome operator()(std::optional<listen_address>* field) const {
    const auto text = as_text(value);
    if (!text || !text->empty()) return put(field, parse_listen_address(text.value_or("")));
    field->reset();
    return std::nullopt;
  }
  outcome operator()(std::vector<listen_address>* field) const {
    const auto texts = as_list(value);
    if (!texts) return wrong;
    std::vector<listen_address> all;
    if (*texts != std::vector<std::string>{""})
      for (const auto& text : *texts) {
        const auto one = parse_peer_address(text);
        if (!one || std::ranges::find(all, *one) != all.end()) return wrong;
        all.push_back(*one);
      }
    return put(field, std::optional{std::move(all)});
  }
  outcome operator()(std::vector<std::string>* field) const {
    auto texts = as_list(value);
    if (texts == std::vector<std::string>{""}) texts->clear();
    return put(field, texts);
  }
  outcome operator()(role_set* field) const {
    const auto names = as_list(value);
    if (!names) return wrong;
    if (*names == std::vector<std::string>{"all"}) return put(field, std::optional{every_role});
    role_set roles;
    for (const auto& name : *names) {
      const auto* found = find_choice<role>(name);
      if (found == nullptr || !roles.insert(found->value).second) return wrong;
    }
    return roles.empty() ? outcome{wrong} : put(field, std::optional{roles});
  }
  template <choosable T>
  outcome operator()(T* field) const {
    const auto name = as_text(value);
    const auto* found = name ? find_choice<T>(*name) : nullptr;
    if (found == nullptr) return wrong;
    return put(field, std::optional{found->value});
  }
};

// --- Writing TOML -----------------------------------------------------------------------------

struct toml_writer {
  std::string operator()(const bool* field) const { return *field ? "true" : "false"; }
  template <whole_number T>
  std::string operator()(const T* field) const {
    return std::to_string(*field);
  }
  template <time_span T>
  std::string operator()(const T* field) const {
    return std::to_string(field->count());
  }
  std::string operator()(const std::string* field) const { return in_quotes(*field); }
  std::string operator()(const std::filesystem::path* field) const {
    return in_quotes(field->string());
  }
  std::string operator()(const secret_text* field) const { return in_quotes(field->reveal()); }
  std::string operator()(const listen_address* field) const { return in_quotes(to_text(*field)); }
  std::string operator()(const std::optional<listen_address>* field) const {
    return field->has_value() ? in_quotes(to_text(**field)) : R"("")";
  }
  std::string operator()(const std::vector<std::string>* field) const {
    std::string out;
    for (const auto& one : *field)
      out += (out.empty() ? "" : ", ") + in_quotes(one);
    return "[" + out + "]";
  }
  std::string operator()(const std::vector<listen_address>* field) const {
    std::string out;
    for (const auto& one : *field)
      out += (out.empty() ? "" : ", ") + in_quotes(to_text(one));
    return "[" + out + "]";
  }
  std::string operator()(const role_set* field) const {
    if (*field == every_role) return R"(["all"])";
    std::string out;
    for (const auto& one : choices_of(role{})) {
      if (field->contains(one.value)) out += (out.empty() ? "" : ", ") + in_quotes(one.name);
    }
    return "[" + out + "]";
  }
  template <choosable T>
  std::string operator()(const T* field) const {
    static constexpr auto all = choices_of(T{});
    return in_quotes(std::ranges::find(all, *field, &choice<T>::value)->name);
  }
};

}  // namespace

std::string_view name_of(role of) {
  static constexpr auto all = choices_of(role{});
  return std::ranges::find(all, of, &choice<role>::value)->name;
}

std::string_view name_of(kafka_login of) {
  static constexpr auto all = choices_of(kafka_login{});
  return std::ranges::find(all, of, &choice<kafka_login>::value)->name;
}

std::string describe_expected(const setting_field& field, number_range range,
                              std::string_view unit) {
  return std::visit(expectation{range, unit}, field);
}

std::optional<std::string> assign(const setting_field& field, number_range range,
                                  std::string_view unit, const raw_value& value) {
  const auto result = std::visit(assignment{value, range}, field);
  if (!result) return std::nullopt;
  const auto expected = describe_expected(field, range, unit);
  switch (result->why) {
    case misfit::reason::wrong:
      return "expected " + expected + ", got " + show(value);
    case misfit::reason::secret:
      return "expected " + expected;
  }
  return std::nullopt;
}

std::string to_toml(const setting_field& field) { return std::visit(toml_writer{}, field); }

}  // namespace boxoffice
