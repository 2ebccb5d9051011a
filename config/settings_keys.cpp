#include "config/settings_keys.hpp"

#include "config/cluster_limits.hpp"
#include "config/webhook_limits.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace boxoffice {
namespace {

constexpr std::int64_t number(std::size_t bound) { return static_cast<std::int64_t>(bound); }

#define BOXOFFICE_FIELD(member) [](settings& s) -> setting_field { return &s.member; }

constexpr auto keys = std::to_array<setting_key>({
    {"auth.dev", "true or false",
     "Hands out tokens to anyone at POST /v1/dev/tokens, to try things out. Only together with an "
     "http.listen that is loopback.",
     BOXOFFICE_FIELD(auth.dev)},
    {"auth.secret",
     "at least 32 bytes; with auth.dev any length, and empty stands for a random one",
     "The HS256 key that signs the tokens of users. Better in the environment than in a file.",
     BOXOFFICE_FIELD(auth.secret)},
    {"auth.public_key", "an Ed25519 public key in PEM, over several lines",
     "The key that checks tokens when auth.algorithm is EdDSA.", BOXOFFICE_FIELD(auth.public_key)},
    {"auth.algorithm", "", "How the tokens of users are signed.", BOXOFFICE_FIELD(auth.algorithm)},
    {"auth.dev_token_seconds",
     "seconds",
     "How long a token of auth.dev is valid.",
     BOXOFFICE_FIELD(auth.dev_token_time),
     {1, limits::dev_token_time_max.count()}},

    {"tickets.secret", "at least 32 bytes",
     "The key that signs tickets and checks them. Empty, without tickets.private_key and "
     "tickets.public_key: auth.secret takes its place, and with auth.dev alone a key that "
     "everybody "
     "knows.",
     BOXOFFICE_FIELD(tickets.secret)},
    {"tickets.previous_secret", "as tickets.secret",
     "The key of before, which only checks, while tickets that it has signed are still shown; of "
     "auth.secret too. Empty: none.",
     BOXOFFICE_FIELD(tickets.previous_secret)},
    {"tickets.private_key", "an Ed25519 private key in PEM, over several lines",
     "Signs tickets and checks them, instead of tickets.secret. Its public key is enough to check.",
     BOXOFFICE_FIELD(tickets.private_key)},
    {"tickets.public_key", "an Ed25519 public key in PEM, over several lines",
     "Checks tickets where nothing signs them: at a door that runs boxoffice verify.",
     BOXOFFICE_FIELD(tickets.public_key)},
    {"tickets.previous_public_key", "as tickets.public_key",
     "The public key of before, which still checks. Empty: none.",
     BOXOFFICE_FIELD(tickets.previous_public_key)},

    {"http.listen",
     "HOST:PORT",
     "Where the API is served. Port 0 takes a free one.",
     BOXOFFICE_FIELD(http.listen),
     {},
     {"--listen"}},
    {"http.metrics_listen", "HOST:PORT",
     "A second address that serves GET /metrics only. Empty: none; /metrics is always on "
     "http.listen "
     "too.",
     BOXOFFICE_FIELD(http.metrics_listen)},
    {"http.in_flight_max",
     "requests",
     "Requests answered at the same time; those beyond it get 503 at once.",
     BOXOFFICE_FIELD(http.in_flight_max),
     {1, number(limits::http_in_flight_requests_max)}},
    {"http.streams_max",
     "streams",
     "Live streams open at the same time; those beyond it get 503 at once.",
     BOXOFFICE_FIELD(http.streams_max),
     {1, number(limits::http_streams_max)}},
    {"http.rate_limit_per_second",
     "requests per second",
     "Of one user, or of one address without a token; those beyond it get 429. 0: no limit.",
     BOXOFFICE_FIELD(http.rate_limit_per_second),
     {0, number(limits::http_rate_limit_requests_max)}},
    {"http.cors_origins", "SCHEME://HOST[:PORT]",
     "Origins of pages elsewhere that may ask from a browser and read the answers.",
     BOXOFFICE_FIELD(http.cors_origins)},
    {"http.trusted_proxies", "ADDRESS or ADDRESS/BITS",
     "Proxies whose Forwarded or X-Forwarded-For header says which address asks; it counts for the "
     "rate limit.",
     BOXOFFICE_FIELD(http.trusted_proxies)},
    {"http.threads",
     "threads",
     "Threads that speak HTTP.",
     BOXOFFICE_FIELD(http.threads),
     {1, number(limits::http_threads_max)}},

    {"node.data_dir",
     "path",
     "Where the embedded databases are; created when missing.",
     BOXOFFICE_FIELD(node.data_dir),
     {},
     {"--data-dir", settings_use::data_only}},
    {"node.roles",
     "NAME,…",
     "The services this process runs.",
     BOXOFFICE_FIELD(node.roles),
     {},
     {"--roles"}},
    {"node.name", "text",
     "How this process is called among the nodes. Empty: the name of the host, and the roles.",
     BOXOFFICE_FIELD(node.name)},
    {"node.scheduler_threads",
     "threads",
     "Threads that run the actors.",
     BOXOFFICE_FIELD(node.scheduler_threads),
     {1, number(limits::scheduler_threads_max)}},

    {"cluster.listen", "HOST:PORT",
     "Where other nodes ask for the services of this one. Empty: nobody asks. The bytes are "
     "encrypted, and only who knows cluster.secret is heard.",
     BOXOFFICE_FIELD(cluster.listen)},
    {"cluster.secret", "at least 32 bytes",
     "What all nodes of one installation know, and nobody else. Better in the environment.",
     BOXOFFICE_FIELD(cluster.secret)},
    {"cluster.peers", "HOST:PORT,…",
     "The nodes that this one asks: those with the services that it needs and does not run.",
     BOXOFFICE_FIELD(cluster.peers)},
    {"cluster.takeover_ms",
     "milliseconds",
     "Of two nodes with the same role and database one serves and the other stands by; it takes "
     "over "
     "when the first has not written for so long. At least 1000; 0: a start takes over at once. "
     "The "
     "same on both.",
     BOXOFFICE_FIELD(cluster.takeover_time),
     {0, limits::takeover_time_max.count()}},

    {"store.kind",
     "",
     "Where the services concert, reservation, point and payment keep their data: sqlite is "
     "embedded, one file a service under node.data_dir; postgres is one PostgreSQL database a "
     "service, on one server or several.",
     BOXOFFICE_FIELD(store.kind),
     {},
     {"--store", settings_use::data_only}},
    {"store.concert.url", "URL",
     "Database of the service concert, as libpq takes it: "
     "postgresql://user:password@host/database, "
     "or host=… dbname=…. Not read with sqlite.",
     BOXOFFICE_FIELD(store.concert.url)},
    {"store.reservation.url", "URL",
     "Database of the service reservation, as libpq takes it: "
     "postgresql://user:password@host/database, "
     "or host=… dbname=…. Not read with sqlite.",
     BOXOFFICE_FIELD(store.reservation.url)},
    {"store.point.url", "URL",
     "Database of the service point, as libpq takes it: postgresql://user:password@host/database, "
     "or host=… dbname=…. Not read with sqlite.",
     BOXOFFICE_FIELD(store.point.url)},
    {"store.payment.url", "URL",
     "Database of the service payment, as libpq takes it: "
     "postgresql://user:password@host/database, "
     "or host=… dbname=…. Not read with sqlite.",
     BOXOFFICE_FIELD(store.payment.url)},

    {"queue_ranking.kind",
     "",
     "Where waiting rooms and rankings are kept: embedded is a file under node.data_dir; redis is "
     "a "
     "Redis, which should run with appendonly yes and appendfsync always.",
     BOXOFFICE_FIELD(queue_ranking.kind),
     {},
     {"--queue", settings_use::data_only}},
    {"queue_ranking.url", "URL",
     "redis://user:password@host:port/database, redis+unix:///path?db=0, or "
     "redis-sentinel://host:port,host:port/master/database. ?prefix=NAME: keys begin with {NAME} "
     "instead of {boxoffice}. Not read with embedded.",
     BOXOFFICE_FIELD(queue_ranking.url)},

    {"reservation.hold_seconds",
     "seconds",
     "How long a seat is held for its buyer, for schedules that do not say it themselves.",
     BOXOFFICE_FIELD(reservation.hold_time),
     {limits::hold_time_min.count(), limits::hold_time_max.count()}},

    {"queue.token_seconds",
     "seconds",
     "How long a queue token stays ACTIVE.",
     BOXOFFICE_FIELD(queue.token_time),
     {1, limits::queue_setting_time_max.count()}},
    {"queue.silence_seconds",
     "seconds",
     "Who waits and does not ask for so long gives up the place.",
     BOXOFFICE_FIELD(queue.silence),
     {1, limits::queue_setting_time_max.count()}},

    {"payment.answer_ms",
     "milliseconds",
     "POST /v1/payments answers 202 when the payment has not ended by then.",
     BOXOFFICE_FIELD(payment.answer_time),
     {1, limits::payment_answer_time_max.count()}},
    {"payment.deadline_seconds",
     "seconds",
     "A payment that has not confirmed its seats by then is undone.",
     BOXOFFICE_FIELD(payment.deadline),
     {1, limits::payment_deadline_max.count()}},
    {"payment.step_ms",
     "milliseconds",
     "How long a step of a payment may stay unanswered before it is asked again for the first "
     "time.",
     BOXOFFICE_FIELD(payment.step_time),
     {limits::payment_step_time_min.count(), limits::payment_step_time_max.count()}},
    {"payment.undo_tries_max",
     "tries",
     "So often a payment or refund asks for one step of its way back; without an answer it is then "
     "parked for an operator.",
     BOXOFFICE_FIELD(payment.undo_tries_max),
     {1, limits::saga_step_tries_max}},

    {"point.charge_max",
     "points",
     "The largest single charge.",
     BOXOFFICE_FIELD(point.charge_max),
     {limits::charge_points_min, limits::balance_points_max}},

    {"events.keep_days",
     "days",
     "How long an event is kept after every consumer has it. A consumer that was switched off for "
     "longer misses what happened meanwhile; rankings never do.",
     BOXOFFICE_FIELD(events.keep_days),
     {limits::events_keep_days_min, limits::events_keep_days_max}},
    {"events.rabbitmq.url", "URL, amqp[s]://[USER:PASSWORD@]HOST[:PORT][/VHOST]",
     "A RabbitMQ that every payment event is published to. Empty: off.",
     BOXOFFICE_FIELD(events.rabbitmq.url)},
    {"events.rabbitmq.exchange", "a name",
     "The topic exchange; events are routed by payment.completed and payment.refunded.",
     BOXOFFICE_FIELD(events.rabbitmq.exchange)},
    {"events.rabbitmq.ca_file", "path of a PEM file",
     "The only authorities that may vouch for an amqps URL. Empty: those of the system.",
     BOXOFFICE_FIELD(events.rabbitmq.ca_file)},
    {"events.kafka.brokers", "HOST:PORT, several with commas",
     "A Kafka that every payment event is published to. Empty: off.",
     BOXOFFICE_FIELD(events.kafka.brokers)},
    {"events.kafka.topic", "a name", "The topic; the key of a message is the schedule.",
     BOXOFFICE_FIELD(events.kafka.topic)},
    {"events.kafka.transport", "", "How the brokers are reached.",
     BOXOFFICE_FIELD(events.kafka.transport)},
    {"events.kafka.ca_file", "path of a PEM file",
     "The only authorities that may vouch for brokers with TLS. Empty: those of the system.",
     BOXOFFICE_FIELD(events.kafka.ca_file)},
    {"events.kafka.user", "a name", "For brokers that ask who comes. Empty: nobody is named.",
     BOXOFFICE_FIELD(events.kafka.user)},
    {"events.kafka.password", "any length", "Of that user.",
     BOXOFFICE_FIELD(events.kafka.password)},
    {"events.kafka.login", "",
     "The SASL mechanism for that user. PLAIN sends the password as it is: take it with tls. The "
     "SCRAM of "
     "librdkafka 2.0 is refused by brokers from 3.7.2 on.",
     BOXOFFICE_FIELD(events.kafka.login)},
    {"events.redis_streams.url", "URL, as queue_ranking.url",
     "A Redis that every payment event is published to. Empty: off.",
     BOXOFFICE_FIELD(events.redis_streams.url)},
    {"events.redis_streams.stream", "a key", "The stream.",
     BOXOFFICE_FIELD(events.redis_streams.stream)},

    {"ranking.source", "",
     "Where the rankings hear of payments: from the payment service itself, or from one of the "
     "brokers above; the same for the payment service, the rankings and the audit. A data platform "
     "in a process of its own hears of them there.",
     BOXOFFICE_FIELD(ranking.source)},

    {"data_platform.url", "URL, http[s]://HOST[:PORT]/PATH",
     "Receives every payment event by POST. Empty: off.", BOXOFFICE_FIELD(data_platform.url)},
    {"data_platform.ca_file", "path of a PEM file",
     "The only authorities that may vouch for an https data_platform.url. Empty: those of the "
     "system.",
     BOXOFFICE_FIELD(data_platform.ca_file)},
    {"data_platform.secret", "whsec_ and the base64 of 24 to 64 bytes",
     "The key that signs those requests as Standard Webhooks does: whsec_$(openssl rand -base64 "
     "32). "
     "Empty: they are not signed.",
     BOXOFFICE_FIELD(data_platform.secret)},
    {"data_platform.previous_secret", "as data_platform.secret",
     "The key of before, which signs as well until every receiver has the new one. Empty: none.",
     BOXOFFICE_FIELD(data_platform.previous_secret)},
    {"data_platform.batch",
     "events",
     "How many events of one schedule go in one POST at most. Above 1 the platform has to take "
     "application/cloudevents-batch+json.",
     BOXOFFICE_FIELD(data_platform.batch),
     {1, number(limits::data_platform_batch_events_max)}},
    {"data_platform.timeout_ms",
     "milliseconds",
     "How long one POST may take before it is repeated.",
     BOXOFFICE_FIELD(data_platform.timeout),
     {limits::data_platform_time_min.count(), limits::data_platform_time_max.count()}},

    {"web.enabled", "true or false",
     "Serves the pages at /, /console and /docs, and what they load. false: they are 404.",
     BOXOFFICE_FIELD(web.enabled)},
    {"web.dir", "path of a folder",
     "Serves the pages of this folder, as web/bundle writes it, for work on them. Empty: those in "
     "the binary.",
     BOXOFFICE_FIELD(web.dir)},
    {"web.oidc_issuer", "https://HOST[:PORT][/PATH]; http only where HOST is loopback",
     "The identity provider that the pages log in at (OpenID Connect, code with PKCE): the issuer "
     "of "
     "an [[auth.issuer]]. Empty: no log-in.",
     BOXOFFICE_FIELD(web.oidc_issuer)},
    {"web.oidc_client_id", "as the provider has it",
     "How the provider calls the pages: a public client that may redirect to / and /console.",
     BOXOFFICE_FIELD(web.oidc_client_id)},
    {"web.oidc_scope", "words with blanks between",
     "What the pages ask for. With offline_access most providers give a refresh token, so that a "
     "log-in is renewed without leaving the page.",
     BOXOFFICE_FIELD(web.oidc_scope)},
    {"web.oidc_resource", "an address or a name, as the provider has it",
     "Whom the token is for, where the provider has to be told: sent as resource (RFC 8707) and as "
     "audience. Empty: neither is sent.",
     BOXOFFICE_FIELD(web.oidc_resource)},

    {"demo.load", "true or false", "Loads demo.file into an empty data directory.",
     BOXOFFICE_FIELD(demo.load)},
    {"demo.file", "path", "Concerts and schedules to try things out with.",
     BOXOFFICE_FIELD(demo.file)},

    {"log.level", "", "The least important lines that are written to standard error.",
     BOXOFFICE_FIELD(log.level)},
    {"log.format", "", "auto is text on a terminal and JSON lines otherwise.",
     BOXOFFICE_FIELD(log.format)},
});

#undef BOXOFFICE_FIELD

}  // namespace

std::span<const setting_key> setting_keys() { return keys; }

const setting_key* find_key(std::string_view name) {
  const auto found = std::ranges::find(keys, name, &setting_key::name);
  return found == keys.end() ? nullptr : &*found;
}

const setting_key& key_of(settings& of, const setting_field& member) {
  const auto found =
      std::ranges::find_if(keys, [&](const setting_key& key) { return key.field(of) == member; });
  if (found == keys.end()) std::abort();
  return *found;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(keys, [&](const setting_key& key) {
    return key.name.size() > name.size() && key.name.starts_with(name) &&
           key.name[name.size()] == '.';
  });
}

std::string variable_name(std::string_view key) {
  std::string out = "BOXOFFICE_";
  for (const char c : key) {
    if (c == '.') {
      out += "__";
    } else {
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

}  // namespace boxoffice
