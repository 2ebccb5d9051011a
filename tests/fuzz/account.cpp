// The points of one user beside plain arithmetic: each step of a payment moves money once, whatever
// is repeated, in whatever order, whatever memory has forgotten, and however often it is read
// again.
#include "actors/point/account.hpp"

#include "actors/core/check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <fuzzer/FuzzedDataProvider.h>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace boxoffice {
namespace {

constexpr time_point noon{milliseconds{1780315200000}};

account_rules small_rules() {
  account_rules rules;
  rules.charge_max = points{1000};
  rules.balance_max = points{5000};
  rules.steps_max = 3;
  return rules;
}

bool same(const point_outcome& a, const point_outcome& b) {
  return a.refusal == b.refusal && a.transaction == b.transaction && a.amount == b.amount &&
         a.balance == b.balance && a.required == b.required && a.amount_min == b.amount_min &&
         a.amount_max == b.amount_max;
}

/// What the ledger and the table of steps hold.
struct books {
  std::vector<ledger_entry> ledger;
  std::map<std::pair<payment_id, point_step>, point_outcome> steps;

  [[nodiscard]] points balance() const {
    points sum;
    for (const auto& e : ledger)
      sum += e.amount;
    return sum;
  }
  [[nodiscard]] const point_outcome* find(payment_id payment, point_step step) const {
    const auto found = steps.find({payment, step});
    return found == steps.end() ? nullptr : &found->second;
  }
  void write(const account::decision& d) {
    if (d.entry) ledger.push_back(*d.entry);
    if (d.step) steps.emplace(std::pair{d.step->payment, d.step->step}, d.step->answer);
  }
};

class driven_account {
 public:
  explicit driven_account(FuzzedDataProvider& dice) : dice_{dice} { load(); }

  void step() {
    switch (dice_.ConsumeIntegralInRange(0, 6)) {
      case 0:
        take(charge());
        break;
      case 1:
      case 2:
        take_step(point_step::debit);
        break;
      case 3:
        take_step(point_step::refund);
        break;
      case 4:
        commit(dice_.ConsumeIntegralInRange<std::size_t>(0, 4));
        break;
      case 5:
        fail();
        break;
      default:
        (void)charge();  // decided, and not taken
    }
    check(account_->balance() == decided_.balance(), "the balance is the sum of the ledger");
    check(account_->balance() >= points{0}, "and never below zero");
    check(account_->remembered() <= 2 * small_rules().steps_max, "memory has a bound");
  }

 private:
  std::int64_t draw_amount() {
    return dice_.ConsumeBool() ? dice_.ConsumeIntegralInRange<std::int64_t>(0, 1200)
                               : dice_.ConsumeIntegral<std::int64_t>();
  }
  payment_id draw_payment() {
    // Also some of one age, and of an older layout.
    const auto n = dice_.ConsumeIntegralInRange<std::uint32_t>(0, 19);
    if (n >= 18) return {(std::uint64_t{7} << 57) | (std::uint64_t{1780315200000} << 15) | n};
    return make_payment_id(n % 2, noon + milliseconds{n / 2}, 0);
  }

  account::decision charge() {
    const points amount{draw_amount()};
    auto d = account_->decide_charge(amount, {++last_id_}, noon);
    const bool fits = amount >= points{1} && amount <= points{1000};
    const auto wanted = !fits ? point_refusal::amount_out_of_range
                        : decided_.balance() > points{5000} - amount
                            ? point_refusal::balance_limit_exceeded
                            : point_refusal::none;
    check(d.outcome.refusal == wanted, "a charge is refused in order");
    check(!d.step && d.entry.has_value() == (wanted == point_refusal::none),
          "no step is remembered");
    return d;
  }

  void take_step(point_step step) {
    const auto payment = draw_payment();
    const bool known = account_->knows(payment, step);
    if (!known) {
      // Its actor waits until all is durable, and asks the store for both steps.
      commit(writes_.size());
      std::vector<remembered_step> found;
      for (const auto each : {point_step::debit, point_step::refund})
        if (const auto* answer = stored_.find(payment, each))
          found.push_back({payment, each, *answer});
      account_->recall(payment, std::move(found));
      check(account_->knows(payment, step), "what was asked for is known");
    }
    take(step == point_step::debit ? debit(payment) : refund(payment));
    if (!known) account_->forget_recalled();
  }

