#pragma once

namespace boxoffice {

/// How an inspector of this CAF version is told the fields of a message. Every message struct has
/// `template <class F> auto inspect(F& f, M& m) { return fields(f, m.a, m.b); }`, so that a move to
/// another CAF changes this function and not the messages.
template <class Inspector, class... Fields>
auto fields(Inspector& f, Fields&... values) {
  return f(values...);
}

}  // namespace boxoffice
