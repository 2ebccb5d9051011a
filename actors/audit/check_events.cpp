#include "actors/audit/findings.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace boxoffice::audit {
namespace {

const char* name_of(event_kind kind) {
  switch (kind) {
    case event_kind::payment_completed:
      return "payment.completed";
    case event_kind::payment_refunded:
      break;
  }
  return "payment.refunded";
}

/// Whether the payment's state calls for an event of this kind.
bool calls_for(const payment_row& p, event_kind kind) {
  switch (kind) {
    case event_kind::payment_completed:
      return was_completed(p);
    case event_kind::payment_refunded:
      break;
  }
  return p.state == payment_state::refunded;
}

/// Whether its event may be gone from the outbox by now.
bool may_be_pruned(const ledgers& in, const payment_row& p, event_kind kind,
                   const audit_terms& terms) {
  const auto refunded_at = p.released_at != 0 ? p.released_at : p.changed_at;
  const auto at = kind == event_kind::payment_completed ? p.completed_at : refunded_at;
  if (!in.all.pruned) return !in.all.positions.empty() && at + terms.published_kept <= terms.now;
  return in.all.pruned->through > 0 &&
         (at <= in.all.pruned->until || at > terms.now + terms.published_kept);
}

void check_events_of(const ledgers& in, const payment_row& p, const audit_terms& terms,
                     findings& out) {
  for (const auto kind : {event_kind::payment_completed, event_kind::payment_refunded}) {
    const auto found = in.events.all(p.id);
    const auto count = std::ranges::count(found, kind, &event_row::kind);
    if (count > 1)
      out.add(rule::event_twice, {payment_name(p.id), name_of(kind)},
              "The outbox tells it " + std::to_string(count) + " times.");
    if (count == 0 && calls_for(p, kind) && !may_be_pruned(in, p, kind, terms))
      out.add(rule::event_missing, {payment_name(p.id), name_of(kind)},
              "It happened, and the outbox does not tell it.");
  }
}

void check_event(const ledgers& in, const event_row& e, findings& out) {
  const auto* p = in.payments.find(e.payment);
  const std::vector ids{event_name(e.id), payment_name(e.payment)};
  if (p == nullptr || !calls_for(*p, e.kind)) {
    out.add(rule::event_without_payment, ids,
            std::string{"The outbox tells "} + name_of(e.kind) + ", which did not happen.");
    return;
  }
  if (e.user != p->user || e.reservation != p->reservation || e.schedule != p->schedule ||
      e.amount != p->amount || e.seats != p->seats)
    out.add(rule::event_differs, ids,
            "Its user, reservation, seats or amount is not that of its payment.");
}

/// Ids and sequences are given once.
void check_numbers(const books& all, findings& out) {
  for (const auto number : {&event_row::id, &event_row::sequence}) {
    const index_by<event_row> events{all.events, number};
    const auto& sorted = events.sorted();
    for (std::size_t i = 1; i < sorted.size(); ++i)
      // The same id is told twice of its payment, too.
      if (sorted[i - 1]->*number == sorted[i]->*number &&
          (sorted[i - 1]->payment != sorted[i]->payment || sorted[i - 1]->kind != sorted[i]->kind))
        out.add(rule::event_twice, {event_name(sorted[i - 1]->id), event_name(sorted[i]->id)},
                "Both have the same id or the same sequence.");
  }
}

/// What a consumer has in front of it and behind it.
class one_consumer {
 public:
  one_consumer(const ledgers& in, name_number consumer, std::uint64_t position)
      : in_{in}, consumer_{consumer}, position_{position} {
    for (const auto& row : in.all.parked)
      if (row.consumer == consumer) parked_.insert(row.sequence);
    for (const auto& row : in.all.applied)
      if (row.consumer == consumer) applied_.push_back(&row);
    std::ranges::sort(applied_, {}, &applied_row::sequence);
    for (const auto& row : in.all.forgotten)
      if (row.consumer == consumer) forgotten_through_ = row.through;
  }

  void check_position(std::uint64_t published, std::uint64_t given, reading how,
                      findings& out) const {
    if (position_ > given)
      out.add(rule::consumer_ahead, {name()},
              "It is at " + std::to_string(position_) + " and the last event ever published is " +
                  std::to_string(given) + ".");
    if (how == reading::drained && position_ < published)
      out.add(rule::consumer_behind, {name()},
              "It is at " + std::to_string(position_) + ", the last event is " +
                  std::to_string(published) + ", although it had time to catch up.");
  }

