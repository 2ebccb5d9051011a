#include "bench/cluster/ended_nodes.hpp"

#include <stdexcept>

namespace boxoffice::load {
namespace {

using std::chrono::steady_clock;

void end(rush::service_nodes& of, const std::string& name, ending how) {
  if (how == ending::killed) return of.kill_hard(name);
  const auto code = of.process(name).stop();
  if (code != 0)
    throw std::runtime_error{
        name + (code ? " ended with " + std::to_string(*code) : std::string{" does not end"})};
}

}  // namespace

ended_node end_serving(rush::service_nodes& of, const std::string& name, ending how) {
  const auto other = rush::service_nodes::other_of(name);
  ended_node one{name, steady_clock::now(), {}};
  end(of, name, how);
  of.process(other).await_ready();
  of.start(name);
  one.until = steady_clock::now();
  return one;
}

ended_node end_gateway(rush::service_nodes& of, const std::string& name, ending how) {
  ended_node one{name, steady_clock::now(), {}};
  end(of, name, how);
  of.start(name);
  one.until = steady_clock::now();
  return one;
}

std::vector<ended_node> end_each(rush::service_nodes& of, const std::vector<std::string>& gateways,
                                 ending how,
                                 const std::function<void(std::size_t ended)>& before_each) {
  std::vector<ended_node> all;
  for (const auto& service : rush::service_nodes::names()) {
    before_each(all.size());
    all.push_back(end_serving(of, service, how));
    if (how == ending::killed) continue;
    before_each(all.size());
    all.push_back(end_serving(of, service + "-2", how));
  }
  for (const auto& each : gateways) {
    before_each(all.size());
    all.push_back(end_gateway(of, each, how));
  }
  return all;
}

}  // namespace boxoffice::load
