#include "http/api/application.hpp"

#include "config/cluster_limits.hpp"
#include "http/api/demo.hpp"
#include "http/api/endpoints.hpp"
#include "http/api/identity_providers.hpp"
#include "http/api/readiness.hpp"
#include "http/api/streams/live_streams.hpp"
#include "http/document/document_routes.hpp"
#include "http/pages/page_routes.hpp"
#include "http/server/secret_bytes.hpp"
#include "http/server/server.hpp"
#include "http/tickets/ticket_keys.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

namespace boxoffice::http {
namespace {

constexpr std::chrono::milliseconds ready_poll_every{20};

// The shared secret; one for this run only when auth.dev goes without.
std::string shared_secret(const settings& how) {
  if (!how.auth.secret.empty()) return how.auth.secret.reveal();
  return draw_secret_bytes(limits::auth_secret_bytes_min);
}

token_key verification_key(const settings& how, const std::string& secret) {
  switch (how.auth.algorithm) {
    case auth_algorithm::hs256:
      return token_key::hs256(secret);
    case auth_algorithm::eddsa:
      if (auto key = token_key::ed25519_public(how.auth.public_key)) return std::move(*key);
      throw std::runtime_error{"auth.public_key holds no Ed25519 public key in PEM"};
  }
  throw std::runtime_error{"auth.algorithm is unknown"};
}

server_settings server_rules(const settings& how, const listen_address& where) {
  server_settings rules;
  rules.listen = where;
  rules.io_threads = how.http.threads;
  rules.in_flight_max = how.http.in_flight_max;
  rules.streams_max = how.http.streams_max;
  rules.rate_limit_per_second = how.http.rate_limit_per_second;
  rules.cors_origins = how.http.cors_origins;
  for (const auto& each : how.http.trusted_proxies)
    if (const auto range = parse_address_range(each)) rules.trusted_proxies.push_back(*range);
  return rules;
}

server_settings api_rules(const settings& how, const service_handles& services) {
  auto rules = server_rules(how, how.http.listen);
  // Nobody waits for what a gateway alone lets go of.
  if (how.keeps_nothing()) rules.drain_idle = limits::gateway_drain_time;
  if (const auto* stores = services.stores) {
    rules.serves = [stores] { return stores->serves(); };
    rules.may_answer = [stores] { return stores->may_answer(); };
  }
  return rules;
}

sign_in_rules sign_in_of(const settings& how) {
  sign_in_rules out{.dev_tokens = how.auth.dev, .at = std::nullopt};
  const auto& web = how.web;
  const auto trusted =
      std::ranges::find(how.auth.issuers, web.oidc_issuer, &issuer_settings::issuer);
  if (trusted != how.auth.issuers.end())
    out.at = {web.oidc_issuer, web.oidc_client_id, web.oidc_scope, web.oidc_resource,
              trusted->role_claim};
  return out;
}

}  // namespace

class application::parts {
 public:
  parts(const settings& how, const application_environment& on)
      : how_{how},
        time_{on.time},
        secret_{shared_secret(how)},
        tokens_{verification_key(how, secret_), make_identity_providers(how, on.metrics)},
        ticket_keys_{how},
        server_{with_tickets(api_rules(how, on.services)), &tokens_, on.time, on.metrics},
        streams_{server_.executor(), on.time},
        bridge_{std::in_place, on.system, server_.executor(), on.time, on.metrics},
        gateway_{
            *bridge_,
            gateway_parts{.services = on.services,
                          .catalogue = on.catalogue,
                          .measured = on.metrics,
                          .random = on.random,
                          .hold_time_default = how.reservation.hold_time,
                          .payment_answer_time = how.payment.answer_time,
                          .incarnation = on.random.next(),
                          .node = {on.version, how.is_clustered() ? how.node_name() : std::string{},
                                   how.node.roles, on.time.now()},
                          .streams = &streams_}} {
    if (how.http.metrics_listen)
      metrics_server_.emplace(server_rules(how, *how.http.metrics_listen), nullptr, on.time,
                              on.metrics);
  }

