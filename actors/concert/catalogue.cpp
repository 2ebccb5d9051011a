#include "actors/concert/catalogue.hpp"

#include "actors/core/check.hpp"

#include <algorithm>
#include <charconv>

namespace boxoffice {

seat_map::seat_map(std::vector<section> sections) : sections_{std::move(sections)} {
  starts_.reserve(sections_.size() + 1);
  starts_.push_back(0);
  for (const auto& s : sections_)
    starts_.push_back(starts_.back() + s.rows * s.seats_per_row);
}

seat_place seat_map::place_of(seat_index seat) const {
  check(seat < seat_count(), "the seat is in the map");
  const auto after = std::ranges::upper_bound(starts_, seat);
  const auto in = static_cast<std::uint32_t>(after - starts_.begin() - 1);
  const auto offset = seat - starts_[in];
  return {in, offset / sections_[in].seats_per_row + 1, offset % sections_[in].seats_per_row + 1};
}

std::string seat_map::name_of(seat_index seat) const {
  const auto place = place_of(seat);
  return sections_[place.section].name + '-' + std::to_string(seat - starts_[place.section] + 1);
}

points seat_map::price_of(seat_index seat) const { return sections_[place_of(seat).section].price; }

std::optional<std::uint32_t> seat_map::find_section(std::string_view name) const {
  const auto found = std::ranges::find(sections_, name, &section::name);
  if (found == sections_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - sections_.begin());
}

std::optional<seat_index> seat_map::find(std::string_view name) const {
  const auto dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto in = find_section(name.substr(0, dash));
  const auto digits = name.substr(dash + 1);
  if (!in || digits.empty() || digits.front() == '0') return std::nullopt;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const auto seat = starts_[*in] + (number - 1);
  if (number > sections_[*in].rows * sections_[*in].seats_per_row) return std::nullopt;
  return seat;
}

std::shared_ptr<const concert> catalogue::find(concert_id id) const {
  const auto found = concerts.find(id);
  return found == concerts.end() ? nullptr : found->second;
}

std::shared_ptr<const schedule> catalogue::find(schedule_id id) const {
  const auto found = schedules.find(id);
  return found == schedules.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const schedule>> catalogue::schedules_of(concert_id id) const {
  std::vector<std::shared_ptr<const schedule>> found;
  for (const auto& [key, value] : schedules)
    if (value->concert == id) found.push_back(value);
  return found;
}

}  // namespace boxoffice
