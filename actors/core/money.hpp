#pragma once

#include <compare>
#include <cstdint>

namespace boxoffice {

/// An amount of points, in whole won. Amounts outside are below 2^53, so sums of a few never
/// overflow; whoever adds many checks.
struct points {
  std::int64_t value{0};

  constexpr auto operator<=>(const points&) const = default;
  constexpr points operator+(points other) const { return {value + other.value}; }
  constexpr points operator-(points other) const { return {value - other.value}; }
  constexpr points operator-() const { return {-value}; }
  constexpr points& operator+=(points other) { return value += other.value, *this; }
  constexpr points& operator-=(points other) { return value -= other.value, *this; }
};

}  // namespace boxoffice
