#pragma once

#include "actors/caf/message.hpp"
#include "actors/core/idempotency.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"

namespace boxoffice {

// How the values of core/ travel in messages.

template <class Inspector, class Tag>
auto inspect(Inspector& f, id<Tag>& v) {
  return fields(f, v.value);
}
template <class Inspector>
auto inspect(Inspector& f, user_id& v) {
  return fields(f, v.value);
}
template <class Inspector>
auto inspect(Inspector& f, points& v) {
  return fields(f, v.value);
}
template <class Inspector>
auto inspect(Inspector& f, digest& v) {
  return fields(f, v.high, v.low);
}
template <class Inspector>
auto inspect(Inspector& f, request_key& v) {
  return fields(f, v.scope, v.body);
}

}  // namespace boxoffice
