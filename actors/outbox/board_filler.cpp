#include "actors/outbox/board_filler.hpp"

#include "actors/caf/actor.hpp"
#include "actors/outbox/consumer_opening.hpp"
#include "actors/outbox/relay_metrics.hpp"
#include "config/limits.hpp"

#include <cstdint>
#include <utility>

namespace boxoffice {
namespace {

class board_filler_state {
 public:
  using interface = accepts<applied_so_far, board_filled, continuation>;
  static constexpr auto name = "outbox";

  board_filler_state(interface::pointer self, filler_context context)
      : self_{self},
        context_{std::move(context)},
        reads_{context_.reader, context_.reads, caf::actor_cast<caf::actor>(self), name},
        memory_{0, [] {}, timer_of(self)},
        opening_{{context_.time, context_.consumer, context_.to, context_.fills,
                  consumer_opening::purpose::filling, [] { return false; },
                  [this](const consumer_opening::opened&) { rest(); }},
                 caf::actor_cast<caf::actor>(self),
                 reads_,
                 memory_,
                 fillings_of(context_.metrics, context_.consumer)} {
    opening_.ask(0, ++asked_);
    keep_polling();
  }

  void on(const applied_so_far& m) { opening_.on(m); }
  void on(const board_filled& m) { opening_.on(m); }

 private:
  void keep_polling() {
    run_later(self_, limits::outbox_poll_every, [this] {
      keep_polling();
      if (opening_.is_under_way()) return opening_.poll(++asked_);
      if (context_.time.now() >= ask_again_at_) opening_.ask(0, ++asked_);
    });
  }
  void rest() { ask_again_at_ = context_.time.now() + limits::board_asked_every; }

  interface::pointer self_;
  filler_context context_;
  store_reads<payment_reader> reads_;
  recovery memory_;  // there is one memory only
  consumer_opening opening_;
  std::uint64_t asked_{0};
  time_point ask_again_at_{};
};

}  // namespace

caf::actor spawn_board_filler(caf::actor_system& system, filler_context context) {
  return caf::actor_cast<caf::actor>(spawn_actor<board_filler_state>(system, std::move(context)));
}

}  // namespace boxoffice
