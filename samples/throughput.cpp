// What group commit is worth, and what a saga costs: `sample-throughput FILE`.
#include "actors/core/metrics.hpp"
#include "actors/node/worker_thread.hpp"
#include "samples/counter.hpp"
#include "samples/transfer.hpp"

#include <atomic>
#include <chrono>
#include <iostream>

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

using namespace boxoffice;           // NOLINT(google-build-using-namespace): a sample
using namespace boxoffice::samples;  // NOLINT(google-build-using-namespace): a sample

namespace {

/// Keeps `in_flight` of `count` operations under way; prints how many there were in a second.
template <class Send, class Receive>
void run(const char* what, int count, int in_flight, Send send, Receive receive) {
  const auto began = std::chrono::steady_clock::now();
  int sent = 0;
  for (; sent < in_flight; ++sent)
    send(sent);
  for (int done = 0; done < count; ++done) {
    receive();
    if (sent < count) send(sent++);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << what << ", " << in_flight << " in flight: " << static_cast<int>(count / took.count())
            << " a second\n";
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: sample-throughput FILE\n";
    return 2;
  }
  metrics measured;
  const counter_file file{arguments[1]};
  worker_thread writer{"writer", 64, measured};
  std::atomic<int> batches{0};
  committer<counter_write> commits{"counters",
                                   {1024, 256},
                                   writer,
                                   [&](std::span<const counter_write> batch) {
                                     ++batches;
                                     return file.commit(batch);
                                   },
                                   measured};
  {
    caf::actor_system_config config;
    caf::actor_system system{config};
    caf::scoped_actor self{system};
    const counter_actor counters = spawn_actor<durable_counter>(system, commits, file);
    for (const int in_flight : {1, 256}) {
      batches = 0;
      const int additions = in_flight == 1 ? 300 : 5000;
      run(
          "durable additions", additions, in_flight,
          [&](int i) {
            self->send(counters, add_to_counter{0, "n" + std::to_string(i % 7), 1});
          },
          [&] { self->receive([](const counter_reply&) {}); });
      std::cout << "  in " << batches << " commits\n";
    }
    const std::map<std::string, std::int64_t> rich{{"kim", 1'000'000}};
    const bank_actor here = spawn_actor<bank>(system, rich);
    const bank_actor there = spawn_actor<bank>(system, rich);
    const transfer_actor saga = spawn_actor<transfer>(system, here, there);
    run(
        "transfers", 5000, 1,
        [&](int i) {
          self->send(saga, start_transfer{0, "t" + std::to_string(i), "kim", "kim", 1});
        },
        [&] { self->receive([](const transfer_ended&) {}); });
    for (const auto& each :
         {caf::actor_cast<caf::actor>(saga), caf::actor_cast<caf::actor>(here),
          caf::actor_cast<caf::actor>(there), caf::actor_cast<caf::actor>(counters)})
      self->send_exit(each, caf::exit_reason::user_shutdown);
  }
  writer.stop();
  commits.close();
}
