#include "http/api/audit_page.hpp"
#include "http/api/endpoints.hpp"

#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

awaitable<response> invariants(gateway& g, request& from) {
  if (!g.services().auditor)
    co_return problem{problem_code::unavailable,
                      "The databases are with other nodes: run boxoffice audit beside them."};
  read_invariants question{0};
  const auto reply =
      co_await g.ask(from, g.services().auditor, question, limits::audit_ask_time_max);
  if (!reply) co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  co_return response{status::ok, json_type, write_json(*reply->report, reply->checked_at)};
}

}  // namespace

void add_audit_routes(router& routes, gateway& g) {
  routes.add({.pattern = "/v1/admin/invariants",
              .needs = access::operator_,
              .handle = [&g](request& r) { return invariants(g, r); },
              .says = {.operation = "getInvariants",
                       .group = "Operators",
                       .summary = "Check the books of all services",
                       .answers = {{status::ok, "Invariants"}}}});
}

}  // namespace boxoffice::http
