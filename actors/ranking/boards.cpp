#include "actors/ranking/boards.hpp"

#include "actors/ranking/best_selling_board.hpp"
#include "actors/ranking/board_desk.hpp"
#include "actors/ranking/sold_out_board.hpp"

#include <memory>
#include <utility>

namespace boxoffice {
namespace {

// Runs `read` on the reader's thread and sends its result to `handle`; null when it throws.
template <class Handle, class Result, class Read>
job_runner::posted post_read(job_runner& reads, Handle handle, Result result, Read read) {
  return reads.post([handle, result = std::move(result), read = std::move(read)]() mutable {
    try {
      read(result);
    } catch (const std::exception& e) {
      log(log_level::error, "ranking", "cannot read a board", {{"reason", e.what()}});
    }
    caf::anon_send(handle, std::move(result));
  });
}

/// The parts of a board's actor that know its interface.
template <class Derived, class Board, class Interface>
class board_actor : public board_desk<Board> {
 public:
  using interface =
      accepts_also<Interface, commit_report, board_loaded, repetitions_found, reload_board_tick>;
  using board_desk<Board>::on;

 protected:
  board_actor(typename interface::pointer self, const ranking_context& context, Board board)
      : board_desk<Board>{context, std::move(board)}, self_{self} {
    this->enrolled_as(context.commits.enroll(
        [handle = interface{self}](const commit_report& r) { caf::anon_send(handle, r); }));
  }

  caf::actor reply_to() final { return sender_of(self_); }
  void send_applied(const caf::actor& to, const events_applied& m) final { answer(self_, to, m); }
  void send_refused(const caf::actor& to, const event_refused& m) final { answer(self_, to, m); }
  void send_held(const caf::actor& to, const applied_so_far& m) final { answer(self_, to, m); }
  void reload_after(std::chrono::milliseconds pause) final {
    self_->delayed_send(self_, pause, reload_board_tick{});
  }
  void post_load(std::uint32_t generation) final {
    auto& reader = this->context().reader;
    const auto since = Board::first_minute_needed(this->context().clock.now());
    const auto posted =
        post_read(this->context().reads, interface{self_}, board_loaded{generation, nullptr},
                  [&reader, since](board_loaded& result) {
                    result.found = std::make_shared<const ranking_reader::board_state>(
                        reader.load_board(Board::consumer, since));
                  });
    if (posted == job_runner::posted::no) this->load_later();
  }
  void post_look_up(std::uint32_t generation, std::vector<numbered_event> doubtful) final {
    auto& reader = this->context().reader;
    const auto posted = post_read(this->context().reads, interface{self_},
                                  repetitions_found{generation, std::move(doubtful), nullptr},
                                  [&reader](repetitions_found& result) {
                                    result.applied = std::make_shared<const std::vector<event_id>>(
                                        reader.applied_among(Board::consumer, result.asked));
                                  });
    if (posted == job_runner::posted::no) this->look_up_failed();
  }

  template <class Reply>
  void reply(const Reply& r) {
    answer(self_, sender_of(self_), r);
  }

 private:
  typename interface::pointer self_;
};

class best_selling_state final
    : public board_actor<best_selling_state, best_selling_board, best_selling_actor> {
 public:
  using board_actor::on;
  best_selling_state(interface::pointer self, const ranking_context& context)
      : board_actor{self, context, best_selling_board{}} {}

  void on(const read_best_selling& m) {
    if (!serving()) return reply(best_selling_reply{m.ticket, fault::unavailable, {}});
    reply(best_selling_reply{m.ticket, fault::none,
                             board().best(m.window, m.limit, context().clock.now())});
  }
};

class sold_out_state final : public board_actor<sold_out_state, sold_out_board, sold_out_actor> {
 public:
  using board_actor::on;
  sold_out_state(interface::pointer self, const ranking_context& context)
      : board_actor{self, context, sold_out_board{context.catalogue}} {}

  void on(const read_sold_out& m) {
    if (!serving()) return reply(sold_out_reply{m.ticket, fault::unavailable, {}});
    reply(sold_out_reply{m.ticket, fault::none, board().fastest(m.limit)});
  }
};

}  // namespace

best_selling_actor spawn_best_selling(caf::actor_system& system, const ranking_context& context) {
  return spawn_actor<best_selling_state>(system, context);
}

sold_out_actor spawn_sold_out(caf::actor_system& system, const ranking_context& context) {
  return spawn_actor<sold_out_state>(system, context);
}

}  // namespace boxoffice
