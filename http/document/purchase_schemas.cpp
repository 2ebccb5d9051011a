#include "config/limits.hpp"
#include "config/ticket_limits.hpp"
#include "http/document/schema_parts.hpp"

namespace boxoffice::http {
namespace {

constexpr auto most_points = limits::balance_points_max;

json_object balance(std::string_view remark) { return integer_schema(0, most_points, remark); }

void add_token_schemas(json_object& all) {
  all["NewDevToken"] = with_example(
      object_schema("Whom to be.", {{"userId", reference_to("Id")},
                                    {"role", choice_schema({"user", "operator", "admin"}, {})}}),
      {{"userId", "u1"}, {"role", "user"}});
  all["DevToken"] = object_schema("A token to try things with.",
                                  {{"token", free_text_schema("For `Authorization: Bearer`.")},
                                   {"expiresAt", time_schema({})}});
  all["NewQueueToken"] =
      with_example(object_schema("Which line to stand in.", {{"concertId", reference_to("Id")}}),
                   {{"concertId", "c1"}});
  const auto place = [] {
    return schema_members{
        {"token", reference_to("Id", "For the header `Queue-Token`.")},
        {"concertId", reference_to("Id")},
        {"status", choice_schema({"WAITING", "ACTIVE", "USED", "LEFT", "EXPIRED"}, {})},
        {"position", integer_schema(0, limits::waiting_room_tokens_max,
                                    "1 for the next in line, 0 unless WAITING.")},
        {"etaSeconds", count_schema("Until it is ACTIVE, by the measured outflow. In seconds.")},
        {"expiresAt", time_schema("Moves with each poll while WAITING.")}};
  };
  all["QueueToken"] = object_schema("A place in the waiting room of a concert.", place());
  auto outlook = place();
  outlook.push_back({"etaRange", object_schema("How long it may take. In seconds.",
                                               {{"p50", count_schema("Half wait no longer.")},
                                                {"p90", count_schema("Nine of ten do not.")}})});
  outlook.push_back({"seatsLeft", or_null(count_schema("AVAILABLE seats of the concert that can "
                                                       "still be bought; null: not known."))});
  outlook.push_back(
      {"odds", or_null(choice_schema({"good", "low", "none"},
                                     "Whether seats will be left; null: not known."))});
  all["QueueOutlook"] =
      object_schema("A place in the waiting room, and what to expect.", std::move(outlook));
  all["StreamEvent"] =
      object_schema("One event of a stream; its data is one line of JSON.",
                    {{"event", free_text_schema("Its kind.")}, {"data", free_text_schema({})}},
                    {{"id", free_text_schema("For `Last-Event-ID`, as `<epoch>.<version>`.")}});
  all["NewStreamTicket"] = with_example(
      object_schema("Which stream a browser is going to open.",
                    {{"path", text_schema(1, limits::http_header_bytes_max, "Of a stream.")}}),
      {{"path", "/v1/schedules/s1/seats/stream"}});
  all["StreamTicket"] =
      object_schema("Opens one stream, once, as its `ticket` parameter.",
                    {{"ticket", free_text_schema({})}, {"expiresAt", time_schema({})}});
}

void add_point_schemas(json_object& all) {
  all["Balance"] = object_schema("What a user can spend.", {{"userId", reference_to("Id")},
                                                            {"balance", balance("In points.")}});
  all["NewCharge"] = with_example(
      object_schema("Points to come in.",
                    {{"amount", integer_schema(limits::charge_points_min, limits::json_integer_max,
                                               "In points. Above the setting `point.charge_max` "
                                               "it is refused.")}}),
      {{"amount", 50000}});
  all["Charge"] =
      object_schema("Points that came in.",
                    {{"transactionId", reference_to("Id")},
                     {"amount", integer_schema(limits::charge_points_min, most_points, {})},
                     {"balance", balance("After it.")}});
  all["Transaction"] =
      object_schema("One line of the ledger.",
                    {{"transactionId", reference_to("Id")},
                     {"kind", choice_schema({"CHARGE", "USE", "REFUND"}, {})},
                     {"amount", integer_schema(-most_points, most_points, "Negative for USE.")},
                     {"balanceAfter", balance({})},
                     {"reference", or_null(reference_to("Id", "The payment; null for CHARGE."))},
                     {"at", time_schema({})}});
  all["TransactionList"] = page_schema("Transaction", "The ledger, newest first.");
}

json_object new_reservation() {
  auto seats = list_schema(text_schema(1, limits::id_chars_max, "As in `A-1`."),
                           "Names of seats, none twice. All of them are held, or none.");
  seats["minItems"] = 1;
  seats["maxItems"] = limits::schedule_seats_max;
  seats["uniqueItems"] = true;
  auto best = object_schema(
      "The server chooses: next to each other if possible, the front first.",
      {{"count", integer_schema(1, limits::schedule_seats_max, {})}},
      {{"section", text_schema(1, limits::section_name_chars_max, "Only in this one.")}});
  auto out = object_schema("Seats to hold: either `seats` or `bestAvailable`.",
                           {{"scheduleId", reference_to("Id")}},
                           {{"seats", std::move(seats)}, {"bestAvailable", std::move(best)}});
  out["oneOf"] = json_object::array({{{"required", json_object::array({"seats"})}},
                                     {{"required", json_object::array({"bestAvailable"})}}});
  out["examples"] = json_object::array(
      {{{"scheduleId", "s1"}, {"seats", json_object::array({"A-1", "A-2"})}},
       {{"scheduleId", "s1"}, {"bestAvailable", {{"count", 2}, {"section", "A"}}}}});
  return out;
}

void add_reservation_schemas(json_object& all) {
  all["NewReservation"] = new_reservation();
  auto seats = list_schema(
      object_schema("A seat, and its price when it was held.",
                    {{"seat", free_text_schema("As in `A-1`.")},
                     {"price", integer_schema(0, limits::price_points_max, "In points.")}}),
      {});
  seats["minItems"] = 1;
  all["Reservation"] = object_schema(
      "Seats of a user, and what became of them.",
      {{"reservationId", reference_to("Id")},
       {"scheduleId", reference_to("Id")},
       {"userId", reference_to("Id")},
       {"seats", std::move(seats)},
       {"amount", count_schema("The sum of the prices, in points.")},
       {"status", reference_to("ReservationStatus")},
       {"heldAt", time_schema({})},
       {"expiresAt", time_schema("From then on a hold that is not paid is over.")}},
      {{"paymentId", reference_to("Id", "Once it was paid.")},
       {"extendedAt", time_schema("Once it was extended: when.")},
       {"extensionSeconds", integer_schema(1, limits::hold_extension_max.count(),
                                           "While it is HELD and can be extended: by how much.")}});
  all["ReservationList"] = page_schema("Reservation", "The user's own, newest first.");
}

void add_ticket_schemas(json_object& all) {
  all["Ticket"] =
      object_schema("What lets its holder in.",
                    {{"ticket", text_schema(1, limits::ticket_chars_max, "Signed, for a QR code.")},
                     {"reservationId", reference_to("Id")},
                     {"scheduleId", reference_to("Id")},
                     {"userId", reference_to("Id")},
                     {"seats", texts_schema("As in `A-1`.")},
                     {"startsAt", time_schema({})},
                     {"venue", free_text_schema({})}});
  all["ShownTicket"] =
      with_example(object_schema("What a door was shown.",
                                 {{"ticket", plain_text_schema(1, limits::shown_ticket_chars_max,
                                                               "Whatever its scanner has read.")},
                                  {"admit", flag_schema("Whether its holder goes in now.")}},
                                 {{"scheduleId", reference_to("Id",
                                                              "At whose door: a ticket of another "
                                                              "schedule is not valid there.")}}),
                   {{"ticket", "T1.AbCd"}, {"admit", true}});
  all["TicketVerdict"] = object_schema(
      "Whether it lets in.",
      {{"valid", flag_schema({})},
       {"reason", or_null(choice_schema({"bad_signature", "refunded", "other_schedule", "unknown"},
                                        "Why not; null when it is valid."))},
       {"reservationId", or_null(reference_to("Id", "Null with `bad_signature`."))},
       {"scheduleId", or_null(reference_to("Id", "Null with `bad_signature`."))},
       {"seats", texts_schema("As in `A-1`.")},
       {"admittedAt", or_null(time_schema("The first admission; null before it."))},
       {"admittedNow", flag_schema("Whether that was by this request.")}});
}

void add_payment_schemas(json_object& all) {
  all["NewPayment"] =
      with_example(object_schema("What to pay.", {{"reservationId", reference_to("Id")}}),
                   {{"reservationId", "r1"}});
  all["NewRefund"] =
      with_example(object_schema("Nothing has to be said.", {}), json_object::object());
  std::vector<std::string> names;
  for (const auto* each :
       {"PENDING", "COMPLETED", "FAILED", "COMPENSATED", "PARKED", "REFUNDING", "REFUNDED"})
    names.emplace_back(each);
  all["Payment"] = object_schema(
      "A payment.",
      {{"paymentId", reference_to("Id")},
       {"reservationId", reference_to("Id")},
       {"userId", reference_to("Id")},
       {"amount", count_schema("In points.")},
       {"status", choice_schema(names,
                                "PENDING and REFUNDING go on; the others are an end, or "
                                "wait for an operator (PARKED).")},
       {"createdAt", time_schema({})}},
      {{"reason", free_text_schema("Why it ended without the seats, or is parked.")},
       {"completedAt", time_schema("When it was paid.")}});
  all["Refund"] = object_schema("A payment that was given back.",
                                {{"paymentId", reference_to("Id")},
                                 {"status", choice_schema({"REFUNDED"}, {})},
                                 {"amount", count_schema("What came back, in points.")},
                                 {"balance", balance("After it.")}});
}

}  // namespace

void add_purchase_schemas(json_object& all) {
  add_token_schemas(all);
  add_point_schemas(all);
  add_reservation_schemas(all);
  add_ticket_schemas(all);
  add_payment_schemas(all);
}

}  // namespace boxoffice::http
