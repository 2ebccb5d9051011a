#pragma once

#include "actors/caf/actor.hpp"
#include "actors/core/metrics.hpp"
#include "actors/core/time.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/outbox/baseline_parts.hpp"
#include "actors/outbox/protocol.hpp"
#include "actors/payment/payment_store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace boxoffice {

/// What happens before events are delivered to a consumer: it is asked what it holds, and when that
/// is less than it was given, or not enough to go on from, its board is filled anew with all sales,
/// counted from the payments (docs/decisions/0026).
///
///     asking ──holds what it was given────────────────────▶ opened
///        │ ▲                                                  ▲
///        ▼ └──────────── silence ──────────┐                  │
///     reading the sales ─▶ part ─▶ part ─▶ … ─▶ all durable ──┘
///
/// Life cycle: `ask` begins, `poll` leads out of every silence, `opened` is called once.
/// **Thread**: the owner's actor.
class consumer_opening {
 public:
  /// Where deliveries go on.
  struct opened {
    std::uint64_t position{0};
    std::uint64_t held{0};    ///< what the consumer says to hold
    std::uint64_t pruned{0};  ///< up to where the outbox was pruned
    /// Events between were pruned while the consumer was switched off: it never gets them.
    enum class gap : bool { no, yes } missed{gap::no};
  };
  /// What a consumer is opened for.
  enum class purpose : std::uint8_t {
    deliveries,
    filling,  ///< it hears of events elsewhere: it is filled when it holds nothing at all
  };
  struct surroundings {
    const clock& time;
    const std::string& consumer;
    event_consumer_actor to;
    fillable_actor fills;  ///< null: it cannot be filled
    purpose what{purpose::deliveries};
    /// Whether the store is being told something about the consumer: then it is no time to count.
    std::function<bool()> store_is_told;
    std::function<void(const opened&)> done;
  };

  consumer_opening(surroundings in, caf::actor self, store_reads<payment_reader>& reads,
                   const recovery& memory, counter& fillings);

  /// `position`: how far the consumer is, as the store has it. `correlation` is the question's.
  void ask(std::uint64_t position, std::uint64_t correlation);
  /// It is over, whatever comes of it.
  void stop();
  [[nodiscard]] bool is_under_way() const { return under_way_; }

  void on(const applied_so_far& m);
  void on(const board_filled& m);
  /// Asks again, with this number, if nothing else is to be done.
  void poll(std::uint64_t correlation);

 private:
  /// What the store says about what a consumer holds.
  struct verdict {
    bool fill{false};
    std::uint64_t pruned{0};
  };

  static verdict judge(payment_reader& reader, const std::string& consumer, purpose what,
                       const applied_so_far& said, std::uint64_t position);
  void fill();
  void send_part();
  void open_at(std::uint64_t position, std::uint64_t held, std::uint64_t pruned,
               opened::gap missed);

  surroundings in_;
  caf::actor self_;
  store_reads<payment_reader>& reads_;
  const recovery& memory_;
  counter& fillings_;
  bool under_way_{false};
  bool reading_{false};
  std::uint64_t position_{0};
  std::uint64_t asked_{0};
  std::uint64_t pruned_{0};
  std::uint64_t correlation_{0};  // of parts
  std::optional<baseline_parts> parts_;
  time_point give_up_at_{};
};

}  // namespace boxoffice
