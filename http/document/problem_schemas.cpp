#include "http/document/schema_parts.hpp"
#include "http/server/problem.hpp"

namespace boxoffice::http {
namespace {

std::vector<std::string> code_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < problem_codes; ++i)
    names.emplace_back(kind_of(static_cast<problem_code>(i)).name);
  return names;
}

// The members that single codes bring with them.
schema_members extra_members() {
  const auto store =
      object_schema("A store that takes no writes.",
                    {{"store", free_text_schema({})}, {"reason", free_text_schema({})}});
  return {
      {"errors", list_schema(reference_to("FieldError"),
                             "`invalid_field`, `unknown_field`: everything that is wrong.")},
      {"balance", count_schema("`insufficient_points`: what the user has.")},
      {"required", count_schema("`insufficient_points`: what it takes.")},
      {"paymentId", reference_to("Id", "The payment that it is about.")},
      {"position", count_schema("`queue_not_active`: the place in line.")},
      {"seats", texts_schema("`seat_taken`, `seat_not_found`: which. Empty: too few are left.")},
      {"opensAt", time_schema("`sales_not_open`: when the sale opens.")},
      {"expiredAt", time_schema("`reservation_expired`: when the hold ended.")},
      {"min", points_schema("`amount_out_of_range`: the least.")},
      {"max", points_schema("`amount_out_of_range`, `seat_limit_exceeded`: the most.")},
      {"state", free_text_schema("`saga_not_parked`, `still_refused`: where it stands.")},
      {"reason", free_text_schema("`still_refused`: why.")},
      {"reservationStatus",
       reference_to("ReservationStatus", "`reservation_not_paid`: what the reservation is.")},
      {"missing", texts_schema("`unavailable` of `/readyz`: which services.")},
      {"stores", list_schema(store, "`unavailable` of `/readyz`: which stores.")}};
}

}  // namespace

void add_problem_schemas(json_object& all) {
  all["FieldError"] = object_schema(
      "One thing that is wrong with the request.",
      {{"pointer", free_text_schema("RFC 6901; `/query/…` and `/header/…` for what is not in the "
                                    "body, empty for the body itself.")},
       {"detail", free_text_schema("The rest of a sentence that begins with the pointer.")}});
  all["ProblemCode"] = choice_schema(code_names(), "What it is; `/problems/{code}` explains it.");
  auto type = free_text_schema("Where the code is explained.");
  type["pattern"] = "^/problems/[a-z_]+$";
  all["Problem"] = with_example(
      object_schema(
          "A refusal (RFC 9457).",
          {{"type", std::move(type)},
           {"title", free_text_schema("The code in words.")},
           {"status", integer_schema(400, 505, "The status of the answer.")},
           {"code", reference_to("ProblemCode")},
           {"detail", free_text_schema("What happened here.")},
           {"retryable", flag_schema("Whether the same request may succeed later although the "
                                     "caller changes nothing.")},
           {"requestId", free_text_schema("The name of the request, in logs too.")}},
          extra_members()),
      {{"type", "/problems/seat_taken"},
       {"title", "Seat is taken"},
       {"status", 409},
       {"code", "seat_taken"},
       {"detail", "A-7 is held or sold already."},
       {"retryable", false},
       {"requestId", "3f6c2d-1"},
       {"seats", json_object::array({"A-7"})}});
  all["ProblemPage"] =
      object_schema("What a code means.",
                    {{"code", reference_to("ProblemCode")},
                     {"status", integer_schema(400, 505, "The status that it comes with.")},
                     {"title", free_text_schema("The code in words.")},
                     {"retryable", flag_schema("Whether the same request may succeed later.")},
                     {"meaning", free_text_schema("When it is answered.")},
                     {"advice", free_text_schema("What to do.")},
                     {"language", choice_schema({"en", "ko"}, "Of the texts.")}});
}

}  // namespace boxoffice::http
