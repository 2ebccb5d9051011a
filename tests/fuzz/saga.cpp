// The saga of one payment between participants whose answers are late, doubled or lost, with writes
// that are lost in a crash: where it ends, money and seats are as its end says, and stay so.
#include "actors/payment/saga.hpp"

#include "actors/core/check.hpp"

#include <cstddef>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace boxoffice {
namespace {

using answer = std::variant<debit_answer, confirm_answer, refund_answer, revert_answer>;

/// Points and reservation: each remembers what it answered, and a command that was undone before it
/// came never runs.
class participants {
 public:
  participants(bool poor, confirm_refusal refuses) : poor_{poor}, refuses_{refuses} {}

  answer execute(saga_step step) {
    switch (step) {
      case saga_step::debit:
        return debit();
      case saga_step::confirm:
        return confirm();
      case saga_step::refund:
        return refund();
      case saga_step::revert:
        confirmed_ = false;
        reverted_ = true;
        return revert_answer{};
      case saga_step::none:
        break;
    }
    check(false, "a step is asked for");
    return {};
  }

  [[nodiscard]] bool money_gone() const { return debited_.value_or(false) && !refunded_; }
  [[nodiscard]] bool seats_kept() const { return confirmed_; }

 private:
  answer debit() {
    if (!debited_) debited_ = !poor_ && !refunded_;
    if (*debited_) return debit_answer{};
    return debit_answer{step_result::refused, payment_failure::insufficient_points, {}};
  }
  answer confirm() {
    if (reverted_)
      return confirm_answer{step_result::refused, confirm_refusal::reverted_before, false};
    if (refuses_ != confirm_refusal::none)
      return confirm_answer{step_result::refused, refuses_, false};
    check(money_gone(), "seats are given for money that was taken");
    confirmed_ = true;
    return confirm_answer{};
  }
  answer refund() {
    check(!confirmed_, "money goes back when the seats have");
    check(reverted_ || refuses_ != confirm_refusal::none, "and can never be given again");
    if (!debited_) debited_ = false;
    refunded_ = true;
    using returned = refund_answer::returned;
    return refund_answer{step_result::done, *debited_ ? returned::points : returned::nothing, {}};
  }

  bool poor_;
  confirm_refusal refuses_;
  std::optional<bool> debited_;  // whether the first debit took anything
  bool refunded_{false}, confirmed_{false}, reverted_{false};
};

class driven_saga {
 public:
  explicit driven_saga(FuzzedDataProvider& dice)
      : dice_{dice},
        others_{dice.ConsumeIntegralInRange(0, 3) == 0,
                static_cast<confirm_refusal>(dice.ConsumeIntegralInRange<std::uint8_t>(
                    0, static_cast<std::uint8_t>(confirm_refusal::already_confirmed)))} {
    rules_.undo_tries_max = 3;
    payment wanted;
    wanted.id = make_payment_id(1, now_, 1);
    row_ = *saga::begin(wanted, rules_, now_).row;
    begin_life();
  }

