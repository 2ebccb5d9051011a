#pragma once

#include "actors/caf/actor.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/ranking/applied_events.hpp"
#include "actors/ranking/boards.hpp"
#include "config/limits.hpp"
#include "config/log.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace boxoffice {

// The shell that both boards share; internal to this folder.

/// What the store holds of a board; null when it could not be read.
struct board_loaded {
  std::uint32_t generation{0};
  std::shared_ptr<const ranking_reader::board_state> found;
};
/// Which of the doubtful events of the first open delivery are applied; null as above.
struct repetitions_found {
  std::uint32_t generation{0};
  std::vector<numbered_event> asked;
  std::shared_ptr<const std::vector<event_id>> applied;
};
struct reload_board_tick {};

template <class Inspector>
auto inspect(Inspector& f, reload_board_tick&) {
  return fields(f);
}

}  // namespace boxoffice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::board_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(boxoffice::repetitions_found)

namespace boxoffice {

/// Applies payment events to a `Board`, each once. `Derived` answers reads.
///
/// Deliveries are applied in order of arrival: each event is decided in memory and handed to the
/// committer as one write, which carries the mark that this consumer has it. A delivery is answered
/// when its last write is durable. After a commit that did not succeed the board is restored from
/// the store and the open deliveries are applied again; the marks tell what is already there. An
/// event that the board cannot apply is refused: the relay parks it.
template <class Board>
class board_desk {
 public:
  board_desk(const board_desk&) = delete;
  board_desk& operator=(const board_desk&) = delete;

  void on(const deliver_events& m) {
    if (m.events.empty()) return;
    // The relay delivers again what got no answer, so what does not fit is not lost.
    if (open_.size() >= limits::consumer_open_deliveries_max) return;
    open_.push_back({reply_to(), m.ticket, m.events, m.held, 0, 0, 0, {}});
    proceed();
  }

  // While the board is loading it does not know; it is asked again.
  void on(const ask_applied& m) {
    if (serving()) say_what_is_held(reply_to(), m.ticket);
  }

  void on(const commit_report& report) {
    if (report.generation != generation_) return;
    if (report.outcome != commit_outcome::committed) return lose_memory();
    committed_through_ = report.last_ticket;
    answer_what_is_durable();
  }

  void on(const board_loaded& m) {
    if (m.generation != generation_ || serving()) return;
    if (!m.found) return load_later();
    pause_ = limits::store_retry_first;
    board_.restore(*m.found, context_.clock.now());
    applied_.restore(m.found->applied_through);
    phase_ = phase::serving;
    proceed();
  }

  void on(const repetitions_found& m) {
    if (m.generation != generation_) return;
    if (!m.applied) return look_up_failed();
    phase_ = phase::serving;
    for (const auto id : *m.applied)
      applied_.add(id, 0);
    fresh_.clear();
    for (const auto& each : m.asked)
      if (std::ranges::count(*m.applied, each.event) == 0) fresh_.push_back(each.event);
    proceed();
  }

  void on(const reload_board_tick&) { load(); }

 protected:
  board_desk(const ranking_context& context, Board board)
      : context_{context},
        board_{std::move(board)},
        applied_{limits::committer_queue_writes_max * 2},
        events_{context.meters.count("boxoffice_events_applied_total",
                                     "Payment events durably applied",
                                     {{"consumer", Board::consumer}})},
        lag_{context.meters.level("boxoffice_events_open",
                                  "Payment events delivered and not yet durably applied",
                                  {{"consumer", Board::consumer}})} {}
  virtual ~board_desk() = default;

  // What needs the actor itself.
  virtual caf::actor reply_to() = 0;
  virtual void send_applied(const caf::actor& to, const events_applied& m) = 0;
  virtual void send_refused(const caf::actor& to, const event_refused& m) = 0;
  virtual void send_held(const caf::actor& to, const applied_so_far& m) = 0;
  virtual void reload_after(std::chrono::milliseconds pause) = 0;
  /// Posts a job whose result goes to this actor as a message.
  virtual void post_load(std::uint32_t generation) = 0;
  virtual void post_look_up(std::uint32_t generation, std::vector<numbered_event> doubtful) = 0;

  [[nodiscard]] bool serving() const { return phase_ != phase::loading; }
  [[nodiscard]] Board& board() { return board_; }
  const ranking_context& context() const { return context_; }
  void enrolled_as(std::uint32_t writer) {
    writer_ = writer;
    load();
  }
  void load_later() {
    phase_ = phase::loading;
    reload_after(pause_);
    pause_ = std::min(pause_ * 2, limits::store_retry_max);
  }
  void look_up_failed() {
    drop_memory();
    load_later();
  }

