#include "tests/rush/blocking_client.hpp"

#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace boxoffice::rush {

http_answer blocking_client::send(const http_request& request) {
  auto answer = boost::asio::co_spawn(context_, pool_.exchange(request), boost::asio::use_future);
  context_.restart();
  context_.run();
  return answer.get();
}

http_answer blocking_client::get(const std::string& target, const std::string& bearer) {
  return send({.verb = method::get, .target = target, .bearer = bearer});
}

http_answer blocking_client::post(const std::string& target, const json& body,
                                  const std::string& bearer, const std::string& idempotency_key,
                                  const std::string& queue_token) {
  return send({.verb = method::post,
               .target = target,
               .body = body.dump(),
               .bearer = bearer,
               .idempotency_key = idempotency_key,
               .queue_token = queue_token});
}

std::string blocking_client::dev_token(const std::string& user, const std::string& role) {
  const auto answer = post("/v1/dev/tokens", {{"userId", user}, {"role", role}});
  if (answer.status != 201)
    throw std::runtime_error{
        "no development token (is auth.dev on?): " + std::to_string(answer.status) + " " +
        answer.transport_error + answer.body};
  return answer.value().at("token").get<std::string>();
}

}  // namespace boxoffice::rush
