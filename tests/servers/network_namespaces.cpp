#include "tests/servers/network_namespaces.hpp"

#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

namespace boxoffice::test {
namespace {

constexpr const char* ip_program = "/usr/sbin/ip";

bool ip(const std::string& what) {
  return std::system((std::string{ip_program} + " " + what + " >/dev/null 2>&1").c_str()) == 0;
}

void must(const std::string& what) {
  if (!ip(what)) throw std::runtime_error{"ip " + what + " failed"};
}

}  // namespace

bool network_namespaces::can_be_made() {
  const auto name = "boxoffice-try-" + std::to_string(::getpid());
  const bool made = ip("netns add " + name) && ip("link add bo-try type bridge");
  ip("link del bo-try");
  ip("netns del " + name);
  return made;
}

// A net for each process: several tests run at the same time.
std::string network_namespaces::address_of(int number) const {
  const auto pid = ::getpid();
  return "10." + std::to_string(200 + pid / 250 % 50) + "." + std::to_string(pid % 250) + "." +
         std::to_string(number);
}

network_namespaces::network_namespaces()
    : prefix_{"bo" + std::to_string(::getpid())}, bridge_{prefix_ + "b"} {
  must("link add " + bridge_ + " type bridge");
  must("addr add " + address_of(1) + "/24 dev " + bridge_);
  must("link set " + bridge_ + " up");
}

network_namespaces::~network_namespaces() {
  for (const auto& [name, each] : machines_) {
    ip("route del blackhole " + each.address + "/32");
    ip("netns del " + each.space);
  }
  ip("link del " + bridge_);
}

std::string network_namespaces::add(const std::string& name) {
  const auto number = static_cast<int>(machines_.size()) + 2;
  const auto digits = std::to_string(number);
  const machine made{prefix_ + "n" + digits, address_of(number)};
  const auto outer = prefix_ + "o" + digits, inner = prefix_ + "i" + digits;
  must("netns add " + made.space);
  machines_[name] = made;
  must("link add " + outer + " type veth peer name " + inner + " netns " + made.space);
  must("link set " + outer + " master " + bridge_ + " up");
  must("-n " + made.space + " addr add " + made.address + "/24 dev " + inner);
  must("-n " + made.space + " link set lo up");
  must("-n " + made.space + " link set " + inner + " up");
  return made.address;
}

const std::string& network_namespaces::address(const std::string& name) const {
  return machines_.at(name).address;
}

std::vector<std::string> network_namespaces::entering(const std::string& name) const {
  return {ip_program, "netns", "exec", machines_.at(name).space};
}

// Routes that are more precise than that of the bridge.
void network_namespaces::drop_outbound(const std::string& name, bool on) {
  const std::string what = on ? " route add blackhole " : " route del blackhole ";
  for (const auto& half : {address_of(0), address_of(128)})
    must("-n " + machines_.at(name).space + what + half + "/25");
}

void network_namespaces::drop_inbound(const std::string& name, bool on) {
  const auto what =
      (on ? " route add blackhole " : " route del blackhole ") + machines_.at(name).address + "/32";
  must(what);
  for (const auto& [other, each] : machines_)
    if (other != name) must("-n " + each.space + what);
}

}  // namespace boxoffice::test