  /// Every event up to its position is marked, once, with its own id, and no other is.
  void check_marks(const index_by<event_row>& events, std::uint64_t published,
                   findings& out) const {
    check_repeats(out);
    for (const auto* mark : applied_) {
      const auto* e = events.find(mark->sequence);
      if (mark->sequence > published || (e != nullptr && e->id != mark->event))
        out.add(rule::applied_unpublished, {name(), event_name(mark->event)},
                "The outbox has no such event under " + std::to_string(mark->sequence) + ".");
    }
    for (const auto& e : in_.all.events) {
      if (e.sequence > position_ || parked_.contains(e.sequence)) continue;
      if (e.sequence <= forgotten_through_) continue;
      if (!std::ranges::binary_search(applied_, e.sequence, {}, &applied_row::sequence))
        out.add(rule::event_not_applied, {name(), event_name(e.id)},
                "It is at " + std::to_string(position_) + " and has not applied " +
                    std::to_string(e.sequence) + ".");
    }
  }

  /// What its board counts is what is paid, but for what is parked. **Requires** drained books.
  void check_totals(const index_by<event_row>& events, findings& out) const {
    std::map<std::uint64_t, std::int64_t> seats;  // paid minus counted, by schedule
    for (const auto& p : in_.all.payments)
      if (was_completed(p) && p.state != payment_state::refunded) seats[p.schedule] += p.seats;
    for (const auto sequence : parked_)
      if (const auto* e = events.find(sequence))
        seats[e->schedule] -= e->kind == event_kind::payment_completed ? std::int64_t{e->seats}
                                                                       : -std::int64_t{e->seats};
    for (const auto& total : in_.all.totals)
      if (total.consumer == consumer_) seats[total.schedule] -= total.seats;
    for (const auto& [schedule, missing] : seats)
      if (missing != 0)
        out.add(rule::total_differs, {name(), to_text(schedule_id{schedule})},
                std::to_string(missing) + " paid seats are missing from its board.");
  }

 private:
  void check_repeats(findings& out) const {
    auto marks = applied_;
    std::ranges::stable_sort(marks, {}, &applied_row::event);
    for (std::size_t i = 1; i < marks.size(); ++i)
      if (marks[i - 1]->event == marks[i]->event)
        out.add(rule::applied_twice, {name(), event_name(marks[i]->event)},
                "It is marked as applied twice.");
  }

  [[nodiscard]] const std::string& name() const { return in_.all.consumers.text(consumer_); }

  const ledgers& in_;
  name_number consumer_;
  std::uint64_t position_;
  std::uint64_t forgotten_through_{0};
  std::set<std::uint64_t> parked_;
  std::vector<const applied_row*> applied_;
};

/// Sequence of the youngest event that is there.
std::uint64_t published_through(const books& all) {
  std::uint64_t last = 0;
  for (const auto& e : all.events)
    last = std::max(last, e.sequence);
  return last;
}

}  // namespace

void check_events(const ledgers& in, const audit_terms& terms, findings& out) {
  for (const auto& p : in.all.payments)
    check_events_of(in, p, terms, out);
  for (const auto& e : in.all.events)
    check_event(in, e, out);
  check_numbers(in.all, out);
}

void check_consumers(const ledgers& in, const audit_terms& terms, findings& out) {
  const auto published = published_through(in.all);
  // An owner may have begun its numbers and published nothing yet.
  const auto given = std::max(published, in.all.last_sequence);
  const index_by<event_row> events{in.all.events, &event_row::sequence};
  const bool from_broker = terms.they_hear_from == audit_terms::heard_from::broker;
  const auto is_marking = [&](const std::string& name) {
    return std::ranges::count(terms.marking_consumers, name) > 0;
  };
  for (const auto& name : terms.marking_consumers) {
    const auto known = [&](const consumer_row& row) {
      return in.all.consumers.text(row.consumer) == name;
    };
    if (terms.how == reading::drained && published > 0 && !from_broker &&
        std::ranges::none_of(in.all.positions, known))
      out.add(rule::consumer_behind, {name}, "It has no position although events were published.");
  }
  const auto check_board = [&](const one_consumer& board) {
    board.check_marks(events, given, out);
    if (terms.how == reading::drained) board.check_totals(events, out);
  };
  for (const auto& row : in.all.positions) {
    const bool marks = is_marking(in.all.consumers.text(row.consumer));
    if (marks && from_broker) continue;  // as it was when they heard from the outbox
    const one_consumer consumer{in, row.consumer, row.sequence};
    consumer.check_position(published, given, terms.how, out);
    if (marks) check_board(consumer);
  }
  if (!from_broker) return;
  const auto reached = terms.how == reading::drained ? published : 0;
  for (const auto& name : terms.marking_consumers) {
    if (const auto board = in.all.consumers.find(name))
      check_board(one_consumer{in, *board, reached});
    else if (terms.how == reading::drained && published > 0)
      out.add(rule::consumer_behind, {name},
              "It has applied nothing although events were published.");
  }
}

}  // namespace boxoffice::audit