  void step() {
    switch (dice_.ConsumeIntegralInRange(0, 9)) {
      case 0:
      case 1:
        execute();
        break;
      case 2:
      case 3:
        hear();
        break;
      case 4:
        hear_trouble();
        break;
      case 5:
        now_ += milliseconds{dice_.ConsumeIntegralInRange(0, 20'000)};
        take(saga_->timed_out(now_, random()));
        break;
      case 6:
      case 7:
        commit();
        break;
      case 8:
        crash();
        break;
      default:
        command();
    }
    look();
  }

  // Everybody answers, and operators resume what is parked.
  void heal() {
    for (int rounds = 0; rounds < 100 && !is_terminal(row_.state); ++rounds) {
      commit();
      take(saga_->operator_resumes(now_));
      commit();
      while (!commands_.empty())
        execute();
      while (!answers_.empty())
        hear();
      commit();
      now_ += seconds{5};
      take(saga_->timed_out(now_, random()));
    }
    check(is_terminal(row_.state), "a saga always ends");
    // What was under way comes too late.
    while (!commands_.empty())
      execute();
    look();
  }

 private:
  std::uint64_t random() { return dice_.ConsumeIntegral<std::uint16_t>(); }

  template <class T>
  T draw(std::vector<T>& from) {
    const auto at =
        from.begin() + dice_.ConsumeIntegralInRange<std::ptrdiff_t>(0, std::ssize(from) - 1);
    auto one = *at;
    // Now and then it comes a second time.
    if (from.size() > 8 || dice_.ConsumeIntegralInRange(0, 3) != 3) from.erase(at);
    return one;
  }

  /// A new actor over the durable row; what was under way goes on.
  void begin_life() {
    saga_ = std::make_unique<saga>(row_, rules_);
    writing_.reset();
    answers_.clear();
    take(saga_->resume(now_));
  }

  void take(saga_decision d) {
    if (d.row) {
      check(!writing_ && !is_terminal(row_.state), "what is over does not move");
      check(d.send == saga_step::none, "a row is durable before what follows from it is sent");
      const auto is = d.row->state;
      const bool told = is == saga_state::completed || is == saga_state::refunded;
      check(d.event.has_value() == told, "completed and refunded are told, nothing else");
      writing_ = std::move(d.row);
    } else {
      check(!d.event, "an event stands in the write of its row");
    }
    if (d.send == saga_step::none) return;
    check(!writing_ && d.send == saga_->step(), "the state calls for what is asked");
    commands_.push_back(d.send);
  }

  void execute() {
    if (commands_.empty()) return;
    const auto said = others_.execute(draw(commands_));
    if (dice_.ConsumeIntegralInRange(0, 3) != 3) answers_.push_back(said);
  }
  void hear() {
    if (answers_.empty()) return;
    tell(draw(answers_));
  }
  // A fault, or a store that refuses: then nothing was done.
  void hear_trouble() {
    const auto result = dice_.ConsumeBool() ? step_result::unknown : step_result::impossible;
    switch (saga_->step()) {
      case saga_step::debit:
        return tell(debit_answer{result, payment_failure::none, {}});
      case saga_step::confirm:
        return tell(confirm_answer{result, confirm_refusal::none, false});
      case saga_step::refund:
        return tell(refund_answer{result, refund_answer::returned::nothing, {}});
      case saga_step::revert:
        return tell(revert_answer{result});
      case saga_step::none:
        return;
    }
  }
  void tell(const answer& said) {
    if (const auto* debit = std::get_if<debit_answer>(&said))
      take(saga_->debit_answered(*debit, now_, random()));
    else if (const auto* confirm = std::get_if<confirm_answer>(&said))
      take(saga_->confirm_answered(*confirm, now_, random()));
    else if (const auto* refund = std::get_if<refund_answer>(&said))
      take(saga_->refund_answered(*refund, now_, random()));
    else
      take(saga_->revert_answered(std::get<revert_answer>(said), now_, random()));
  }

  void commit() {
    if (!writing_) return;
    row_ = *std::exchange(writing_, std::nullopt);
    take(saga_->committed(now_));
  }

  // The write that was under way is there, or not.
  void crash() {
    if (writing_ && dice_.ConsumeBool()) row_ = *writing_;
    begin_life();
  }

  void command() {
    switch (dice_.ConsumeIntegralInRange(0, 3)) {
      case 0:
        return take(saga_->operator_resumes(now_));
      case 1:
        return take(saga_->operator_aborts("no more", now_));
      case 2:
        return saga_->stood_still(milliseconds{dice_.ConsumeIntegralInRange(0, 5'000)});
      default:
        // The user gives it back: a row, and an actor over it.
        if (row_.state != saga_state::completed || writing_) return;
        row_ = *saga::begin_refund(row_, now_).row;
        return begin_life();
    }
  }

  void look() const {
    const bool money_gone = others_.money_gone(), seats_kept = others_.seats_kept();
    switch (row_.state) {
      case saga_state::completed:
        return check(money_gone && seats_kept, "paid: money for seats");
      case saga_state::failed:
      case saga_state::compensated:
      case saga_state::refunded:
        return check(!money_gone && !seats_kept, "not paid: neither money nor seats");
      case saga_state::refund_released:
        return check(!seats_kept, "released");
      case saga_state::started:
      case saga_state::debited:
      case saga_state::refunding:
      case saga_state::parked:
      case saga_state::refund_started:
        return;
    }
  }

  FuzzedDataProvider& dice_;
  saga_rules rules_;
  time_point now_{milliseconds{1'000'000'000}};
  participants others_;
  payment row_;                     // durable
  std::optional<payment> writing_;  // on its way
  std::unique_ptr<saga> saga_;
  std::vector<saga_step> commands_;
  std::vector<answer> answers_;
};

}  // namespace
}  // namespace boxoffice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider dice{data, size};
  boxoffice::driven_saga driven{dice};
  for (int steps = 0; dice.remaining_bytes() > 0 && steps < 300; ++steps)
    driven.step();
  driven.heal();
  return 0;
}
