#include "bench/compare/form_benches.hpp"

#include "bench/compare/http_side.hpp"
#include "bench/load/asked_again.hpp"
#include "bench/load/market.hpp"
#include "bench/load/requests.hpp"

#include <map>
#include <utility>

namespace boxoffice::compare {
namespace {

constexpr std::size_t readers = 16;

// Readers of one map, who also look at how long the answers are.
class map_readers final : public load::scenario {
 public:
  map_readers(std::string request, std::size_t& bytes)
      : request_{std::move(request)}, bytes_{bytes} {}
  void begin(std::uint64_t /*number*/, std::string& request) override { request = request_; }
  verdict next(std::uint64_t /*number*/, std::size_t /*position*/, const load::answer& to,
               std::string& /*request*/) override {
    bytes_ = to.body.size();
    return to.status == 200 ? verdict::done : verdict::failed;
  }

 private:
  const std::string request_;
  std::size_t& bytes_;
};

}  // namespace

outcome measure_forms(const surroundings& from) {
  comparison of{.name = "http-forms",
                .what = "a seat map of 10,000 seats, plain and compressed",
                .durability = ""};
  const auto server = std::make_shared<load::measured_server>(from.server, "");
  const load::market at{server->url(), {.seats = 10'000}};
  const auto map = "/v1/schedules/" + at.sale().schedule_id + "/seats";
  std::map<std::string, std::size_t> bytes;
  const auto add = [&](const std::string& what, const std::string& target,
                       const std::string& accepted) {
    auto& counted = bytes[what];
    http_setup setup{
        .name = what,
        .does = "GET " + std::string{accepted.empty() ? "" : "with Accept-Encoding: "} + accepted,
        .server = server,
        .connections = readers};
    setup.prepare = [target, accepted, &counted](const std::string&, std::size_t) {
      std::string request;
      load::write_get(request, target, {.accept_encoding = accepted});
      return std::make_unique<map_readers>(std::move(request), counted);
    };
    setup.renews = http_setup::renewal::never;
    return of.add(make_http_side(std::move(setup)));
  };
  add("kept map, plain", map, "");
  add("kept map, gzip", map, "gzip");
  add("filtered map, plain", map + "?status=AVAILABLE", "");
  add("filtered map, gzip", map + "?status=AVAILABLE", "gzip");
  auto out = run_rounds(of, from.plan);
  for (const auto& [what, size] : bytes)
    out.figures.push_back(
        {what + ": bytes of the body", spread_of({static_cast<double>(size)}), "bytes"});
  return out;
}

}  // namespace boxoffice::compare
