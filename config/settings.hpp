#pragma once

#include "config/limits.hpp"
#include "config/listen_address.hpp"
#include "config/stream_limits.hpp"
#include "logging/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace boxoffice {

/// A text that must never be shown: it has no conversion to a log field or a stream, and no message
/// of this layer quotes it.
class secret_text {
 public:
  secret_text() = default;
  explicit secret_text(std::string text) : text_{std::move(text)} {}

  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  bool operator==(const secret_text&) const = default;

 private:
  std::string text_;
};

/// The services one process runs.
enum class role : std::uint8_t {
  concert,
  queue_ranking,
  reservation,
  point,
  payment,
  gateway,
  data_platform,  ///< alone: hears events from a broker, and posts them
};
using role_set = std::set<role>;
/// Those of `["all"]`, where the payment service posts to a data platform itself.
inline const role_set every_role{role::concert, role::queue_ranking, role::reservation,
                                 role::point,   role::payment,       role::gateway};

enum class auth_algorithm : std::uint8_t { hs256, eddsa };
/// How the user that a token of an identity provider names is called here.
enum class subject_rule : std::uint8_t {
  claim,  ///< as its `sub`, which must have the form of an id
  hash,   ///< by a digest of its `iss` and `sub`
};
enum class store_kind : std::uint8_t { sqlite, postgres };
enum class ranking_store_kind : std::uint8_t { embedded, redis };
/// Where rankings, and a data platform in a process of its own, hear of payments.
enum class ranking_source : std::uint8_t { outbox, rabbitmq, kafka, redis_streams };
/// **Source** SASL: RFC 4616, RFC 5802.
enum class kafka_login : std::uint8_t { plain, scram_sha_256, scram_sha_512 };
enum class kafka_transport : std::uint8_t { plain, tls };

/// The database of one service.
struct service_store_settings {
  secret_text url;  ///< may hold a password

  bool operator==(const service_store_settings&) const = default;
};

/// One identity provider whose tokens are taken: a table `[[auth.issuer]]` of the file.
struct issuer_settings {
  std::string issuer, audience;
  std::string jwks_url;             ///< of its JSON Web Key Set; or
  std::filesystem::path jwks_file;  ///< the same as a file
  std::filesystem::path ca_file;
  std::string role_claim{"role"};
  subject_rule subject{subject_rule::claim};
  bool operator==(const issuer_settings&) const = default;
};

/// Everything an operator can set, with its default. What each means, its unit and its range stand
/// in one table (settings_keys.cpp), which also writes config/boxoffice.toml.
struct settings {
  struct auth_settings {
    bool dev{false};
    secret_text secret;
    std::string public_key;
    auth_algorithm algorithm{auth_algorithm::hs256};
    std::chrono::seconds dev_token_time{limits::dev_token_time_default};
    std::vector<issuer_settings> issuers;
    bool operator==(const auth_settings&) const = default;
  } auth;

  /// The keys that sign and check tickets.
  struct ticket_settings {
    secret_text secret, previous_secret;
    secret_text private_key;
    std::string public_key, previous_public_key;
    bool operator==(const ticket_settings&) const = default;
  } tickets;

  struct http_settings {
    listen_address listen{"127.0.0.1", 8080};
    std::optional<listen_address> metrics_listen;
    std::size_t in_flight_max{limits::http_in_flight_requests_default};
    std::size_t streams_max{limits::http_streams_default};
    std::size_t rate_limit_per_second{0};
    std::vector<std::string> cors_origins, trusted_proxies;
    std::size_t threads{1};
    bool operator==(const http_settings&) const = default;
  } http;

  struct node_settings {
    std::filesystem::path data_dir{"./var/boxoffice"};
    role_set roles{every_role};
    std::string name;  ///< empty: settings::node_name makes one
    std::size_t scheduler_threads{2};
    bool operator==(const node_settings&) const = default;
  } node;

  struct cluster_settings {
    std::optional<listen_address> listen;
    secret_text secret;
    std::vector<listen_address> peers;  ///< their hosts may be names
    /// 0: a start takes over at once what another process owns.
    std::chrono::milliseconds takeover_time{0};
    bool operator==(const cluster_settings&) const = default;
  } cluster;

  struct store_settings {
    store_kind kind{store_kind::sqlite};
    service_store_settings concert, reservation, point, payment;
    bool operator==(const store_settings&) const = default;
  } store;

  struct queue_ranking_settings {
    ranking_store_kind kind{ranking_store_kind::embedded};
    secret_text url;
    bool operator==(const queue_ranking_settings&) const = default;
  } queue_ranking;

  struct reservation_settings {
    std::chrono::seconds hold_time{limits::hold_time_default};
    bool operator==(const reservation_settings&) const = default;
  } reservation;

