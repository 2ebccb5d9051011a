#pragma once

#include "actors/caf/actor.hpp"
#include "actors/core/planted_bugs.hpp"
#include "actors/durable/journal.hpp"
#include "actors/durable/recovery.hpp"
#include "actors/durable/store_reads.hpp"
#include "actors/ranking/applied_events.hpp"
#include "actors/ranking/board_actors.hpp"
#include "actors/ranking/board_filling.hpp"
#include "config/limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice {

/// Applies payment events to a `Board`, each once: what both boards have in common. Internal to
/// this folder.
///
/// Deliveries are applied in order of arrival: each event is decided in memory and handed to the
/// committer as one write, which carries the mark that this consumer has it. A delivery is answered
/// when its last write is durable. After a commit that did not go as decided the board is restored
/// from the store and the open deliveries are applied again; the marks tell what is already there.
/// An event that the board cannot apply, or that its store refuses, is refused: the relay parks it.
///
/// A board that is filled anew takes the parts one after the other, and nothing else meanwhile;
/// then it reads itself from the store.
/// **Thread**: its actor's.
template <class Board>
class event_board {
 public:
  event_board(caf::actor self, timer_fn later, const ranking_context& context, Board board)
      : self_{std::move(self)},
        context_{context},
        board_{std::move(board)},
        applied_{limits::committer_queue_writes_max * 2},
        writes_{context.commits,
                [to = self_](const commit_report& report) { caf::anon_send(to, report); }},
        reads_{context.reader, context.reads, self_, "ranking"},
        memory_{0, [this] { load(); }, std::move(later)},
        events_{context.metrics.counter("boxoffice_events_applied_total",
                                        "Payment events durably applied",
                                        {{"consumer", Board::consumer}})},
        open_events_{context.metrics.gauge("boxoffice_events_open",
                                           "Payment events delivered and not yet durably applied",
                                           {{"consumer", Board::consumer}})} {
    memory_.start();
  }

  [[nodiscard]] bool serves() const { return memory_.serves(); }
  [[nodiscard]] Board& board() { return board_; }

  void on(const deliver_events& m, const caf::actor& from) {
    if (m.events.empty() || filling_.is_open()) return;
    // The relay delivers again what got no answer, so what does not fit is not lost.
    if (open_.size() + answering_ >= limits::consumer_open_deliveries_max) return;
    open_.push_back(
        {from, m.correlation, m.events, m.held, m.old_one, m.no_more_through, 0, 0, {}});
    proceed();
  }

  // What does not fit now comes again: whoever fills the board waits for answers.
  void on(const fill_board& m, const caf::actor& from) {
    if (!serves()) return;
    if (filling_.repeats(m)) return send(from, answer_to(m));
    if (!filling_.continues(m) || board_.may_lack(m, context_.clock.now())) return;
    queue_ranking_write w{board_.fill(m)};
    entry mine{m.through, {}, filled_part{from, answer_to(m), m.follows}};
    if (writes_.submit(entity_, w, mine) != board_journal::submitted::accepted) return;
    if (m.part == 0) empty();
    filling_.take(m);
  }

  // While the board is loading it does not know; it is asked again.
  void on(const ask_applied& m, const caf::actor& from) {
    if (serves()) say_what_is_held(from, m.correlation);
  }

  void on(const commit_report& report) {
    writes_.settle(report, settled_);
    if (!settled_.durable.empty()) memory_.proven();
    for (auto& e : settled_.durable) {
      if (e.done) answer(*e.done);
      if (e.filled) made_durable(*e.filled);
    }
    if (settled_.refused) {
      log(log_level::error, "ranking", "the store refuses what an event makes of a board",
          {{"board", Board::consumer},
           {"sequence", settled_.refused->sequence},
           {"reason", settled_.reason}});
      if (const auto& part = settled_.refused->filled)
        send(part->from, refusal_of(part->answer));
      else
        refused_.emplace(settled_.refused->sequence,
                         "the store refuses it: " + std::exchange(settled_.reason, {}));
      apply_again({});
      memory_.reload(recovery::cause::refused);
    }
    if (!settled_.revoked.empty()) apply_again(std::move(settled_.revoked));
    if (settled_.failed()) {
      log(log_level::warning, "ranking", "a board lost its memory and reads it back",
          {{"board", Board::consumer}});
      auto void_now = std::move(settled_.in_doubt);
      std::ranges::move(settled_.lost, std::back_inserter(void_now));
      apply_again(std::move(void_now));
      memory_.reload(recovery::cause::failed);
    }
    proceed();
  }

