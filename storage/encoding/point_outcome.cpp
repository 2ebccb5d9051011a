#include "storage/encoding/fields.hpp"
#include "storage/encoding/outcomes.hpp"

namespace boxoffice::encoding {
namespace {

constexpr std::uint32_t layout = 1;

void each_field(auto& f, maybe_const<point_outcome> auto& o) {
  f.one_of(o.refusal, point_refusal::undone_before);
  f(o.transaction, o.amount, o.balance, o.required, o.amount_min, o.amount_max);
}

}  // namespace

std::string encode(const point_outcome& answer) {
  field_writer out;
  out(layout);
  each_field(out, answer);
  return out.take();
}

point_outcome decode_point_outcome(std::string_view stored) {
  field_reader in{stored};
  std::uint32_t version = 0;
  in(version);
  if (version != layout) throw decode_error{"an answer about points in an unknown layout"};
  point_outcome answer;
  each_field(in, answer);
  in.end();
  return answer;
}

}  // namespace boxoffice::encoding
