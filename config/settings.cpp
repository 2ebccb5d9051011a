#include "config/settings.hpp"

#include "config/address.hpp"
#include "config/address_range.hpp"
#include "config/cluster_limits.hpp"
#include "config/issuer_settings.hpp"
#include "config/pem_file.hpp"
#include "config/postgres_location.hpp"
#include "config/rabbitmq_location.hpp"
#include "config/redis_location.hpp"
#include "config/settings_file.hpp"
#include "config/settings_keys.hpp"
#include "config/settings_names.hpp"
#include "config/ticket_settings.hpp"
#include "config/web_settings.hpp"
#include "config/webhook_secret.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace boxoffice {
namespace {

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
  void read_issuer(const settings_file::table& table);
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
  void apply_http_rules();
  void apply_key_rules();
  void apply_data_platform_rules();
  void apply_events_rules();
  void apply_ticket_rules() {
    for (const auto& [member, why] : ticket_faults(values_))
      require(false, member, why);
  }
  void apply_cluster_rules();
  void apply_web_rules();

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

void loading::read_issuer(const settings_file::table& table) {
  issuer_settings one;
  const auto mistakes_before = mistakes_.size();
  for (const auto& entry : table.entries) {
    const auto name = std::string{issuer_list_name} + "." + entry.key;
    const auto key = std::ranges::find(issuer_keys(), entry.key, &issuer_key::name);
    if (key == issuer_keys().end())
      refuse(entry.key_place, is_unknown("key", name, {}));
    else if (const auto why = assign(key->field(one), {}, key->unit, entry.value))
      refuse(entry.value_place, name + ": " + *why);
  }
  if (mistakes_.size() != mistakes_before) return;
  auto& all = values_.auth.issuers;
  for (const auto& fault : faults_of(one))
    refuse(table.place, std::string{issuer_list_name} + ": " + fault);
  if (std::ranges::find(all, one.issuer, &issuer_settings::issuer) != all.end())
    refuse(table.place, std::string{issuer_list_name} + ": issuer stands there twice");
  if (all.size() == limits::identity_providers_max)
    refuse(table.place, "there are more identity providers than " +
                            std::to_string(limits::identity_providers_max));
  all.push_back(std::move(one));
}

void loading::read_file(const std::filesystem::path& path) {
  const auto file = read_settings_file(path);
  file_was_read_ = file.mistakes.empty();
  std::ranges::copy(file.mistakes, std::back_inserter(mistakes_));
  for (const auto& entry : file.entries) {
    if (const auto* key = find_key(entry.key)) {
      put(*key, entry.value_place, entry.value);
    } else if (entry.key == issuer_list_name) {
      refuse(entry.key_place, "\"auth.issuer\" is a list: each begins with [[auth.issuer]]");
    } else if (is_section(entry.key)) {
      refuse(entry.key_place, "\"" + entry.key + "\" is a section, not a key");
    } else {
      refuse(entry.key_place, is_unknown("key", entry.key, nearest_key(entry.key)));
    }
  }
  std::ranges::for_each(file.issuers, [this](const auto& table) { read_issuer(table); });
}

void loading::read_variable(const settings_sources::variable& variable) {
  const auto keys = setting_keys();
  const auto key = std::ranges::find_if(
      keys, [&](const setting_key& each) { return variable_name(each.name) == variable.name; });
  if (key != keys.end()) {
    put(*key, variable.name, untyped_text{variable.value});
  } else {
    refuse("environment", is_unknown("variable", variable.name, nearest_variable(variable.name)));
  }
}

void loading::read_flag(const settings_sources::flag& flag) {
  if (const auto* key = find_key(flag.key)) {
    put(*key, flag.written, untyped_text{flag.value});
  } else {
    refuse(flag.written, is_unknown("key", flag.key, nearest_key(flag.key)));
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

void loading::apply_http_rules() {
  auto& origins = values_.http.cors_origins;
  auto& proxies = values_.http.trusted_proxies;
  for (const auto& each : origins)
    require(is_origin(each), &origins, "must be of the form https://HOST[:PORT], without a path");
  for (const auto& each : proxies)
    require(parse_address_range(each).has_value(), &proxies,
            "must be addresses or ranges like 10.0.0.0/8, with no bit set beyond the prefix");
}

void loading::apply_key_rules() {
  auto& auth = values_.auth;
  if (!sound({&auth.dev, &auth.algorithm})) return;
  switch (auth.algorithm) {
    case auth_algorithm::hs256:
      require(auth.dev || (auth.secret.empty() && !auth.issuers.empty()) ||
                  auth.secret.reveal().size() >= limits::auth_secret_bytes_min,
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
  apply_ticket_rules();
  const auto read = [&](const setting_field& member, const auto& location) {
    const auto* fault = std::get_if<location_fault>(&location);
    require(fault == nullptr, member, fault != nullptr ? *fault : std::string{});
  };
  auto& store = values_.store;
  if (store.kind == store_kind::postgres && sound({&store.kind})) {
    const std::pair<role, service_store_settings*> all[] = {{role::concert, &store.concert},
                                                            {role::reservation, &store.reservation},
                                                            {role::point, &store.point},
                                                            {role::payment, &store.payment}};
    for (const auto& [service, of] : all) {
      // A node knows the databases of its own services only.
      if (!values_.node.roles.contains(service)) continue;
      require(!of->url.empty(), &of->url,
              "must say where the database is, as " + name(&store.kind) + " is postgres");
      read(&of->url, parse_postgres_location(of->url.reveal(), limits::postgres_connect_time));
    }
  }
  auto& queue = values_.queue_ranking;
  if (values_.node.roles.contains(role::queue_ranking) && queue.kind == ranking_store_kind::redis &&
      sound({&queue.kind})) {
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
  auto& secret = values_.data_platform.secret;
  auto& previous = values_.data_platform.previous_secret;
  for (auto* each : {&secret, &previous}) {
    const auto key = parse_webhook_secret(each->reveal());
    if (const auto* fault = std::get_if<secret_fault>(&key); fault != nullptr && !each->empty())
      require(false, each, std::string{fault->why});
  }
  require(previous.empty() || !secret.empty(), &previous,
          "signs beside " + name(&secret) + " while receivers change over, never alone");
}

void loading::apply_events_rules() {
  auto& [keep_days, rabbitmq, kafka, redis] = values_.events;
  const auto read = [&](secret_text& url, const auto& location) {
    const auto* fault = std::get_if<std::string>(&location);
    if (!url.empty() && fault != nullptr) require(false, &url, *fault);
  };
  read(rabbitmq.url, parse_rabbitmq_location(rabbitmq.url.reveal()));
  read(redis.url, parse_redis_location(redis.url.reveal()));
  const auto brokers = parse_server_address("kafka://" + kafka.brokers);
  const auto* named = std::get_if<server_address>(&brokers);
  require(kafka.brokers.empty() || (named != nullptr && named->path == "/" && !named->user &&
                                    named->query.empty() && !named->hosts.empty()),
          &kafka.brokers, "must be of the form HOST:PORT,HOST:PORT");
  const auto named_well = [&](std::string& of, std::string_view more, std::size_t longest) {
    const auto fits = [&](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || more.find(c) != more.npos;
    };
    require(!of.empty() && of.size() <= longest && std::ranges::all_of(of, fits), &of,
            "must be of letters, digits and " + std::string{more});
  };
  named_well(rabbitmq.exchange, "._-:", limits::bus_name_bytes_max);
  named_well(kafka.topic, "._-", limits::bus_name_bytes_max);
  named_well(redis.stream, "._-:", limits::bus_name_bytes_max);
  for (auto* ca_file : {&rabbitmq.ca_file, &kafka.ca_file})
    require(ca_file->empty() || holds_certificate(*ca_file), ca_file,
            "must name a readable file with certificates in PEM");
  require(kafka.user.empty() == kafka.password.empty(), &kafka.password,
          "and " + name(&kafka.user) + " go together");
  auto& source = values_.ranking.source;
  const auto needs = [&](ranking_source from, setting_field key, bool is_set) {
    require(source != from || is_set, key,
            "must say where the broker is that " + name(&source) + " names");
  };
  const auto& roles = values_.node.roles;
  const bool is_data_platform = roles.contains(role::data_platform);
  if (is_data_platform) {
    require(roles.size() == 1, &values_.node.roles,
            "must have data_platform alone: with other services, data_platform.url is enough");
    require(source != ranking_source::outbox, &source,
            "must name a broker, as the data platform is a process of its own");
    require(!values_.data_platform.url.empty(), &values_.data_platform.url,
            "must say where events are posted");
  }
  if (!is_data_platform && !roles.contains(role::payment) && !roles.contains(role::queue_ranking))
    return;
  needs(ranking_source::rabbitmq, &rabbitmq.url, !rabbitmq.url.empty());
  needs(ranking_source::kafka, &kafka.brokers, !kafka.brokers.empty());
  needs(ranking_source::redis_streams, &redis.url, !redis.url.empty());
}

void loading::apply_cluster_rules() {
  auto& node = values_.node;
  auto& cluster = values_.cluster;
  const bool whole = node.roles == every_role, gateway = node.roles.contains(role::gateway);
  if (values_.is_clustered())
    require(cluster.secret.reveal().size() >= limits::cluster_secret_bytes_min, &cluster.secret,
            "must have at least " + std::to_string(limits::cluster_secret_bytes_min) +
                " bytes when there are other nodes");
  require(cluster.takeover_time == std::chrono::milliseconds{0} ||
              cluster.takeover_time >= limits::takeover_time_min,
          &cluster.takeover_time, "must be 0 or at least 1000");
  const bool in_files = std::ranges::any_of(node.roles, [&](role r) {
    if (r == role::gateway || r == role::data_platform) return false;
    if (r == role::queue_ranking) return values_.queue_ranking.kind == ranking_store_kind::embedded;
    return values_.store.kind == store_kind::sqlite;
  });
  require(cluster.takeover_time == std::chrono::milliseconds{0} || !in_files,
          &cluster.takeover_time,
          "must be 0 with embedded stores: they are this process's alone, so nobody can stand by");
  if (whole || !sound({&node.roles})) return;
  const bool asks =
      gateway || node.roles.contains(role::payment) ||
      (!node.roles.contains(role::concert) &&
       (node.roles.contains(role::reservation) || node.roles.contains(role::queue_ranking)));
  if (asks)
    require(
        !cluster.peers.empty(), &cluster.peers,
        "must name the nodes with the services that " + name(&node.roles) + " leaves out and asks");
  if (!gateway && !node.roles.contains(role::data_platform))
    require(cluster.listen.has_value(), &cluster.listen,
            "must say where other nodes reach the services of " + name(&node.roles) +
                ", as there is no gateway among them");
  if (gateway && values_.auth.algorithm == auth_algorithm::hs256 && values_.auth.issuers.empty())
    require(!values_.auth.secret.empty(), &values_.auth.secret,
            "must be set when there are other nodes: all gateways need the same");
}

void loading::apply_web_rules() {
  for (const auto& fault : faults_of(values_.web, values_.auth.issuers))
    require(false, fault.of, fault.why);
}

void loading::apply_rules() {
  if (!file_was_read_) return;  // what is missing may stand in it
  apply_dev_rule();
  apply_http_rules();
  if (values_.node.roles.contains(role::gateway)) apply_key_rules();
  apply_cluster_rules();
  apply_data_platform_rules();
  apply_events_rules();
  if (values_.node.roles.contains(role::gateway)) apply_web_rules();
}

settings_result loading::result() && {
  if (!mistakes_.empty()) return std::move(mistakes_);
  return std::move(values_);
}

}  // namespace

std::string settings::node_name() const {
  if (!node.name.empty()) return node.name;
  std::array<char, 256> host{};
  std::string all = gethostname(host.data(), host.size() - 1) == 0 ? host.data() : "node";
  if (node.roles == every_role) return all;
  for (const auto each : node.roles)
    all.append("-").append(name_of(each));
  return all;
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

}  // namespace boxoffice
