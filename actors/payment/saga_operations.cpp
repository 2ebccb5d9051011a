#include "actors/payment/saga_operations.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice {
namespace {

saga_query query_of(const list_sagas& m, time_point now) {
  saga_query asked;
  if (m.what == list_sagas::wanted::one_state) asked.state = m.state;
  if (m.unchanged_for_seconds > 0) asked.unchanged_since = now - seconds{m.unchanged_for_seconds};
  asked.after = m.after;
  asked.limit = m.limit;
  return asked;
}

bool is_asked_for(const payment& row, const saga_query& asked) {
  return (!asked.state || *asked.state == row.state) && row.changed_at <= asked.unchanged_since &&
         (!asked.after || row.id < asked.after);
}

/// Puts what is parked in memory only into a page of the store, which shows it as it was before.
void merge(const std::map<payment_id, payment>& unsaved, const saga_query& asked, saga_list& into) {
  std::erase_if(into.sagas, [&](const payment& p) { return unsaved.contains(p.id); });
  for (const auto& [id, row] : unsaved)
    if (is_asked_for(row, asked)) into.sagas.push_back(row);
  std::ranges::sort(into.sagas, std::ranges::greater{}, &payment::id);
  if (into.sagas.size() <= asked.limit) return;
  into.sagas.resize(asked.limit);
  into.follows = saga_list::more::yes;
}

}  // namespace

void saga_operations::list(const list_sagas& m, const caf::actor& from) {
  parts_.reads.reply(from, saga_list{m.correlation, fault::none, {}, {}},
                     [asked = query_of(m, parts_.now()), unsaved = sagas_.unsaved()](
                         payment_reader& reader, saga_list& list) {
                       auto more = asked;
                       more.limit += 1 + unsaved.size();
                       list.sagas = reader.sagas(more);
                       merge(unsaved, asked, list);
                     });
}

void saga_operations::read(const read_saga& m, const caf::actor& from) {
  parts_.reads.reply(
      from, saga_report{m.correlation, fault::none, {}, {}},
      [id = m.payment, unsaved = sagas_.unsaved()](payment_reader& reader, saga_report& report) {
        if (const auto row = reader.find(id)) report.row = *row;
        if (report.row.id) report.timeline = reader.timeline(id);
        if (const auto at = unsaved.find(id); at != unsaved.end()) report.row = at->second;
      });
}

void saga_operations::carry_out(operator_command c) {
  if (const auto* open = sagas_.open().find(c.payment))
    return answer(c, fault::none, saga_refusal::saga_not_parked, open->row);
  if (const auto at = sagas_.unsaved().find(c.payment); at != sagas_.unsaved().end())
    return move(c, payment{at->second});
  if (deciding_.size() + sagas_.open().size() >= parts_.context.open_sagas_max)
    return answer(c, fault::overloaded, saga_refusal::none, {});
  // No command sees a row from before another one.
  const auto id = c.payment;
  if (!deciding_.emplace(id, c).second)
    return answer(c, fault::unavailable, saga_refusal::none, {});
  parts_.reads.ask_within(
      parts_.memory, [id](payment_reader& reader) { return reader.find(id); },
      [this, id](fault failed, std::optional<payment>& found) {
        const auto node = deciding_.extract(id);
        if (!node) return;
        const auto& asked = node.mapped();
        if (failed != fault::none) return answer(asked, failed, saga_refusal::none, {});
        if (!found || !is_ours(id))
          return answer(asked, fault::none, saga_refusal::payment_not_found, {});
        if (found->state != saga_state::parked)
          return answer(asked, fault::none, saga_refusal::saga_not_parked, *found);
        move(asked, *found);
      });
}

void saga_operations::move(const operator_command& c, const payment& parked) {
  saga decides{parked, parts_.context.rules};
  auto first = c.what == operator_command::wanted::resume
                   ? decides.operator_resumes(parts_.now())
                   : decides.operator_aborts(c.reason, parts_.now());
  if (sagas_.move(std::move(first), c) == saga_host::started::no)
    answer(c, fault::overloaded, saga_refusal::none, {});
}

void saga_operations::clear() {
  for (const auto& [id, c] : deciding_)
    answer(c, fault::unavailable, saga_refusal::none, {});
  deciding_.clear();
}

void saga_operations::answer(const operator_command& c, fault why, saga_refusal refusal,
                             const payment& row) const {
  caf::send_as(parts_.self, c.to, saga_command_reply{c.correlation, why, refusal, row});
}

bool saga_operations::is_ours(payment_id payment) const {
  const auto shard = shard_of(payment);
  const auto& c = parts_.context;
  return shard >= c.first_shard && shard < c.first_shard + c.shards;
}

}  // namespace boxoffice