  account::decision debit(payment_id payment) {
    const points amount{draw_amount()};
    auto d = account_->decide_debit(payment, amount, {++last_id_}, noon);
    if (repeats(d, payment, point_step::debit)) return d;
    const auto wanted = amount < points{0} ? point_refusal::amount_out_of_range
                        : decided_.find(payment, point_step::refund) != nullptr
                            ? point_refusal::undone_before
                        : amount > decided_.balance() ? point_refusal::insufficient_points
                                                      : point_refusal::none;
    check(d.outcome.refusal == wanted, "a debit is refused in order");
    check(d.step.has_value() == (wanted != point_refusal::amount_out_of_range), "and remembered");
    if (d.entry) check(d.entry->amount == -amount, "and takes what it says");
    return d;
  }

  account::decision refund(payment_id payment) {
    auto d = account_->decide_refund(payment, {++last_id_}, noon);
    if (repeats(d, payment, point_step::refund)) return d;
    const auto* taken = decided_.find(payment, point_step::debit);
    const bool moves = taken != nullptr && taken->refusal == point_refusal::none;
    check(d.outcome.refusal == point_refusal::none && d.step, "a refund is never refused");
    check(d.entry.has_value() == moves, "nothing comes back that was not taken");
    if (moves) check(d.entry->amount == -taken->amount, "and what was taken comes back");
    return d;
  }

  bool repeats(const account::decision& d, payment_id payment, point_step step) const {
    const auto* first = decided_.find(payment, step);
    check((d.kind == account::novelty::repeated) == (first != nullptr), "a step is decided once");
    if (first == nullptr) return false;
    check(same(d.outcome, *first) && !d.entry && !d.step, "a repetition gets the first answer");
    return true;
  }

  void take(const account::decision& d) {
    if (d.entry)
      check(d.entry->balance_after == decided_.balance() + d.entry->amount &&
                d.outcome.balance == d.entry->balance_after && d.outcome.transaction == d.entry->id,
            "an entry says the balance after it");
    else if (d.kind == account::novelty::decided)
      check(!d.outcome.transaction && d.outcome.balance == decided_.balance(),
            "or the one that is");
    account_->apply(d);
    decided_.write(d);
    if (d.entry || d.step) writes_.push_back(d);
  }

  void commit(std::size_t count) {
    for (; count > 0 && !writes_.empty(); --count) {
      stored_.write(writes_.front());
      writes_.pop_front();
    }
  }

  // A batch did not commit, or nobody knows: memory is void.
  void fail() {
    if (dice_.ConsumeBool()) commit(writes_.size());
    writes_.clear();
    load();
  }

  // The newest answers, and from which age on they are all.
  void load() {
    decided_ = stored_;
    std::vector<remembered_step> newest;
    for (const auto& [key, answer] : stored_.steps)
      newest.push_back({key.first, key.second, answer});
    std::ranges::sort(newest, std::greater<>{}, [](const remembered_step& s) {
      return std::pair{age_of(s.payment), s.payment.value};
    });
    const auto most = small_rules().steps_max;
    std::uint64_t complete_from = 0;
    if (newest.size() > most) {
      complete_from = age_of(newest[most].payment);
      newest.resize(most);
    }
    account_ = std::make_unique<account>(user_id{"u1"}, small_rules(), stored_.balance(), newest,
                                         complete_from);
  }

  FuzzedDataProvider& dice_;
  std::uint64_t last_id_{0};
  std::unique_ptr<account> account_;
  books stored_, decided_;  // decided: stored once all writes are
  std::deque<account::decision> writes_;
};

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::driven_account driven{dice};
  for (int steps = 0; dice.remaining_bytes() > 0 && steps < 300; ++steps)
    driven.step();
  return 0;
}
