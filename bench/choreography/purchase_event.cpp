#include "bench/choreography/purchase_event.hpp"

#include "storage/encoding/fields.hpp"

namespace boxoffice::bench {
namespace {

template <class Fields, class Event>
void carry(Fields& f, Event& e) {
  f(e.user, e.reservation, e.amount, e.balance);
  f.one_of(e.failure, payment_failure::aborted);
}

}  // namespace

std::string encode(const purchase_event& event) {
  encoding::field_writer out;
  carry(out, event);
  return out.take();
}

void decode(std::string_view carried, purchase_event& into) {
  encoding::field_reader in{carried};
  carry(in, into);
  in.end();
}

}  // namespace boxoffice::bench
