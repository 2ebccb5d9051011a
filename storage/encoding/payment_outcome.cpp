#include "storage/encoding/fields.hpp"
#include "storage/encoding/outcomes.hpp"

namespace boxoffice::encoding {
namespace {

// Layout 1 had ids of before decision 0016.
constexpr std::uint32_t layout = 2;

void each_field(auto& f, maybe_const<payment> auto& p) {
  f(p.id, p.reservation, p.concert, p.user, p.amount);
  f.one_of(p.state, saga_state::refunded);
  f.one_of(p.failure, payment_failure::aborted);
  f(p.reason, p.token, p.holds_else, p.seats, p.balance);
  f(p.created_at, p.deadline, p.completed_at, p.changed_at);
}

void each_field(auto& f, maybe_const<payment_outcome> auto& o) {
  f.one_of(o.refusal, payment_refusal::payment_not_refundable);
  std::uint32_t unused = 0;  // once a place in line
  f(o.other, unused, o.expired_at);
  each_field(f, o.paid);
}

}  // namespace

std::string encode(const payment_outcome& answer) {
  field_writer out;
  out(layout);
  each_field(out, answer);
  return out.take();
}

payment_outcome decode_payment_outcome(std::string_view stored) {
  field_reader in{stored};
  std::uint32_t version = 0;
  in(version);
  if (version == 1)
    in.expect_old_ids();
  else if (version != layout)
    throw decode_error{"a payment's answer in an unknown layout"};
  payment_outcome answer;
  each_field(in, answer);
  in.end();
  return answer;
}

}  // namespace boxoffice::encoding
