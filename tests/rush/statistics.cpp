#include "tests/rush/statistics.hpp"

#include <algorithm>

namespace boxoffice::rush {

std::string_view to_text(step s) {
  switch (s) {
    case step::token:
      return "token";
    case step::join:
      return "join";
    case step::poll:
      return "poll";
    case step::seats:
      return "seats";
    case step::hold:
      return "hold";
    case step::charge:
      return "charge";
    case step::pay:
      return "pay";
    case step::lookup:
      return "lookup";
    case step::refund:
      return "refund";
    case step::give_back:
      return "give back";
  }
  return "";
}

std::string_view to_text(visit_end e) {
  switch (e) {
    case visit_end::bought:
      return "bought";
    case visit_end::refunded:
      return "refunded";
    case visit_end::gave_up:
      return "gave up";
    case visit_end::sold_out:
      return "sold out";
    case visit_end::too_late:
      return "too late";
    case visit_end::failed:
      return "failed";
  }
  return "";
}

void statistics::count(step s, const http_answer& answer) {
  ++requests_;
  if (!answer.arrived()) {
    ++unanswered_;
    return;
  }
  ++statuses_[answer.status];
  microseconds_[static_cast<std::size_t>(s)].push_back(
      static_cast<std::uint32_t>(std::min<std::int64_t>(answer.took.count(), UINT32_MAX)));
  const bool later = answer.status == 503 && answer.retry_after.count() > 0;
  if (later && outages_ == outages::foreseen) {
    ++told_later_;
  } else if (answer.status >= 500) {
    ++server_errors_;
    violation(std::string{to_text(s)} + " answered " + std::to_string(answer.status) + ": " +
              answer.body);
  }
  if (answer.status >= 400) {
    const auto code = answer.code();
    ++refusals_[std::string{to_text(s)} + " " +
                (code.empty() ? std::to_string(answer.status) : code)];
  }
}

statistics::spread statistics::latency(step s) const {
  auto sorted = microseconds_[static_cast<std::size_t>(s)];
  if (sorted.empty()) return {};
  std::ranges::sort(sorted);
  const auto at = [&](std::size_t percent) {
    const auto rank = std::min(sorted.size() - 1, sorted.size() * percent / 100);
    return std::chrono::microseconds{sorted[rank]};
  };
  return {sorted.size(), at(50), at(95), at(99), std::chrono::microseconds{sorted.back()}};
}

}  // namespace boxoffice::rush
