#include "actors/audit/audit.hpp"
#include "actors/payment/payment.hpp"
#include "config/settings.hpp"
#include "http/document/schema_parts.hpp"

namespace boxoffice::http {
namespace {

schema_members saga_members() {
  std::vector<std::string> failures;
  for (auto i = 1U; i <= static_cast<unsigned>(payment_failure::aborted); ++i)
    failures.emplace_back(to_text(static_cast<payment_failure>(i)));
  return {{"paymentId", reference_to("Id")},
          {"reservationId", reference_to("Id")},
          {"userId", reference_to("Id")},
          {"amount", count_schema("In points.")},
          {"state", reference_to("SagaState")},
          {"failure", or_null(choice_schema(failures, "Why it ended without the seats."))},
          {"reason", or_null(free_text_schema("Of an operator, or why it is parked."))},
          {"createdAt", time_schema({})},
          {"changedAt", time_schema("When it moved last.")},
          {"deadline", time_schema("Up to then a purchase goes forward.")},
          {"completedAt", or_null(time_schema("When it was paid."))}};
}

void add_saga_schemas(json_object& all) {
  all["AbortReason"] = with_example(
      object_schema("Why.", {{"reason", plain_text_schema(1, limits::saga_reason_chars_max, {})}}),
      {{"reason", "The buyer called."}});
  all["Saga"] = object_schema("A payment as operators see it.", saga_members());
  all["SagaList"] = page_schema("Saga", "Sagas, the youngest first.");
  auto members = saga_members();
  members.push_back(
      {"timeline",
       list_schema(
           object_schema("One line of it.",
                         {{"at", time_schema({})},
                          {"state", reference_to("SagaState", "After it.")},
                          {"step", or_null(choice_schema({"debit", "confirm", "refund", "revert"},
                                                         "What was asked of another service."))},
                          {"what", free_text_schema("What happened.")}}),
           "Everything that happened to it.")});
  all["SagaTimeline"] = object_schema("A saga and its timeline.", std::move(members));
}

void add_outbox_schemas(json_object& all) {
  all["OutboxEvent"] = object_schema(
      "An event that somebody has not taken yet.",
      {{"eventId", reference_to("Id")},
       {"sequence", count_schema("Of the outbox.")},
       {"type", choice_schema({"payment.completed", "payment.refunded"}, {})},
       {"paymentId", reference_to("Id")},
       {"scheduleId", reference_to("Id")},
       {"occurredAt", time_schema({})},
       {"consumers",
        list_schema(object_schema("Who waits for it.", {{"consumer", free_text_schema({})}},
                                  {{"reason", free_text_schema("Why it is parked.")},
                                   {"parkedAt", time_schema({})}}),
                    {})}});
  all["OutboxList"] = page_schema("OutboxEvent", "Events in their order.");
  all["Replay"] =
      object_schema("An event that goes again.",
                    {{"eventId", reference_to("Id")}, {"consumers", texts_schema("Who gets it.")}});
  all["Parked"] = object_schema("What stands still: a queue token, a hold, an event at a broker.",
                                {{"id", reference_to("Id")},
                                 {"userId", reference_to("Id")},
                                 {"state", free_text_schema("What the store has.")},
                                 {"wants", free_text_schema("What the store refuses.")},
                                 {"reason", free_text_schema("Why.")},
                                 {"parkedAt", time_schema({})}});
  all["ParkedList"] = page_schema("Parked", "What is parked, the oldest first.");
  all["Moved"] = object_schema("What it has become.",
                               {{"id", reference_to("Id")}, {"state", free_text_schema({})}});
}

void add_audit_schema(json_object& all) {
  std::vector<std::string> rules;
  for (std::size_t i = 0; i < audit::rule_count; ++i)
    rules.emplace_back(audit::name_of(static_cast<audit::rule>(i)));
  schema_members counts;
  for (const auto* each :
       {"accounts", "ledgerRows", "steps", "reservations", "claims", "payments", "openSagas",
        "parkedSagas", "events", "consumers", "parkedEvents", "appliedEvents"})
    counts.push_back({each, count_schema({})});
  all["Invariants"] = object_schema(
      "Whether the books of all services add up.",
      {{"ok", flag_schema({})},
       {"checkedAt", time_schema({})},
       {"counts", object_schema("How much was looked at.", std::move(counts))},
       {"violations",
        list_schema(object_schema("A broken promise.", {{"rule", choice_schema(rules, {})},
                                                        {"ids", texts_schema({})},
                                                        {"detail", free_text_schema({})}}),
                    {})},
       {"unlistedViolations", count_schema("How many more there are.")}});
}

void add_node_schemas(json_object& all) {
  const auto link =
      object_schema("The connection to it.",
                    {{"state", choice_schema({"down", "greeting", "up"}, {})},
                     {"inFlight", count_schema("Commands that wait for their answer.")},
                     {"reconnects", count_schema({})}},
                    {{"rttMs", count_schema("Round trip, in milliseconds.")},
                     {"lastError", free_text_schema({})}});
  const auto service =
      object_schema("One of its services.", {{"service", free_text_schema({})},
                                             {"phase", choice_schema({"serving", "standby"}, {})},
                                             {"epoch", count_schema("Of its owner.")}});
  all["Node"] =
      object_schema("This process (`roles`, `startedAt`), or another one (`link`, `services`).",
                    {{"version", free_text_schema("Empty while it is not known.")}},
                    {{"node", free_text_schema("Its name; there when there are others.")},
                     {"roles", texts_schema("What it serves.")},
                     {"startedAt", time_schema({})},
                     {"incarnation", free_text_schema("Of the process.")},
                     {"address", free_text_schema({})},
                     {"link", link},
                     {"services", list_schema(service, {})}});
  all["NodeList"] = object_schema(
      "The processes that this one knows.", {{"items", list_schema(reference_to("Node"), {})}},
      {{"problems", texts_schema("In sentences, for an operator; there when there are others.")},
       {"nextCursor", schema_of("null", "There when there are no others.")}});
}

// null: the service that knows it was silent, or, of a rate, it has been heard only once.
void add_figure_schemas(json_object& all) {
  const auto consumer =
      object_schema("How far a consumer of events is behind.",
                    {{"consumer", free_text_schema({})},
                     {"lagEvents", count_schema("Of the batch that is read.")},
                     {"lagSeconds", count_schema("Age of the oldest event that it has not taken.")},
                     {"parked", count_schema({})}});
  const auto store =
      object_schema("Commits of a store, over the last ten seconds.",
                    {{"store", free_text_schema({})},
                     {"commitsPerSecond", or_null(quantity_schema({}))},
                     {"p50Ms", or_null(quantity_schema("Half took no longer. In milliseconds."))},
                     {"p99Ms", or_null(quantity_schema("99 of 100 took no longer."))}});
  all["Summary"] = object_schema(
      "The sale at a glance, of the whole house. What a silent service knows is null, and so are "
      "rates at first.",
      {{"serverTime", time_schema({})},
       {"seats", count_schema("Of all schedules.")},
       {"sold", or_null(count_schema("Seats that are paid, as the rankings have them."))},
       {"held", or_null(count_schema("Seats that are held."))},
       {"waiting", or_null(count_schema("Queue tokens in line."))},
       {"admitted", or_null(count_schema("Queue tokens that are ACTIVE."))},
       {"purchasesPerSecond", or_null(quantity_schema({}))},
       {"refusalsPerSecond", or_null(quantity_schema("Holds and payments that were refused."))},
       {"sagas",
        or_null(object_schema("Payments on their way.",
                              {{"open", count_schema({})},
                               {"parked", count_schema({})},
                               {"oldestSeconds", count_schema("Age of the oldest open one.")}}))},
       {"outbox", or_null(list_schema(consumer, "By consumer."))},
       {"stores", list_schema(store, {})},
       {"gateway",
        object_schema("Of the process that tells this alone.",
                      {{"requestsPerSecond", or_null(quantity_schema({}))},
                       {"p99Ms", or_null(quantity_schema("Over the last ten seconds."))}})},
       {"nodes", list_schema(reference_to("Node"), "As `GET /v1/admin/nodes` has them.")},
       {"problems", texts_schema("In sentences.")},
       {"silent", texts_schema("Services that have not answered in time.")}});
  auto data = free_text_schema("One line of JSON; of a `summary`, a Summary.");
  data["contentMediaType"] = "application/json";
  data["contentSchema"] = reference_to("Summary");
  all["SummaryEvent"] = object_schema(
      "One event of the stream of figures.",
      {{"event", choice_schema({"hello", "summary", "bye"}, {})}, {"data", std::move(data)}});
}

void add_health_schemas(json_object& all) {
  all["Health"] = object_schema("The process lives.", {{"status", choice_schema({"ok"}, {})}});
  all["Readiness"] = object_schema(
      "It serves.", {{"status", choice_schema({"ready"}, {})}},
      {{"notes", list_schema(object_schema("What was found when a store was opened.",
                                           {{"store", free_text_schema({})},
                                            {"found", free_text_schema({})}}),
                             {})},
       {"standby", flag_schema("True: another process serves, and this one would take over.")}});
  auto document = schema_of("object", "An OpenAPI document: this one.");
  document["required"] = json_object::array({"openapi", "info", "paths"});
  all["Document"] = std::move(document);
}

}  // namespace

void add_operator_schemas(json_object& all) {
  add_saga_schemas(all);
  add_outbox_schemas(all);
  add_audit_schema(all);
  add_node_schemas(all);
  add_figure_schemas(all);
  add_health_schemas(all);
}

}  // namespace boxoffice::http
