#include "actors/node/store_watch.hpp"

#include "config/limits.hpp"

#include <future>
#include <tuple>
#include <utility>

namespace boxoffice {

void store_watch::add(std::size_t number, std::string name, owned_store& store, job_runner& writer,
                      std::function<void()> after) {
  stores_.push_back({number, std::move(name), &store, &writer, std::move(after)});
}

void store_watch::start() {
  if (!board_.may_answer()) {
    for (auto& at : stores_)
      look(at);
    await_writers();
  }
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void store_watch::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  // Behind everything that is queued; and once more, for the first round moves the positions.
  for (int round = 0; round < 2; ++round) {
    await_writers();
    for (auto& at : stores_)
      std::ignore = at.writer->post([&at, others = others_of(at)] { at.store->keep(others); });
  }
}

void store_watch::await_writers() {
  for (auto& at : stores_) {
    const auto done = std::make_shared<std::promise<void>>();
    if (at.writer->post([done] { done->set_value(); }) == job_runner::posted::yes)
      done->get_future().wait_for(limits::store_silence_max);
  }
}

void store_watch::run(const std::stop_token& stop) {
  std::unique_lock hold{lock_};
  while (!woken_.wait_for(hold, stop, every_, [&] { return stop.stop_requested(); })) {
    for (auto& at : stores_)
      look(at);
    board_.end_when_mute();
    if (const auto end = board_.ended(); ends_process(end.trouble)) return ended_(end);
  }
}

void store_watch::look(watched& at) {
  const auto now = std::chrono::steady_clock::now();
  if (at.asked->load()) {
    if (now - at.asked_at > limits::store_silence_max) board_.silent(at.number);
    return;
  }
  at.asked->store(true);
  at.asked_at = now;
  const auto posted = at.writer->post([this, &at, others = others_of(at), asked = at.asked] {
    const auto began = board_.now();
    board_.noted(at.number, at.store->keep(others), began);
    if (at.after) at.after();
    asked->store(false);
  });
  if (posted == job_runner::posted::no) at.asked->store(false);
}

std::vector<seen_position> store_watch::others_of(const watched& at) const {
  std::vector<seen_position> others;
  for (const auto& each : stores_)
    if (&each != &at) others.push_back({each.name, each.store->position()});
  return others;
}

}  // namespace boxoffice