 private:
  struct delivery {
    caf::actor from;
    std::uint64_t correlation;
    std::vector<payment_event> events;
    std::uint64_t held;                    ///< what the relay believes is here already
    deliver_events::unmarked old_one;      ///< what an old event without a mark is
    std::uint64_t no_more_through;         ///< nothing up to here comes again
    std::size_t next;                      ///< the first event not yet handed to the committer
    std::uint64_t through;                 ///< sequence of the last event before `next`
    std::optional<event_refused> refused;  ///< what came next; the rest comes again without it
  };
  struct filled_part {
    caf::actor from;
    board_filled answer;
    fill_board::more follows;
  };
  /// The write of an event or of a part of a filling, or a delivery that waits for its last one.
  struct entry {
    std::uint64_t sequence{0};
    std::optional<delivery> done;
    std::optional<filled_part> filled{};
  };
  using board_journal = journal<queue_ranking_write, entry>;
  struct marks_found {
    std::vector<event_id> applied;
    std::uint64_t forgotten_through{0};
  };

  void load() {
    const auto since = Board::first_minute_needed(context_.clock.now());
    reads_.ask_within(
        memory_,
        [since](ranking_reader& reader) { return reader.load_board(Board::consumer, since); },
        [this](fault failed, ranking_reader::board_state& found) {
          if (failed != fault::none) return memory_.failed();
          board_.restore(found, context_.clock.now());
          applied_.restore(found.applied_through);
          filled_through_ = found.filled_through;
          entity_ = writes_.new_entity();
          memory_.loaded();
          proceed();
        });
  }

  // It is asked again when there is no answer.
  void say_what_is_held(const caf::actor& to, std::uint64_t correlation) {
    reads_.ask_within(
        memory_, [](ranking_reader& reader) { return reader.forgotten_through(Board::consumer); },
        [this, to, correlation](fault failed, std::uint64_t& forgotten) {
          if (failed == fault::none)
            send(to, applied_so_far{correlation, applied_so_far::books::kept, applied_.through(),
                                    forgotten});
        });
  }

  // From the first part on it holds nothing; what was delivered before comes again, if it is new.
  void empty() {
    applied_.restore(0);
    fresh_.clear();
    open_.clear();
  }

  void made_durable(const filled_part& part) {
    filling_.made_durable(part.answer, part.follows);
    send(part.from, part.answer);
    if (part.follows == fill_board::more::yes) return;
    log(log_level::info, "ranking", "a board was filled from the payments",
        {{"board", Board::consumer}});
    apply_again({});
    memory_.reload(recovery::cause::refused);
  }

  // What these waited for is void, and so is what others have handed over: they begin anew.
  void apply_again(std::vector<entry> waited) {
    if (filling_.is_open()) filling_.clear();
    looking_up_ = false;
    fresh_.clear();
    for (auto& d : open_)
      begin_anew(d);
    for (auto e = waited.rbegin(); e != waited.rend(); ++e) {
      if (!e->done) continue;
      --answering_;
      begin_anew(*e->done);
      open_.push_front(std::move(*e->done));
    }
  }
  static void begin_anew(delivery& d) {
    d.next = 0;
    d.through = 0;
    d.refused.reset();
  }

  void proceed() {
    if (serves()) turn_away_what_comes_too_early();
    while (serves() && !looking_up_ && !open_.empty()) {
      apply(open_.front());
      if (looking_up_) break;
      auto d = std::move(open_.front());
      open_.pop_front();
      entry e{0, std::move(d)};
      if (writes_.follow(entity_, e) == board_journal::followed::later)
        ++answering_;
      else
        end(*e.done);
    }
    open_events_.set(static_cast<std::int64_t>(waiting_events()));
  }
  [[nodiscard]] std::size_t waiting_events() const {
    std::size_t waiting = 0;
    for (const auto& d : open_)
      waiting += d.events.size();
    return waiting;
  }

