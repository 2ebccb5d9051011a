#include "http/server/declared_answers.hpp"

#include <initializer_list>

namespace boxoffice::http {
namespace {

using problem_set = std::bitset<problem_codes>;

void add_codes(problem_set& to, std::initializer_list<problem_code> codes) {
  for (const auto each : codes)
    to.set(static_cast<std::size_t>(each));
}

// What is decided about a request before its handler, and what any handler may end with. The order
// is that of docs/API.md.
problem_set implied(const route& line) {
  using enum problem_code;
  problem_set found;
  add_codes(found, {malformed_request, headers_too_large, http_version_not_supported,
                    payload_too_large, invalid_field, internal});
  if (line.admitted != admission_rule::exempt)
    add_codes(found, {rate_limited, overloaded, unavailable});
  if (line.needs > access::anyone) add_codes(found, {unauthenticated});
  if (line.needs > access::user) add_codes(found, {forbidden});
  if (line.key == key_rule::required)
    add_codes(found, {idempotency_key_required, idempotency_key_reused, idempotency_in_flight});
  if (line.method == verb::get) add_codes(found, {not_acceptable});
  if (line.body != body_rule::none)
    add_codes(found, {unsupported_media_type, malformed_json, unknown_field});
  return found;
}

problem_set all_of(const route& line) {
  auto found = implied(line);
  for (const auto each : line.says.problems)
    found.set(static_cast<std::size_t>(each));
  return found;
}

std::vector<problem_code> in_order(const problem_set& codes) {
  std::vector<problem_code> out;
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (codes.test(i)) out.push_back(static_cast<problem_code>(i));
  return out;
}

}  // namespace

std::vector<problem_code> problems_of(const route& line) { return in_order(all_of(line)); }
std::vector<problem_code> implied_problems(const route& line) { return in_order(implied(line)); }

declared_answers::declared_answers(const router& routes) {
  for (const auto& each : routes.routes()) {
    auto& made = rows_.emplace_back();
    made.documented = !each->says.operation.empty();
    made.problems = all_of(*each);
    for (const auto& answer : each->says.answers)
      made.good.set(static_cast<std::size_t>(answer.status));
  }
}

bool declared_answers::has(std::size_t index, const response& answer) const {
  const auto& declared = rows_[index];
  if (!declared.documented) return true;
  if (answer.refusal)
    return declared.problems.test(static_cast<std::size_t>(answer.refusal->code()));
  const auto code = static_cast<std::size_t>(answer.status);
  return code < statuses && declared.good.test(code);
}

}  // namespace boxoffice::http
