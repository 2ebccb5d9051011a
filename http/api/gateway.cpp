#include "http/api/gateway.hpp"

#include "http/server/tracing.hpp"

#include <string>

namespace boxoffice::http {

const request_origin& gateway::origin_of(request& from) {
  if (!from.origin)
    from.origin = {std::string{from.request_id},
                   child_traceparent(from.traceparent, parts_.random.next())};
  return from.origin;
}

problem gateway::missing(const request& from, problem not_found) const {
  if (is_complete(from)) return not_found;
  return problem{problem_code::unavailable, "The catalogue cannot be asked now."};
}

void gateway::keep_slot(request& from, queue_token token, time_point until) {
  actors_.tell(parts_.services.queue, keep_token{0, from.user(), token, until, {origin_of(from)}});
}

boost::asio::awaitable<gateway::admission> gateway::admit(request& from, concert_id concert) {
  if (!concert) co_return admission{};  // the service refuses before it looks at the token
  if (from.queue_token.empty()) co_return admission{.verdict = queue_check::token_missing};
  const auto token = parse_id<queue_token>(from.queue_token);
  if (!token || token->concert != concert)
    co_return admission{.verdict = queue_check::token_invalid};
  const auto* const admitted = services().admitted;
  if (admitted != nullptr && admitted->admits(*token, from.user(), from.now))
    co_return admission{.token = *token};
  check_token question{0, from.user(), concert, *token};
  const auto reply = co_await ask(from, services().queue, question);
  if (!reply || reply->fault != fault::none) co_return admission{.known = false};
  switch (reply->verdict) {
    case token_verdict::active:
      co_return admission{.token = *token};
    case token_verdict::invalid:
      co_return admission{.verdict = queue_check::token_invalid};
    case token_verdict::lapsed:
      co_return admission{.verdict = queue_check::lapsed};
    case token_verdict::waiting:
      co_return admission{.verdict = queue_check::still_waiting, .position = reply->position};
  }
  co_return admission{.known = false};
}

std::optional<problem> problem_of(fault what) {
  switch (what) {
    case fault::none:
      return std::nullopt;
    case fault::overloaded:
      return problem{problem_code::overloaded, "Too much is queued up."};
    case fault::unavailable:
    case fault::in_doubt:
      return problem{problem_code::unavailable, "A part of the service cannot answer now."};
    case fault::internal:
      return problem{problem_code::internal, "It was not done, and nothing has changed."};
  }
  return problem{problem_code::internal};
}

std::optional<problem> problem_of(fault what, key_verdict key) {
  if (what == fault::in_doubt) return still_running();
  if (what != fault::none) return problem_of(what);
  switch (key) {
    case key_verdict::fresh:
    case key_verdict::replayed:
      return std::nullopt;
    case key_verdict::reused:
      return problem{problem_code::idempotency_key_reused,
                     "This Idempotency-Key was used with another body."};
    case key_verdict::in_flight:
      return still_running();
  }
  return problem{problem_code::internal};
}

problem still_running() {
  return problem{problem_code::idempotency_in_flight,
                 "The first request with this Idempotency-Key has not ended; ask again with it."};
}

response marked(response answer, key_verdict key) {
  if (key == key_verdict::replayed) answer.with("Idempotent-Replayed", "true");
  return answer;
}

problem queue_problem(queue_check verdict, std::uint32_t position) {
  switch (verdict) {
    case queue_check::token_missing:
      return problem{problem_code::queue_token_required, "The header Queue-Token is missing."};
    case queue_check::still_waiting:
      return problem{problem_code::queue_not_active, "The token is still waiting in line."}
          .with("position", position)
          .retry_after(limits::waiting_room_poll_every);
    case queue_check::admitted:
    case queue_check::lapsed:
    case queue_check::token_invalid:
      break;
  }
  return problem{problem_code::queue_token_invalid,
                 "The queue token does not admit to this concert."};
}

}  // namespace boxoffice::http
