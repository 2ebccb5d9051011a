#include "config/limits.hpp"
#include "http/document/schema_parts.hpp"

namespace boxoffice::http {
namespace {

// One line on which something is to be seen (http/server/text_rules.hpp), but for the characters
// above U+FFFF, which not every reader of patterns knows.
json_object line(std::string_view remark) {
  const std::string never =
      R"(\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069)";
  const std::string unseen =
      R"(\u0020\u00a0\u00ad\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200d)"
      R"(\u202f\u205f-\u2065\u206a-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0)";
  auto out = text_schema(limits::title_chars_min, limits::title_chars_max, remark);
  out["pattern"] = "^[^" + never + "]*[^" + never + unseen + "][^" + never + "]*$";
  return out;
}

json_object section_name() {
  auto out = text_schema(1, limits::section_name_chars_max, "Letters and digits, unique.");
  out["pattern"] = "^[A-Za-z0-9]+$";
  return out;
}

json_object hold_seconds() {
  return integer_schema(limits::hold_time_min.count(), limits::hold_time_max.count(),
                        "How long seats are held. In seconds.");
}

json_object hold_extension_seconds() {
  return integer_schema(limits::hold_extension_min.count(), limits::hold_extension_max.count(),
                        "By how much a hold may be extended, once; 0: it may not. In seconds.");
}

json_object user_seats() {
  return integer_schema(limits::user_seats_min, limits::user_seats_max,
                        "Most seats of one user, held and paid.");
}

json_object price() {
  return integer_schema(limits::price_points_min, limits::price_points_max,
                        "Of one seat, in points (whole won).");
}

json_object example_section() {
  return {{"name", "A"}, {"rows", 10}, {"seatsPerRow", 20}, {"price", 110000}};
}

void add_concert_schemas(json_object& all) {
  all["WaitingRoom"] = object_schema(
      "How many may buy at a time, and how fast they are let in.",
      {{"activeMax",
        integer_schema(limits::waiting_room_active_users_min, limits::waiting_room_active_users_max,
                       "Most ACTIVE tokens at a time.")},
       {"admitPerSecond", integer_schema(limits::waiting_room_admissions_per_second_min,
                                         limits::waiting_room_admissions_per_second_max,
                                         "Most admissions a second.")}});
  const auto description =
      plain_text_schema(0, limits::description_chars_max, "May have several lines.");
  all["NewConcert"] = with_example(
      object_schema("A concert to be.",
                    {{"title", line("One line.")}, {"artist", line("One line.")}},
                    {{"description", description},
                     {"waitingRoom", reference_to("WaitingRoom", "Without it nobody waits.")}}),
      {{"title", "Winter Night"},
       {"artist", "The Players"},
       {"waitingRoom", {{"activeMax", 500}, {"admitPerSecond", 50}}}});
  all["Concert"] =
      object_schema("A concert.", {{"concertId", reference_to("Id")},
                                   {"title", line({})},
                                   {"artist", line({})},
                                   {"description", or_null(description)},
                                   {"waitingRoom", or_null(reference_to("WaitingRoom"))}});
  all["ConcertList"] = page_schema("Concert", "Concerts, the oldest first.");
}

void add_schedule_schemas(json_object& all) {
  all["Section"] = object_schema(
      "Seats of one price.",
      {{"name", section_name()},
       {"rows", integer_schema(limits::section_rows_min, limits::section_rows_max, {})},
       {"seatsPerRow", integer_schema(limits::row_seats_min, limits::row_seats_max, {})},
       {"price", price()}});
  auto sections = list_schema(reference_to("Section"),
                              "In order, the front first. All together at most 100,000 seats.");
  sections["minItems"] = 1;
  const auto starts = time_schema("When the performance begins.");
  const auto opens = time_schema("When the sale opens; before `salesCloseAt`.");
  const auto closes = time_schema("When the sale ends; not after `startsAt`.");
  all["NewSchedule"] =
      with_example(object_schema("A performance to be.",
                                 {{"startsAt", starts},
                                  {"salesOpenAt", opens},
                                  {"salesCloseAt", closes},
                                  {"venue", line("One line.")},
                                  {"sections", sections}},
                                 {{"holdSeconds", hold_seconds()},
                                  {"holdExtensionSeconds", hold_extension_seconds()},
                                  {"maxSeatsPerUser", user_seats()}}),
                   {{"startsAt", "2030-03-01T10:00:00Z"},
                    {"salesOpenAt", "2026-02-01T10:00:00Z"},
                    {"salesCloseAt", "2030-03-01T09:00:00Z"},
                    {"venue", "Olympic Hall"},
                    {"sections", json_object::array({example_section()})}});
  all["Schedule"] = object_schema(
      "A performance, and how much of it is left.",
      {{"scheduleId", reference_to("Id")},
       {"concertId", reference_to("Id")},
       {"startsAt", starts},
       {"salesOpenAt", opens},
       {"salesCloseAt", closes},
       {"venue", line({})},
       {"holdSeconds", hold_seconds()},
       {"holdExtensionSeconds", hold_extension_seconds()},
       {"maxSeatsPerUser", user_seats()},
       {"sections", sections},
       {"seatCount", integer_schema(1, limits::schedule_seats_max, "Of all sections.")},
       {"available", integer_schema(0, limits::schedule_seats_max, "Neither held nor sold.")},
       {"soldOut", flag_schema("Whether every seat is paid.")}});
  all["ScheduleList"] = page_schema("Schedule", "The schedules of a concert, the oldest first.");
  all["Seat"] = object_schema(
      "One seat.",
      {{"seat", free_text_schema("Its name: the section, and its number in it, as in `A-1`.")},
       {"section", section_name()},
       {"row", integer_schema(1, limits::section_rows_max, "From 1, the front first.")},
       {"number", integer_schema(1, limits::row_seats_max, "In its row, from 1.")},
       {"price", price()},
       {"status", reference_to("SeatStatus")}});
  all["SeatMap"] = object_schema(
      "All seats of a schedule, or those that were asked for.",
      {{"scheduleId", reference_to("Id")},
       {"version", count_schema("Grows with everything that readers see.")},
       {"seats", list_schema(reference_to("Seat"), "In the order of sections and numbers.")}});
  const auto count = [](std::string_view remark) {
    return integer_schema(0, limits::schedule_seats_max, remark);
  };
  const auto runs = [&](std::string_view remark) { return list_schema(count({}), remark); };
  all["SeatChanges"] = object_schema(
      "What has changed of the seats since a version, or all of them.",
      {{"epoch", count_schema("Changes when the owner of the schedule does.")},
       {"version", count_schema("That of the seat map.")},
       {"mode", choice_schema({"resume", "snapshot"}, {})},
       {"available", count({})},
       {"held", count({})},
       {"sold", count({})},
       {"serverTime", time_schema({})}},
      {{"from", count_schema("The version that the client has; with `resume`.")},
       {"to", count_schema("The version that it has then; with `resume`.")},
       {"a", runs("First index and count of each run that became available; with `resume`.")},
       {"h", runs("The same of runs that became held.")},
       {"s", runs("The same of runs that became sold.")},
       {"seatCount", count("With `snapshot`.")},
       {"states",
        free_text_schema("Base64url without padding, 2 bits a seat, the low bits of a byte "
                         "first: 0 available, 1 held, 2 sold; with `snapshot`.")}});
}

void add_ranking_schemas(json_object& all) {
  const auto board = [](std::string_view remark, schema_members more) {
    schema_members members{{"rank", integer_schema(1, limits::list_items_max, {})},
                           {"scheduleId", reference_to("Id")},
                           {"concertId", free_text_schema("Empty while it is not known.")},
                           {"title", free_text_schema("Of the concert.")}};
    for (auto& each : more)
      members.push_back(std::move(each));
    return object_schema(
        remark, {{"items", list_schema(object_schema("A line.", std::move(members)), {})}});
  };
  all["BestSelling"] =
      board("Schedules by seats sold.", {{"seatsSold", count_schema("In the window.")}});
  all["SoldOut"] = board(
      "Schedules by the time in which they were sold out, the fastest first.",
      {{"seatCount", integer_schema(1, limits::schedule_seats_max, {})},
       {"soldOutAt", time_schema("When the last seat was paid.")},
       {"millisecondsToSellOut", points_schema("From the opening of the sale. In milliseconds.")},
       {"currentlySoldOut", flag_schema("False when a seat was refunded later.")}});
}

}  // namespace

void add_catalogue_schemas(json_object& all) {
  add_concert_schemas(all);
  add_schedule_schemas(all);
  add_ranking_schemas(all);
}

}  // namespace boxoffice::http
