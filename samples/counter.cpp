// Adds up what its arguments name, durably: `sample-counter FILE apples apples pears`. Run it
// again: the counters go on where they were.
#include "samples/counter.hpp"

#include "actors/core/metrics.hpp"
#include "actors/node/worker_thread.hpp"

#include <iostream>

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

using namespace boxoffice;           // NOLINT(google-build-using-namespace): a sample
using namespace boxoffice::samples;  // NOLINT(google-build-using-namespace): a sample

int main(int count, char** arguments) {
  if (count < 3) {
    std::cerr << "usage: sample-counter FILE NAME…\n";
    return 2;
  }
  metrics measured;
  const counter_file file{arguments[1]};
  worker_thread writer{"writer", 64, measured};
  committer<counter_write> commits{
      "counters",
      {1024, 256},
      writer,
      [&](std::span<const counter_write> batch) { return file.commit(batch); },
      measured};
  {
    caf::actor_system_config config;
    caf::actor_system system{config};
    const counter_actor counters = spawn_actor<durable_counter>(system, commits, file);
    caf::scoped_actor self{system};
    for (int i = 2; i < count; ++i)
      self->send(counters, add_to_counter{static_cast<std::uint64_t>(i), arguments[i], 1});
    for (int i = 2; i < count; ++i)
      self->receive([&](const counter_reply& r) {
        std::cout << arguments[r.correlation] << ' ' << r.value
                  << (r.fault == fault::none ? "" : " (not durable)") << '\n';
      });
    self->send_exit(counters, caf::exit_reason::user_shutdown);
  }
  writer.stop();
  commits.close();
}
