// Three transfers: one that goes through, one that the first bank refuses, and one that is undone
// because the second bank does not know the account.
#include "samples/transfer.hpp"

#include <iostream>

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

using namespace boxoffice;           // NOLINT(google-build-using-namespace): a sample
using namespace boxoffice::samples;  // NOLINT(google-build-using-namespace): a sample

int main() {
  caf::actor_system_config config;
  caf::actor_system system{config};
  const std::map<std::string, std::int64_t> savings{{"kim", 100}}, current{{"lee", 0}};
  const bank_actor here = spawn_actor<bank>(system, savings);
  const bank_actor there = spawn_actor<bank>(system, current);
  const transfer_actor saga = spawn_actor<transfer>(system, here, there);
  caf::scoped_actor self{system};
  const auto run = [&](const char* key, const char* to, std::int64_t amount) {
    self->send(saga, start_transfer{1, key, "kim", to, amount});
    self->receive([&](const transfer_ended& e) {
      constexpr const char* words[] = {"completed", "refused", "compensated"};
      std::cout << key << ": " << words[static_cast<std::size_t>(e.was)] << '\n';
    });
  };
  run("t1", "lee", 60);
  run("t2", "lee", 60);
  run("t3", "nobody", 40);
  run("t4", "lee", 40);  // the forty are back
  for (const auto& each : {caf::actor_cast<caf::actor>(saga), caf::actor_cast<caf::actor>(here),
                           caf::actor_cast<caf::actor>(there)})
    self->send_exit(each, caf::exit_reason::user_shutdown);
}
