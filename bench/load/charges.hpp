#pragma once

#include "bench/load/purchases.hpp"
#include "bench/load/requests.hpp"

#include <utility>

namespace boxoffice::load {

/// One user who charges points again and again: every operation changes the same balance.
class charges final : public scenario {
 public:
  explicit charges(market at) : market_{std::move(at)} {}
  void begin(std::uint64_t number, std::string& request) override {
    key_ = "c" + std::to_string(number);
    write_post(request, "/v1/points/charges", R"({"amount":10})",
               {.bearer = market_.buyers().front().token, .idempotency_key = key_});
  }
  verdict next(std::uint64_t /*number*/, std::size_t /*position*/, const answer& to,
               std::string& /*request*/) override {
    if (says_later(to)) return verdict::shed;
    return to.status == 201 ? verdict::done : verdict::failed;
  }

 private:
  const market market_;
  std::string key_;
};

}  // namespace boxoffice::load