 private:
  struct delivery {
    caf::actor from;
    std::uint64_t ticket;
    std::vector<payment_event> events;
    std::uint64_t held;                    ///< what the relay believes is here already
    std::size_t next;                      ///< the first event not yet handed to the committer
    std::uint64_t durable_with;            ///< the ticket after which all before `next` are durable
    std::uint64_t through;                 ///< sequence of the last event before `next`
    std::optional<event_refused> refused;  ///< what came next; the rest comes again without it
  };
  enum class phase : std::uint8_t { loading, looking_up, serving };

  void load() {
    phase_ = phase::loading;
    post_load(generation_);
  }

  // Older marks than those that are kept are forgotten.
  void say_what_is_held(const caf::actor& to, std::uint64_t ticket) {
    const auto through = applied_.through();
    const auto known_after =
        through > limits::applied_events_kept ? through - limits::applied_events_kept : 0;
    send_held(to, {ticket, applied_so_far::books::kept, through, known_after});
  }

  void lose_memory() {
    log(log_level::warning, "ranking", "a board lost its memory and reads it back",
        {{"board", Board::consumer}});
    drop_memory();
    load();
  }

  // Writes under way are void, or the store has them: nothing waits for their tickets any more.
  void drop_memory() {
    ++generation_;
    committed_through_ = next_ticket_ - 1;
    fresh_.clear();
    for (auto& d : open_)
      d.next = 0;
  }

  void proceed() {
    if (serving()) turn_away_what_comes_too_early();
    for (auto& d : open_) {
      if (phase_ != phase::serving) break;
      apply(d);
    }
    answer_what_is_durable();
  }

  // A store that lost something gets it all again, in order, before anything new.
  void turn_away_what_comes_too_early() {
    std::erase_if(open_, [this](const delivery& d) {
      if (d.held <= applied_.through()) return false;
      say_what_is_held(d.from, d.ticket);
      return true;
    });
  }

  void apply(delivery& d) {
    while (d.next < d.events.size()) {
      const auto& e = d.events[d.next];
      auto seen = applied_.look(e);
      if (seen == applied_events::seen::unknown && std::ranges::count(fresh_, e.id) > 0)
        seen = applied_events::seen::no;
      if (is_planted(planted_bug::event_applied_again)) seen = applied_events::seen::no;
      if (seen == applied_events::seen::unknown) return look_up(d);
      if (seen == applied_events::seen::no) {
        if (const auto why = board_.refuses(e)) {
          d.refused = event_refused{d.ticket, e.sequence, event_refused::lasting::for_good, *why};
          return cut_short(d);
        }
        if (!write(e)) return cut_short(d);
      }
      ++d.next;
      d.durable_with = next_ticket_ - 1;
      d.through = e.sequence;
    }
  }

  bool write(const payment_event& e) {
    using queue = committer<queue_ranking_write>;
    auto w = board_.decide(e);
    if (context_.commits.submit(writer_, generation_, next_ticket_, w) == queue::submitted::full)
      return false;
    ++next_ticket_;
    board_.apply(w);
    applied_.add(e.id, e.sequence);
    std::erase(fresh_, e.id);
    return true;
  }

  // The committer is full, or the next event is refused: the rest of the delivery comes again.
  static void cut_short(delivery& d) {
    d.events.erase(d.events.begin() + static_cast<std::ptrdiff_t>(d.next), d.events.end());
  }

  void look_up(const delivery& d) {
    std::vector<numbered_event> doubtful;
    for (auto i = d.next; i < d.events.size(); ++i)
      if (applied_.look(d.events[i]) == applied_events::seen::unknown)
        doubtful.push_back({d.events[i].id, d.events[i].sequence});
    phase_ = phase::looking_up;
    post_look_up(generation_, std::move(doubtful));
  }

  void answer_what_is_durable() {
    while (!open_.empty()) {
      const auto& d = open_.front();
      if (d.next < d.events.size() || d.durable_with > committed_through_) break;
      if (!d.events.empty()) {
        events_.add(d.events.size());
        if (!d.refused) send_applied(d.from, {d.ticket, d.through});
      }
      if (d.refused) send_refused(d.from, *d.refused);
      open_.pop_front();
    }
    std::size_t waiting = 0;
    for (const auto& d : open_)
      waiting += d.events.size();
    lag_.set(static_cast<std::int64_t>(waiting));
  }

  ranking_context context_;
  Board board_;
  applied_events applied_;
  counter& events_;
  gauge& lag_;
  std::vector<event_id> fresh_;  // older than others, and the store does not have them
  std::deque<delivery> open_;
  phase phase_{phase::loading};
  std::uint32_t writer_{0};
  std::uint32_t generation_{1};
  std::uint64_t next_ticket_{1};
  std::uint64_t committed_through_{0};
  std::chrono::milliseconds pause_{limits::store_retry_first};
};

}  // namespace boxoffice
