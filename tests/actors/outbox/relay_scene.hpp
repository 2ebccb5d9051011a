#pragma once

#include "actors/outbox/outbox_relay.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/virtual_time.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::testing {

/// A consumer that writes down what it is given and may stay silent.
struct consumed {
  std::vector<std::uint64_t> sequences;
  int deliveries{0};
  int silent{0};               ///< so many deliveries get no answer
  std::uint64_t at_most{~0U};  ///< applies at most so many of each delivery
  /// Does not take these, for good or for now.
  std::map<std::uint64_t, event_refused::lasting> refuses;
  /// What it says to hold; empty: it keeps no books.
  std::optional<std::uint64_t> holds;
  std::uint64_t known_after{0};
  std::uint64_t believed{0};           ///< what the relay says that it holds, in the last delivery
  deliver_events::unmarked old_one{};  ///< of the last delivery
  std::uint64_t no_more_through{0};    ///< of the last delivery
  bool can_be_filled{false};
  std::vector<fill_board> parts;  ///< with which it was filled
  int silent_parts{0};            ///< so many of them get no answer
};

class fake_consumer {
 public:
  using interface = accepts<deliver_events, ask_applied, fill_board>;
  static constexpr auto name = "fake_consumer";
  fake_consumer(interface::pointer self, consumed* c) : self_{self}, c_{*c} {}
  void on(const ask_applied& m) { say(m.correlation); }
  void on(const fill_board& m) {
    if (c_.silent_parts > 0 && c_.silent_parts-- > 0) return;
    c_.parts.push_back(m);
    if (m.follows == fill_board::more::no) c_.holds = c_.known_after = m.through;
    answer(self_, sender_of(self_), board_filled{m.correlation, m.filling, m.part});
  }
  void on(const deliver_events& m) {
    ++c_.deliveries;
    c_.believed = m.held;
    c_.old_one = m.old_one;
    c_.no_more_through = m.no_more_through;
    if (c_.holds && m.held > *c_.holds) return say(m.correlation);
    if (c_.silent > 0 && c_.silent-- > 0) return;
    std::uint64_t done = 0, last = 0;
    for (const auto& e : m.events) {
      if (done++ == c_.at_most) break;
      if (const auto no = c_.refuses.find(e.sequence); no != c_.refuses.end())
        return answer(self_, sender_of(self_),
                      event_refused{m.correlation, e.sequence, no->second, "not this one"});
      c_.sequences.push_back(e.sequence);
      last = e.sequence;
      if (c_.holds) c_.holds = std::max(*c_.holds, last);
    }
    answer(self_, sender_of(self_), events_applied{m.correlation, last});
  }

 private:
  void say(std::uint64_t correlation) {
    using books = applied_so_far::books;
    answer(self_, sender_of(self_),
           applied_so_far{correlation, c_.holds ? books::kept : books::none, c_.holds.value_or(0),
                          c_.known_after});
  }

  interface::pointer self_;
  consumed& c_;
};

/// A relay over a store in memory, and the consumer at its end.
struct relay_scene : ::testing::Test {
  relay_scene() {
    consumer = time.owns(spawn_actor<fake_consumer>(time.system(), &seen));
    start();
  }
  void start() {
    relay_context context{time.clock(), "boards",     consumer,      commits,
                          store,        time.reads(), time.metrics()};
    if (seen.can_be_filled) context.fills = consumer;
    relay = time.owns(spawn_outbox_relay(time.system(), context));
    time.run();
  }
  void append(std::uint64_t count, std::uint64_t schedule = 1) {
    for (std::uint64_t i = 0; i < count; ++i) {
      payment_write w;
      w.event = payment_event{};
      w.event->id = {++last};
      w.event->payment = {last};
      w.event->reservation = reservation_id{{schedule}, last};
      w.event->occurred_at = time.now();
      store.commit(std::span{&w, 1});
    }
  }
  /// Two schedules in turns: odd sequences are of 1, even ones of 2.
  void append_mixed(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i)
      append(1, last % 2 + 1);
  }
  /// After the pause that follows whatever was delivered before.
  void wake() {
    time.advance(limits::outbox_relay_pause);
    wake_at_once();
  }
  void wake_at_once() {
    caf::anon_send(relay, outbox_appended{});
    time.run();
  }
  void replay(std::uint64_t schedule) {
    caf::anon_send(relay, replay_parked{{schedule}});
    time.run();
  }
  void restart() {
    caf::anon_send_exit(relay, caf::exit_reason::kill);
    time.run();
    start();
  }
  std::vector<std::uint64_t> parked() {
    std::vector<std::uint64_t> out;
    for (const auto& [key, p] : store.parked)
      out.push_back(key.first);
    EXPECT_EQ(time.metrics()
                  .gauge("boxoffice_outbox_parked_events", "", {{"consumer", "boards"}})
                  .value(),
              static_cast<std::int64_t>(out.size()));
    return out;
  }
  void expect_all_in_order(std::uint64_t count) {
    ASSERT_EQ(seen.sequences.size(), count);
    for (std::uint64_t i = 0; i < count; ++i)
      EXPECT_EQ(seen.sequences[i], i + 1);
  }

  virtual_time time;
  memory_payment_store store;
  committer<payment_write> commits{
      "payment",
      {100, 10},
      time.commits(),
      [this](std::span<const payment_write> b) { return store.commit(b); },
      time.metrics()};
  consumed seen;
  fake_consumer::interface consumer;
  outbox_relay_actor relay;
  std::uint64_t last{0};
};

}  // namespace boxoffice::testing
