#include "bench/load/market.hpp"

#include "bench/load/requests.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace boxoffice::load {
namespace {

// Enough for every seat of a sale at the price of rush/sale.cpp.
constexpr std::string_view charge_body = R"({"amount":10000000})";

/// One buyer an operation: a token, a place in the line, points. Who was there before has the first
/// and the last.
class arrival final : public scenario {
 public:
  arrival(const rush::on_sale& sale, const market_plan& plan, std::vector<buyer>& into)
      : line_body_{R"({"concertId":")" + sale.concert_id + "\"}"},
        prefix_{plan.people ? "crowd-" : sale.schedule_id + "-u"},
        purses_{plan.purses},
        buyers_{into} {
    if (!plan.people) return;
    known_ = std::min(plan.people->tokens.size(), buyers_.size());
    for (std::size_t i = 0; i < known_; ++i)
      buyers_[i].token = plan.people->tokens[i];
  }

  void begin(std::uint64_t number, std::string& request) override { ask(number, request); }

  verdict next(std::uint64_t number, std::size_t /*position*/, const answer& to,
               std::string& request) override {
    auto& one = buyers_[number];
    // A server that was under load a moment ago may not be ready yet.
    if (!says_later(to)) {
      if (to.status != 201) return verdict::failed;
      if (one.token.empty()) {
        one.token = member_of(to.body, "token");
      } else if (one.queue_token.empty()) {
        one.queue_token = member_of(to.body, "token");
        if (number < known_ || purses_ == market_plan::purse::empty) return verdict::done;
      } else {
        return verdict::done;
      }
    }
    ask(number, request);
    return verdict::more;
  }

 private:
  // For what this buyer does not have yet.
  void ask(std::uint64_t number, std::string& request) const {
    const auto& one = buyers_[number];
    if (one.token.empty())
      write_post(request, "/v1/dev/tokens",
                 R"({"userId":")" + prefix_ + std::to_string(number) + R"(","role":"user"})");
    else if (one.queue_token.empty())
      write_post(request, "/v1/queue/tokens", line_body_, {.bearer = one.token});
    else
      write_post(request, "/v1/points/charges", charge_body,
                 {.bearer = one.token, .idempotency_key = "charge"});
  }

  const std::string line_body_, prefix_;
  const market_plan::purse purses_;
  std::vector<buyer>& buyers_;
  std::size_t known_{0};
};

rush::on_sale open(const std::string& url, const market_plan& how) {
  rush::blocking_client client{url};
  rush::sale_plan plan;
  plan.seats = how.seats;
  plan.hold = how.hold;
  plan.waiting_room = how.waiting_room;
  return rush::open_sale(client, plan);
}

}  // namespace

market::market(const std::string& url, const market_plan& plan)
    : url_{url}, server_{rush::parse_url(url)}, sale_{open(url, plan)}, buyers_(plan.buyers) {
  arrival all{sale_, plan, buyers_};
  const auto result = run_load(server_, all,
                               {.connections = 128,
                                .warm_up = std::chrono::milliseconds{0},
                                .measured = std::chrono::minutes{10},
                                .count = plan.buyers});
  if (result.failed != 0 || result.done != plan.buyers)
    throw std::runtime_error{"the buyers could not be prepared: " + result.failure};
  if (!plan.people) return;
  auto& tokens = plan.people->tokens;
  for (std::size_t i = tokens.size(); i < buyers_.size(); ++i)
    tokens.push_back(buyers_[i].token);
}

}  // namespace boxoffice::load
