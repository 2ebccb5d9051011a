#include "http/api/drafts.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::http {
namespace {

bool is_section_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

section read_section(json_reader& part) {
  section s;
  s.name = part.text("name", {1, limits::section_name_chars_max});
  if (!is_section_name(s.name)) part.reject("name", "may hold letters and digits only");
  s.rows = static_cast<std::uint32_t>(
      part.integer("rows", {limits::section_rows_min, limits::section_rows_max}));
  s.seats_per_row = static_cast<std::uint32_t>(
      part.integer("seatsPerRow", {limits::row_seats_min, limits::row_seats_max}));
  s.price = {part.integer("price", {limits::price_points_min, limits::price_points_max})};
  return s;
}

std::vector<section> read_sections(json_reader& body) {
  std::vector<section> sections;
  std::vector<std::string_view> names;
  body.array("sections", {1, limits::schedule_sections_max},
             [&](json_reader& part) { sections.push_back(read_section(part)); });
  std::uint64_t seats = 0;
  for (const auto& s : sections) {
    seats += std::uint64_t{s.rows} * s.seats_per_row;
    names.push_back(s.name);
  }
  if (seats > limits::schedule_seats_max)
    body.reject("sections",
                "has more than " + std::to_string(limits::schedule_seats_max) + " seats");
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end())
    body.reject("sections", "has two sections of the same name");
  return sections;
}

}  // namespace

waiting_room_rule read_waiting_room(json_reader& body) {
  waiting_room_rule rule{.enabled = true};
  rule.active_max = static_cast<std::uint32_t>(body.integer(
      "activeMax", {limits::waiting_room_active_users_min, limits::waiting_room_active_users_max}));
  rule.admit_per_second = static_cast<std::uint32_t>(
      body.integer("admitPerSecond", {limits::waiting_room_admissions_per_second_min,
                                      limits::waiting_room_admissions_per_second_max}));
  return rule;
}

concert read_concert(json_reader& body) {
  concert draft;
  draft.title = body.line("title");
  draft.artist = body.line("artist");
  draft.description = body.optional_text("description", {0, limits::description_chars_max});
  body.optional_object("waitingRoom",
                       [&](json_reader& part) { draft.waiting_room = read_waiting_room(part); });
  return draft;
}

schedule read_schedule(json_reader& body, std::chrono::seconds hold_default) {
  schedule draft;
  draft.starts_at = body.time("startsAt");
  draft.sales_open_at = body.time("salesOpenAt");
  draft.sales_close_at = body.time("salesCloseAt");
  draft.venue = body.line("venue");
  draft.hold = seconds{body.optional_integer("holdSeconds", {limits::hold_time_min.count(),
                                                             limits::hold_time_max.count()})
                           .value_or(hold_default.count())};
  draft.hold_extension =
      seconds{body.optional_integer("holdExtensionSeconds", {limits::hold_extension_min.count(),
                                                             limits::hold_extension_max.count()})
                  .value_or(0)};
  draft.max_seats_per_user = static_cast<std::uint32_t>(
      body.optional_integer("maxSeatsPerUser", {limits::user_seats_min, limits::user_seats_max})
          .value_or(limits::user_seats_default));
  auto sections = read_sections(body);
  if (!body.clean()) return draft;
  if (draft.sales_open_at >= draft.sales_close_at)
    body.reject("salesOpenAt", "must be before salesCloseAt");
  if (draft.sales_close_at > draft.starts_at)
    body.reject("salesCloseAt", "must not be after startsAt");
  draft.seats = seat_map{std::move(sections)};
  return draft;
}

}  // namespace boxoffice::http
