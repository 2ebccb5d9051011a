#pragma once

#include "actors/core/ids.hpp"
#include "actors/core/money.hpp"
#include "actors/core/time.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace boxoffice::encoding {

/// What was read back is not what this code wrote.
class decode_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `T` or `const T`, so that one list of fields serves both directions.
template <class Given, class T>
concept maybe_const = std::same_as<std::remove_const_t<Given>, T>;

/// Appends fields to a compact byte string: unsigned numbers as LEB128, signed ones zigzag before
/// it, texts with their length in front.
class field_writer {
 public:
  template <class... Fields>
  void operator()(const Fields&... values) {
    (put(values), ...);
  }
  template <class Enum>
  void one_of(Enum value, Enum /*last*/) {
    put_number(static_cast<std::uint64_t>(value));
  }
  /// A list: its length, then `each(*this, item)` for every item.
  template <class Item, class Each>
  void list(const std::vector<Item>& items, Each each) {
    put_number(items.size());
    for (const auto& item : items)
      each(*this, item);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void put_number(std::uint64_t value);
  void put(std::uint64_t value) { put_number(value); }
  void put(std::uint32_t value) { put_number(value); }
  void put(bool value) { put_number(value ? 1 : 0); }
  void put(std::int64_t value) {
    put_number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void put(const std::string& value) {
    put_number(value.size());
    out_ += value;
  }
  template <class Tag>
  void put(id<Tag> value) {
    put_number(value.value);
  }
  void put(reservation_id value) { (*this)(value.schedule, value.number); }
  void put(queue_token value) { (*this)(value.concert, value.number); }
  void put(const user_id& value) { put(value.value); }
  void put(points value) { put(value.value); }
  void put(time_point value) { put(to_unix_ms(value)); }

  std::string out_;
};

/// Reads what a field_writer wrote, in the same order. Throws decode_error, never reads beyond the
/// end and never allocates more than the input could hold.
class field_reader {
 public:
  explicit field_reader(std::string_view in) : in_{in} {}

  template <class... Fields>
  void operator()(Fields&... values) {
    (get(values), ...);
  }
  template <class Enum>
  void one_of(Enum& value, Enum last) {
    const auto number = get_number();
    if (number > static_cast<std::uint64_t>(last)) throw decode_error{"an unknown enumerator"};
    value = static_cast<Enum>(number);
  }
  template <class Item, class Each>
  void list(std::vector<Item>& items, Each each) {
    const auto count = get_number();
    if (count > in_.size()) throw decode_error{"a list longer than its text"};
    items.resize(count);
    for (auto& item : items)
      each(*this, item);
  }
  /// Ids of reservations and tokens are one number each, as before decision 0016.
  void expect_old_ids() { old_ids_ = true; }
  /// Throws unless everything was read.
  void end() const {
    if (!in_.empty()) throw decode_error{"bytes left over"};
  }

 private:
  std::uint64_t get_number();
  void get(std::uint64_t& value) { value = get_number(); }
  void get(std::uint32_t& value);
  void get(bool& value);
  void get(std::int64_t& value) {
    const auto raw = get_number();
    value = static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  }
  void get(std::string& value);
  template <class Tag>
  void get(id<Tag>& value) {
    value.value = get_number();
  }
  void get(reservation_id& value) {
    if (old_ids_)
      value = old_reservation_id(get_number());
    else
      (*this)(value.schedule, value.number);
  }
  void get(queue_token& value) {
    if (old_ids_)
      value = old_queue_token(get_number());
    else
      (*this)(value.concert, value.number);
  }
  void get(user_id& value) { get(value.value); }
  void get(points& value) { get(value.value); }
  void get(time_point& value) {
    std::int64_t ms = 0;
    get(ms);
    value = from_unix_ms(ms);
  }

  std::string_view in_;
  bool old_ids_{false};
};

}  // namespace boxoffice::encoding
