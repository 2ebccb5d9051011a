#include "http/api/standby_page.hpp"

#include "http/server/metrics_page.hpp"
#include "http/server/server.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace boxoffice::http {
namespace {

boost::asio::awaitable<response> say(nlohmann::ordered_json what) {
  co_return response{status::ok, std::move(what)};
}

server_settings standby_rules(const settings& how) {
  server_settings rules;
  rules.listen = how.http.listen;
  rules.serves = [] { return false; };
  return rules;
}

}  // namespace

class standby_page::parts {
 public:
  parts(const settings& how, const boxoffice::clock& time, metrics& m)
      : server_{standby_rules(how), nullptr, time, m} {
    router routes;
    routes.add({.pattern = "/healthz",
                .handle =
                    [](request&) {
                      return say({{"status", "ok"}});
                    },
                .admitted = admission_rule::exempt});
    routes.add({.pattern = "/readyz",
                .handle =
                    [](request&) {
                      return say({{"status", "ready"}, {"standby", true}});
                    },
                .admitted = admission_rule::exempt});
    routes.add(metrics_route(m));
    server_.start(std::move(routes));
  }
  ~parts() { server_.stop(); }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

  [[nodiscard]] std::string url() const { return server_.url(); }

 private:
  server server_;
};

standby_page::standby_page(const settings& how, const boxoffice::clock& time, metrics& m)
    : parts_{std::make_unique<parts>(how, time, m)} {}
standby_page::~standby_page() = default;
std::string standby_page::url() const { return parts_->url(); }

}  // namespace boxoffice::http