  struct queue_settings {
    std::chrono::seconds token_time{limits::queue_token_time_default};
    std::chrono::seconds silence{limits::queue_silence_default};
    bool operator==(const queue_settings&) const = default;
  } queue;

  struct payment_settings {
    std::chrono::milliseconds answer_time{limits::payment_answer_time_default};
    std::chrono::seconds deadline{limits::payment_deadline_default};
    std::chrono::milliseconds step_time{limits::payment_step_time_default};
    std::int64_t undo_tries_max{limits::saga_step_tries_default};
    bool operator==(const payment_settings&) const = default;
  } payment;

  struct point_settings {
    std::int64_t charge_max{limits::charge_points_default};
    bool operator==(const point_settings&) const = default;
  } point;

  /// The brokers that payment events are published to; each may be left out.
  struct events_settings {
    std::int64_t keep_days{limits::events_keep_days_default};
    struct rabbitmq_settings {
      secret_text url;
      std::string exchange{"boxoffice"};
      std::filesystem::path ca_file;
      bool operator==(const rabbitmq_settings&) const = default;
    } rabbitmq;
    struct kafka_settings {
      std::string brokers;
      std::string topic{"boxoffice.payments"};
      kafka_transport transport{kafka_transport::plain};
      std::filesystem::path ca_file;
      std::string user;
      secret_text password;
      kafka_login login{kafka_login::plain};
      bool operator==(const kafka_settings&) const = default;
    } kafka;
    struct redis_streams_settings {
      secret_text url;
      std::string stream{"boxoffice:payments"};
      bool operator==(const redis_streams_settings&) const = default;
    } redis_streams;
    bool operator==(const events_settings&) const = default;
  } events;

  struct ranking_settings {
    ranking_source source{ranking_source::outbox};
    bool operator==(const ranking_settings&) const = default;
  } ranking;

  struct data_platform_settings {
    std::string url;
    std::filesystem::path ca_file;
    secret_text secret, previous_secret;
    std::size_t batch{1};  ///< events of a schedule in one post
    std::chrono::milliseconds timeout{limits::data_platform_time_default};
    bool operator==(const data_platform_settings&) const = default;
  } data_platform;

  struct web_settings {
    bool enabled{true};
    std::filesystem::path dir;
    /// The identity provider that the pages log in at; both empty, or neither.
    std::string oidc_issuer, oidc_client_id;
    std::string oidc_scope{"openid profile"};
    std::string oidc_resource;
    bool operator==(const web_settings&) const = default;
  } web;

  struct demo_settings {
    bool load{false};
    std::filesystem::path file{"config/demo.json"};
    bool operator==(const demo_settings&) const = default;
  } demo;

  log_settings log;

  /// Whether this process has anything to do with others.
  [[nodiscard]] bool is_clustered() const {
    return cluster.listen.has_value() || !cluster.peers.empty();
  }
  /// Whether nothing of this process is kept in node.data_dir, so that several may share it.
  [[nodiscard]] bool keeps_nothing() const {
    return node.roles == role_set{role::gateway} || node.roles == role_set{role::data_platform};
  }
  /// How this process is called among others: node.name, or the host and the roles.
  [[nodiscard]] std::string node_name() const;

  bool operator==(const settings&) const = default;
};

/// As settings spell it: `queue_ranking`, `SCRAM-SHA-512`.
std::string_view name_of(role of);
std::string_view name_of(kafka_login of);

/// What the settings are for. Work on the data alone asks for no secret and opens no port, so the
/// rules between those are not applied to it.
enum class settings_use : std::uint8_t { serve, data_only };

/// Where settings come from. Later wins: default, file, environment, flags in their order.
struct settings_sources {
  struct variable {
    std::string name, value;
  };
  struct flag {
    std::string written;  ///< as the user wrote it, without the value: `--listen`
    std::string key, value;
  };
  std::optional<std::filesystem::path> file;
  std::vector<variable> environment;  ///< as `boxoffice_environment` gives them
  std::vector<flag> flags;
  settings_use use{settings_use::serve};
};

/// The variables of `environ` that begin with `BOXOFFICE_`.
std::vector<settings_sources::variable> boxoffice_environment(const char* const* environ);

/// Every mistake there is, one line each, beginning with its place: `file:line:column`, the name of
/// the environment variable, or the flag.
using settings_mistakes = std::vector<std::string>;
using settings_result = std::variant<settings, settings_mistakes>;

/// Reads all sources and applies all rules. Never throws and never ends the process.
/// **Rejects** all at once: a file that cannot be read or is no TOML; unknown keys, with the
/// nearest known one; wrong types and ranges, also where a later source overrides the value; then,
/// for what came out, rules between keys (a secret long enough; `auth.dev` on loopback only).
settings_result load_settings(const settings_sources& sources);

/// The text of config/boxoffice.toml: every key with its meaning, unit, range and default.
std::string document_settings();

}  // namespace boxoffice
