#pragma once

#include "bench/load/scenario.hpp"

#include <string>
#include <utility>
#include <vector>

namespace boxoffice::load {

/// Requests that were written before and are sent in turn, each answered with the same status:
/// readers of a page, people who poll.
class asked_again final : public scenario {
 public:
  asked_again(std::vector<std::string> requests, int status)
      : requests_{std::move(requests)}, status_{status} {}
  void begin(std::uint64_t number, std::string& request) override {
    request = requests_[number % requests_.size()];
  }
  verdict next(std::uint64_t /*number*/, std::size_t /*position*/, const answer& to,
               std::string& /*request*/) override {
    return to.status == status_ ? verdict::done : verdict::failed;
  }

 private:
  const std::vector<std::string> requests_;
  const int status_;
};

}  // namespace boxoffice::load
