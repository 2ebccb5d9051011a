#pragma once

#include "actors/caf/message.hpp"
#include "actors/concert/catalogue.hpp"
#include "actors/core/call_context.hpp"
#include "actors/reservation/reservation.hpp"
#include "actors/reservation/seat_snapshot.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// How messages become bytes on a link, field by field in the order of their declaration: integers
/// of fixed width with the lowest byte first, texts and lists with their count in front.
///
/// A newer peer may append fields to a message, and to a message only, never to a value in one:
/// what is left over is not read, and what is missing keeps its default. **Why** not
/// caf::binary_serializer: it takes an enum for whatever the bytes say, and it knows no missing
/// fields.
namespace boxoffice::cluster {

namespace wire_detail {

template <auto Value>
constexpr bool is_named() {
  // The compiler calls a value that has a name `scope::name`, and any other `(scope)7`.
  const std::string_view text{__PRETTY_FUNCTION__};
  const auto at = text.rfind(" = ");
  return at != std::string_view::npos && text[at + 3] != '(';
}

template <class Enum, std::size_t... Values>
constexpr auto named_values(std::index_sequence<Values...> /*from 0 on*/) {
  return std::array{is_named<static_cast<Enum>(Values)>()...};
}

/// Whether an enumeration has this value. **Requires** all of them below 32.
template <class Enum>
constexpr bool is_value_of(std::uint64_t value) {
  constexpr auto named = named_values<Enum>(
      std::make_index_sequence < std::is_same_v<std::underlying_type_t<Enum>, bool> ? 2 : 32 > {});
  return value < named.size() && named[static_cast<std::size_t>(value)];
}

template <class T>
concept moment_or_span = requires(T t) {
  typename T::period;
  requires !std::is_aggregate_v<T>;
};

template <class T>
concept fields_in_order = std::is_aggregate_v<T> && std::is_class_v<T>;

}  // namespace wire_detail

/// Appends what is written to a text.
class wire_writer {
 public:
  explicit wire_writer(std::string& out) : out_{out} {}

  template <class... T>
  void operator()(const T&... fields) {
    (put(fields), ...);
  }

 private:
  template <std::integral T>
  void put(T number) {
    using plain = std::make_unsigned_t<std::conditional_t<std::is_same_v<T, bool>, char, T>>;
    auto rest = static_cast<plain>(number);
    for (std::size_t i = 0; i < sizeof(plain); ++i) {
      out_.push_back(static_cast<char>(rest & 0xFFU));
      rest = static_cast<plain>(sizeof(plain) > 1 ? rest >> 8U : 0);
    }
  }
  template <class T>
  requires std::is_enum_v<T>
  void put(T value) { put(static_cast<std::underlying_type_t<T>>(value)); }
  template <wire_detail::moment_or_span T>
  void put(const T& time) {
    if constexpr (requires { time.time_since_epoch(); })
      put(static_cast<std::int64_t>(time.time_since_epoch().count()));
    else
      put(static_cast<std::int64_t>(time.count()));
  }
  void put(const std::string& text) {
    count(text.size());
    out_ += text;
  }
  template <class T>
  void put(const std::vector<T>& list) {
    count(list.size());
    for (const auto& each : list)
      put(each);
  }
  template <class T>
  void put(const std::optional<T>& maybe) {
    put(maybe.has_value());
    if (maybe) put(*maybe);
  }
  template <class T>
  void put(const std::shared_ptr<const T>& maybe) {
    put(maybe != nullptr);
    if (maybe) put(*maybe);
  }
  void put(const request_origin& from) {
    put(from.request_id());
    put(from.traceparent());
  }
  void put(const seat_map& seats) { put(seats.sections()); }
  void put(const seat_snapshot& seats);
  void put(const reservation& row);
  void put(const schedule& of);
  template <wire_detail::fields_in_order T>
  void put(const T& value) {
    message_detail::each_field(*this, value);
  }
  void count(std::size_t of) { put(static_cast<std::uint32_t>(of)); }

