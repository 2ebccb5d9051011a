#include "actors/ranking/board_actors.hpp"

#include "actors/ranking/best_selling_board.hpp"
#include "actors/ranking/event_board.hpp"
#include "actors/ranking/sold_out_board.hpp"

#include <utility>

namespace boxoffice {

/// A board hears of events from this one.
struct board_subscribed {
  subscriber_actor by;
};

}  // namespace boxoffice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::board_subscribed)

namespace boxoffice {
namespace {

/// A board as an actor. `Derived` answers reads.
template <class Board, class Interface>
class board_state {
 public:
  using interface = accepts_also<Interface, commit_report, continuation, board_subscribed>;
  static constexpr auto name = "ranking";

  board_state(typename interface::pointer self, const ranking_context& context, Board board)
      : self_{self},
        context_{context},
        events_{caf::actor_cast<caf::actor>(self), timer_of(self), context, std::move(board)} {}

  void on(const deliver_events& m) { events_.on(m, sender_of(self_)); }
  void on(const ask_applied& m) { events_.on(m, sender_of(self_)); }
  void on(const fill_board& m) { events_.on(m, sender_of(self_)); }
  void on(const commit_report& m) { events_.on(m); }
  void on(const board_subscribed& m) { subscriber_ = m.by; }
  void on(const list_parked& m) {
    if (!pass_on(m))
      answer(self_, sender_of(self_),
             parked_list{m.correlation, fault::none, {}, parked_list::more::no});
  }
  void on(const move_parked_event& m) {
    if (!pass_on(m))
      answer(self_, sender_of(self_),
             parked_reply{m.correlation, fault::none, parked_refusal::not_parked, {}, {}});
  }

 protected:
  // The subscriber answers whoever asked.
  template <class Message>
  bool pass_on(const Message& m) {
    if (!subscriber_) return false;
    caf::send_as(sender_of(self_), subscriber_, m);
    return true;
  }

  subscriber_actor subscriber_;  // none: a relay delivers
  typename interface::pointer self_;
  ranking_context context_;
  event_board<Board> events_;
};

class best_selling_state : public board_state<best_selling_board, best_selling_actor> {
 public:
  using board_state::on;
  best_selling_state(interface::pointer self, const ranking_context& context)
      : board_state{self, context, best_selling_board{}} {}

  void on(const read_best_selling& m) {
    best_selling_reply r{m.correlation, fault::none, {}};
    if (events_.serves())
      r.lines = events_.board().best(m.window, m.limit, context_.clock.now());
    else
      r.fault = fault::unavailable;
    answer(self_, sender_of(self_), std::move(r));
  }
  void on(const read_figures& m) {
    figures_reply r{m.correlation, events_.serves() ? fault::none : fault::unavailable};
    r.seats_sold = events_.board().seats_sold();
    answer(self_, sender_of(self_), std::move(r));
  }
};

class sold_out_state : public board_state<sold_out_board, sold_out_actor> {
 public:
  using board_state::on;
  sold_out_state(interface::pointer self, const ranking_context& context)
      : board_state{self, context, sold_out_board{context.catalogue}} {}

  void on(const read_sold_out& m) {
    sold_out_reply r{m.correlation, fault::none, {}};
    if (events_.serves())
      r.lines = events_.board().fastest(m.limit);
    else
      r.fault = fault::unavailable;
    answer(self_, sender_of(self_), std::move(r));
  }
};

}  // namespace

best_selling_actor spawn_best_selling(caf::actor_system& system, const ranking_context& context) {
  return spawn_actor<best_selling_state>(system, context);
}

void hears_from(const caf::actor& board, subscriber_actor by) {
  caf::anon_send(board, board_subscribed{std::move(by)});
}

sold_out_actor spawn_sold_out(caf::actor_system& system, const ranking_context& context) {
  return spawn_actor<sold_out_state>(system, context);
}

}  // namespace boxoffice
