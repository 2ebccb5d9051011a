#include "config/settings_keys.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdlib>
#include <numeric>
#include <vector>

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
    {"http.rate_limit_per_second",
     "requests per second",
     "Of one user, or of one address without a token; those beyond it get 429. 0: no limit.",
     BOXOFFICE_FIELD(http.rate_limit_per_second),
     {0, number(limits::http_rate_limit_requests_max)}},
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
    {"node.scheduler_threads",
     "threads",
     "Threads that run the actors.",
     BOXOFFICE_FIELD(node.scheduler_threads),
     {1, number(limits::scheduler_threads_max)}},

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

    {"events.kind", "", "What carries events from the outbox to their consumers.",
     BOXOFFICE_FIELD(events.kind)},

    {"data_platform.url", "URL, http[s]://HOST[:PORT]/PATH",
     "Receives every payment event by POST. Empty: off.", BOXOFFICE_FIELD(data_platform.url)},
    {"data_platform.ca_file", "path of a PEM file",
     "The only authorities that may vouch for an https data_platform.url. Empty: those of the "
     "system.",
     BOXOFFICE_FIELD(data_platform.ca_file)},
    {"data_platform.secret", "any length",
     "The HMAC-SHA-256 key that signs those requests. Empty: they are not signed.",
     BOXOFFICE_FIELD(data_platform.secret)},
    {"data_platform.timeout_ms",
     "milliseconds",
     "How long one POST may take before it is repeated.",
     BOXOFFICE_FIELD(data_platform.timeout),
     {limits::data_platform_time_min.count(), limits::data_platform_time_max.count()}},

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

/// Edits that turn one text into the other: insertions, deletions, replacements.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('.') + 1); }

/// The nearest of `known` within a third of its length; else the one with the same last part, so
/// that `hold_seconds` and `seats.hold_seconds` find `reservation.hold_seconds`.
std::string nearest(std::string_view unknown, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t best_edits = 0;
  for (const auto& name : known) {
    const auto edits = distance(unknown, name);
    if (edits <= name.size() / 3 && (best == nullptr || edits < best_edits)) {
      best = &name;
      best_edits = edits;
    }
  }
  if (best != nullptr) return *best;
  const auto same = std::ranges::find(known, last_part(unknown),
                                      [](const std::string& name) { return last_part(name); });
  return same == known.end() ? std::string{} : *same;
}

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

std::string nearest_key(std::string_view unknown) {
  std::vector<std::string> known;
  known.reserve(2 * keys.size());
  for (const auto& key : keys)
    known.emplace_back(key.name);
  for (const auto& key : keys) {
    for (auto dot = key.name.find('.'); dot != std::string_view::npos;
         dot = key.name.find('.', dot + 1)) {
      known.emplace_back(key.name.substr(0, dot));
    }
  }
  return nearest(unknown, known);
}

std::string nearest_variable(std::string_view unknown) {
  std::vector<std::string> known;
  known.reserve(keys.size());
  for (const auto& key : keys)
    known.push_back(variable_name(key.name));
  return nearest(unknown, known);
}

}  // namespace boxoffice
