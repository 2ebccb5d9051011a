#pragma once

#include "actors/core/call_context.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>

namespace boxoffice {

namespace message_detail {

/// Becomes whatever a field is, where nothing is evaluated.
struct anything {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor): it stands for the value of a field
};

inline constexpr std::size_t fields_max = 24;

template <class T, std::size_t... I>
constexpr bool is_made_of(std::index_sequence<I...> /*fields*/) {
  return requires { T{(static_cast<void>(I), anything{})...}; };
}

/// How many fields an aggregate has: as many values as it can be made of.
template <class T, std::size_t Count = fields_max>
constexpr std::size_t field_count() {
  if constexpr (Count == 0 || is_made_of<T>(std::make_index_sequence<Count>{}))
    return Count;
  else
    return field_count<T, Count - 1>();
}

// clang-format off
template <class Inspector, class T>
auto each_field(Inspector& f, T& v) {
  constexpr auto count = field_count<T>();
  if constexpr (count == 0) { return f(); }
  else if constexpr (count == 1) { auto& [a] = v; return f(a); }
  else if constexpr (count == 2) { auto& [a, b] = v; return f(a, b); }
  else if constexpr (count == 3) { auto& [a, b, c] = v; return f(a, b, c); }
  else if constexpr (count == 4) { auto& [a, b, c, d] = v; return f(a, b, c, d); }
  else if constexpr (count == 5) { auto& [a, b, c, d, e] = v; return f(a, b, c, d, e); }
  else if constexpr (count == 6) { auto& [a, b, c, d, e, g] = v; return f(a, b, c, d, e, g); }
  else if constexpr (count == 7) { auto& [a, b, c, d, e, g, h] = v; return f(a, b, c, d, e, g, h); }
  else if constexpr (count == 8) {
    auto& [a, b, c, d, e, g, h, i] = v;
    return f(a, b, c, d, e, g, h, i);
  } else if constexpr (count == 9) {
    auto& [a, b, c, d, e, g, h, i, j] = v;
    return f(a, b, c, d, e, g, h, i, j);
  } else if constexpr (count == 10) {
    auto& [a, b, c, d, e, g, h, i, j, k] = v;
    return f(a, b, c, d, e, g, h, i, j, k);
  } else if constexpr (count == 11) {
    auto& [a, b, c, d, e, g, h, i, j, k, l] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l);
  } else if constexpr (count == 12) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m);
  } else if constexpr (count == 13) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m, n] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m, n);
  } else if constexpr (count == 14) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m, n, o] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m, n, o);
  } else if constexpr (count == 15) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m, n, o, p] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m, n, o, p);
  } else if constexpr (count == 16) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q);
  } else if constexpr (count == 17) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r);
  } else if constexpr (count == 18) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s);
  } else if constexpr (count == 19) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
  } else if constexpr (count == 20) {
    auto& [a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u] = v;
    return f(a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u);
  } else {
    static_assert(count <= 20, "a message with more fields needs a line here");
  }
}
// clang-format on

template <class T>
concept plain_message =
    std::is_aggregate_v<T> && std::is_class_v<T> && !caf::allowed_unsafe_message_type<T>::value;

}  // namespace message_detail

/// Every message, and every value in one, is an aggregate of serialisable fields: this is how CAF
/// sees them, in the order of their declaration. A value that is no aggregate has an `inspect` of
/// its own beside it.
template <class Inspector, message_detail::plain_message T>
auto inspect(Inspector& f, T& value) {
  return message_detail::each_field(f, value);
}

/// The name of a message, without namespaces; of a forwarded one, its own. **Why** so: it is what
/// the compiler calls the type.
template <class Message>
constexpr std::string_view message_name() {
  constexpr std::string_view key = "Message = ";
  std::string_view text{__PRETTY_FUNCTION__};
  text.remove_prefix(text.find(key) + key.size());
  text = text.substr(0, text.find_first_of(";]"));
  text = text.substr(0, text.find_last_not_of('>') + 1);
  return text.substr(text.find_last_of(":<") + 1);
}

/// For which request a message was sent, where it says so.
template <class Message>
request_origin origin_of(const Message& m) {
  if constexpr (requires { m.call.from; })
    return m.call.from;
  else if constexpr (requires { m.message.call.from; })
    return m.message.call.from;
  else
    return {};
}

/// By what it says: at the other end it is an object of its own.
template <class Inspector>
auto inspect(Inspector& f, request_origin& from) {
  auto request_id = from.request_id(), traceparent = from.traceparent();
  const auto load = [&]() -> caf::error {
    from = request_id.empty() ? request_origin{} : request_origin{request_id, traceparent};
    return caf::none;
  };
  return f(request_id, traceparent, caf::meta::load_callback(load));
}

}  // namespace boxoffice
