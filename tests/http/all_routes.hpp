#pragma once

#include "http/api/endpoints.hpp"
#include "http/document/document_routes.hpp"
#include "http/pages/page_routes.hpp"

#include <chrono>
#include <cstdint>

#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace boxoffice::http {

/// The whole table of routes, without anybody who could answer.
class all_routes {
 public:
  all_routes() {
    add_all_routes(routes_, gateway_, keys_);
    add_dev_token_route(routes_, token_key::hs256("secret"), std::chrono::seconds{1});
    add_page_routes(routes_, pages_);
    add_document_routes(routes_, "0", pages_rule::served);
  }
  [[nodiscard]] const router& routes() const { return routes_; }

 private:
  class no_clock final : public clock {
   public:
    [[nodiscard]] time_point now() const override { return {}; }
  };
  class no_random final : public random_source {
   public:
    std::uint64_t next() override { return 1; }
  };

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  boost::asio::io_context io_;
  metrics measured_;
  const catalogue_view catalogue_;
  const no_clock time_;
  no_random random_;
  service_bridge actors_{system_, io_.get_executor(), time_, measured_};
  gateway gateway_{
      actors_,
      gateway_parts{
          .services = {}, .catalogue = catalogue_, .measured = measured_, .random = random_}};
  const ticket_keys keys_{settings{}};
  const page_set pages_{{}, {}};
  router routes_;
};

}  // namespace boxoffice::http