  void start() {
    router routes;
    // HTTP for everybody is what gateways have; of the others it is for operators' tools.
    const bool is_gateway = how_.node.roles.contains(role::gateway);
    if (is_gateway)
      add_all_routes(routes, gateway_, ticket_keys_);
    else
      add_health_routes(routes, gateway_);
    if (how_.auth.dev && is_gateway)
      add_dev_token_route(routes, token_key::hs256(secret_), how_.auth.dev_token_time);
    if (how_.web.enabled && is_gateway) {
      pages_.emplace(how_.web.dir, sign_in_of(how_));
      add_page_routes(routes, *pages_);
    }
    if (is_gateway)
      add_document_routes(routes, gateway_.parts().node.version,
                          how_.web.enabled ? pages_rule::served : pages_rule::off);
    if (is_gateway && !ticket_keys_.can_sign())
      log(log_level::warning, "gateway",
          "no key signs tickets: set tickets.secret or tickets.private_key");
    server_.start(std::move(routes));
    if (!metrics_server_) return;
    router health;
    add_health_routes(health, gateway_);
    metrics_server_->start(std::move(health));
  }

  boost::asio::awaitable<std::string> await_ready(std::stop_token stop) {
    boost::asio::steady_timer pause{server_.executor()};
    while (true) {
      const auto missing = (co_await look_at_readiness(gateway_)).missing;
      if (missing.empty()) co_return std::string{};
      const auto* stores = gateway_.services().stores;
      if (stop.stop_requested() || (stores != nullptr && !stores->serves())) {
        std::string names;
        for (const auto& name : missing)
          names.append(names.empty() ? "" : ", ").append(name);
        co_return names;
      }
      pause.expires_after(ready_poll_every);
      co_await pause.async_wait(boost::asio::use_awaitable);
    }
  }

  std::string load_demo() {
    auto demo = read_demo(how_.demo.file, time_.calendar(), how_.reservation.hold_time);
    if (auto* wrong = std::get_if<std::string>(&demo)) return std::move(*wrong);
    return run(http::load_demo(gateway_, std::get<demo_catalogue>(std::move(demo))));
  }

  std::string dev_token(const std::string& user) const {
    return sign_token(token_key::hs256(secret_), {{user}, access::user},
                      std::chrono::floor<seconds>(time_.calendar()) + how_.auth.dev_token_time);
  }

  void stop() {
    tokens_.close();
    if (metrics_server_) metrics_server_->stop();
    streams_.close();
    server_.stop();
    bridge_.reset();
  }

  [[nodiscard]] std::string url() const { return server_.url(); }

  /// Runs a coroutine on the io threads, and waits.
  template <class Result>
  Result run(boost::asio::awaitable<Result> work) {
    return boost::asio::co_spawn(server_.executor(), std::move(work), boost::asio::use_future)
        .get();
  }

 private:
  server_settings with_tickets(server_settings rules) {
    rules.redeem = [this](std::string_view ticket, std::string_view path) {
      return streams_.tickets().redeem(ticket, path, time_.now());
    };
    return rules;
  }

  const settings& how_;
  const boxoffice::clock& time_;
  const std::string secret_;
  token_verifier tokens_;
  const ticket_keys ticket_keys_;
  std::optional<page_set> pages_;
  server server_;
  live_streams streams_;
  std::optional<service_bridge> bridge_;
  gateway gateway_;
  std::optional<server> metrics_server_;
};

application::application(const settings& how, const application_environment& on)
    : parts_{std::make_unique<parts>(how, on)} {}
application::~application() { stop(); }
void application::start() { parts_->start(); }
std::string application::url() const { return parts_->url(); }
std::string application::await_ready(const std::stop_token& stop) {
  return parts_->run(parts_->await_ready(stop));
}
std::string application::load_demo() { return parts_->load_demo(); }
std::string application::dev_token(const std::string& user) const {
  return parts_->dev_token(user);
}
void application::stop() { parts_->stop(); }

}  // namespace boxoffice::http