  std::string& out_;
};

/// Reads what wire_writer wrote. It trusts nothing: a count is believed as far as there are bytes,
/// and an enumeration takes only the values that it has.
class wire_reader {
 public:
  explicit wire_reader(std::string_view in) : in_{in} {}

  /// False from the first field on that does not read.
  [[nodiscard]] bool sound() const { return sound_; }

  template <class... T>
  void operator()(T&... fields) {
    (get(fields), ...);
  }

  /// A message: its fields as far as there are any.
  template <class Message>
  void message(Message& into) {
    const fields_if_there fields{*this};
    message_detail::each_field(fields, into);
  }

 private:
  struct fields_if_there {
    wire_reader& from;
    template <class... T>
    void operator()(T&... fields) const {
      (from.get_if_there(fields), ...);
    }
  };
  template <class T>
  void get_if_there(T& field) {
    if (!in_.empty()) get(field);
  }
  template <std::integral T>
  void get(T& number) {
    using plain = std::make_unsigned_t<std::conditional_t<std::is_same_v<T, bool>, char, T>>;
    if (in_.size() < sizeof(plain)) return fail();
    std::uint64_t read = 0;
    for (std::size_t i = sizeof(plain); i-- > 0;)
      read = read << 8U | static_cast<unsigned char>(in_[i]);
    in_.remove_prefix(sizeof(plain));
    if (std::is_same_v<T, bool> && read > 1) return fail();
    number = static_cast<T>(read);
  }
  template <class T>
  requires std::is_enum_v<T>
  void get(T& value) {
    std::underlying_type_t<T> number{};
    get(number);
    if (!sound_) return;
    if (!wire_detail::is_value_of<T>(static_cast<std::uint64_t>(number))) return fail();
    value = static_cast<T>(number);
  }
  template <wire_detail::moment_or_span T>
  void get(T& time) {
    std::int64_t number = 0;
    get(number);
    if constexpr (requires { time.time_since_epoch(); })
      time = T{typename T::duration{number}};
    else
      time = T{number};
  }
  void get(std::string& text) {
    const auto bytes = count();
    text.assign(in_.substr(0, bytes));
    in_.remove_prefix(bytes);
  }
  template <class T>
  void get(std::vector<T>& list) {
    list.clear();
    const auto wanted = count();  // no element is shorter than a byte
    for (std::size_t i = 0; i < wanted && sound_; ++i)
      get(list.emplace_back());
  }
  template <class T>
  void get(std::optional<T>& maybe) {
    bool there = false;
    get(there);
    maybe.reset();
    if (there && sound_) get(maybe.emplace());
  }
  template <class T>
  void get(std::shared_ptr<const T>& maybe) {
    bool there = false;
    get(there);
    maybe.reset();
    if (!there || !sound_) return;
    auto made = std::make_shared<T>();
    get(*made);
    if (sound_) maybe = std::move(made);
  }
  void get(request_origin& from) {
    std::string request_id, traceparent;
    get(request_id);
    get(traceparent);
    from = request_id.empty() ? request_origin{}
                              : request_origin{std::move(request_id), std::move(traceparent)};
  }
  void get(seat_map& seats);
  void get(seat_snapshot& seats);
  void get(reservation& row);
  void get(schedule& of);
  template <wire_detail::fields_in_order T>
  void get(T& value) {
    message_detail::each_field(*this, value);
  }

  // A number of things that follow, each of which takes a byte or more.
  std::size_t count() {
    std::uint32_t number = 0;
    get(number);
    if (number <= in_.size()) return sound_ ? number : 0;
    fail();
    return 0;
  }
  void fail() {
    sound_ = false;
    in_ = {};
  }

  std::string_view in_;
  bool sound_{true};
};

template <class Message>
std::string to_bytes(const Message& m) {
  std::string out;
  wire_writer write{out};
  message_detail::each_field(write, m);
  return out;
}

/// Empty when the bytes are no such message.
template <class Message>
std::optional<Message> from_bytes(std::string_view bytes) {
  Message m{};
  wire_reader read{bytes};
  read.message(m);
  if (!read.sound()) return std::nullopt;
  return m;
}

}  // namespace boxoffice::cluster