  // A store that lost something gets it all again, in order, before anything new.
  void turn_away_what_comes_too_early() {
    std::erase_if(open_, [this](const delivery& d) {
      if (d.held <= applied_.through()) return false;
      say_what_is_held(d.from, d.correlation);
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
        if (board_.may_lack(e, context_.clock.now())) return cut_short(d);
        if (const auto why = refuses(e)) {
          d.refused =
              event_refused{d.correlation, e.sequence, event_refused::lasting::for_good, *why};
          return cut_short(d);
        }
        if (!write(e, d.no_more_through)) return cut_short(d);
      }
      ++d.next;
      d.through = e.sequence;
    }
  }

  // What the store has refused once is tried again when an operator replays it.
  std::optional<std::string> refuses(const payment_event& e) {
    if (auto node = refused_.extract(e.sequence)) return std::move(node.mapped());
    return board_.refuses(e);
  }

  bool write(const payment_event& e, std::uint64_t no_more_through) {
    auto decided = board_.decide(e);
    decided.no_more_through = no_more_through;
    queue_ranking_write w{decided};
    entry mine{e.sequence, {}};
    if (writes_.submit(entity_, w, mine) != board_journal::submitted::accepted) return false;
    board_.apply(decided);
    if (log_enabled(log_level::debug))
      log(log_level::debug, e.from, "ranking", "an event is applied",
          {{"board", Board::consumer}, {"payment_id", to_text(e.payment)}});
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
    looking_up_ = true;
    reads_.ask_within(
        memory_,
        [doubtful](ranking_reader& reader) {
          return marks_found{reader.applied_among(Board::consumer, doubtful),
                             reader.forgotten_through(Board::consumer)};
        },
        [this, doubtful, old_one = d.old_one](fault failed, marks_found& found) {
          looking_up_ = false;
          if (failed != fault::none) return read_again();
          for (const auto id : found.applied)
            applied_.add(id, 0);
          fresh_.clear();
          for (const auto& each : doubtful)
            if (std::ranges::count(found.applied, each.event) == 0)
              judge(each, old_one, found.forgotten_through);
          proceed();
        });
  }

  // An event without a mark, not younger than what was applied.
  void judge(const numbered_event& e, deliver_events::unmarked old_one,
             std::uint64_t forgotten_through) {
    using unmarked = deliver_events::unmarked;
    const bool is_old = e.sequence <= forgotten_through;
    const bool is_counted = old_one == unmarked::is_repeated ||
                            (old_one == unmarked::may_be_either && e.sequence <= filled_through_);
    if (is_old && is_counted) return applied_.add(e.event, 0);
    if (is_old && old_one == unmarked::may_be_either)
      refused_.emplace(e.sequence,
                       "it is older than the marks of the board, which cannot tell whether it has "
                       "it: `boxoffice rebuild ranking` counts it");
    fresh_.push_back(e.event);
  }

  void read_again() {
    apply_again({});
    memory_.reload(recovery::cause::failed);
  }

  void answer(const delivery& d) {
    --answering_;
    end(d);
  }
  void end(const delivery& d) {
    if (!d.events.empty()) {
      events_.add(d.events.size());
      if (!d.refused) send(d.from, events_applied{d.correlation, d.through});
    }
    if (d.refused) send(d.from, *d.refused);
  }
  template <class Message>
  void send(const caf::actor& to, const Message& m) {
    if (to) caf::send_as(self_, to, m);
  }

  caf::actor self_;
  ranking_context context_;
  Board board_;
  applied_events applied_;
  board_journal writes_;
  typename board_journal::outcome settled_;  // reused between reports
  store_reads<ranking_reader> reads_;
  recovery memory_;
  counter& events_;
  gauge& open_events_;
  board_filling filling_;
  std::uint64_t filled_through_{0};  // counted from the payments, without marks
  std::uint64_t entity_{0};
  std::vector<event_id> fresh_;                   // older than others, and not in the store
  std::map<std::uint64_t, std::string> refused_;  // by the store: sequences, with its reason
  std::deque<delivery> open_;                     // not yet handed over whole
  std::size_t answering_{0};                      // handed over, and not yet durable
  bool looking_up_{false};
};

}  // namespace boxoffice
