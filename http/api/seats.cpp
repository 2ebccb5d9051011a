#include "http/api/endpoints.hpp"
#include "http/api/render.hpp"
#include "http/server/content_coding.hpp"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace boxoffice::http {
namespace {

using boost::asio::awaitable;

// The whole seat map of a schedule as it was last rendered; most readers ask for that, and between
// two sales they all get the same text. **Thread**: any.
class rendered_maps {
 public:
  std::shared_ptr<shared_text> find(schedule_id schedule, std::uint64_t version) {
    const std::scoped_lock hold{lock_};
    const auto found = maps_.find(schedule);
    if (found == maps_.end() || found->second.version != version) return nullptr;
    return found->second.text;
  }
  /// Returns what is kept: that of another reader, who was faster, is also compressed already.
  std::shared_ptr<shared_text> keep(schedule_id schedule, std::uint64_t version,
                                    std::shared_ptr<shared_text> text) {
    const std::scoped_lock hold{lock_};
    if (maps_.size() >= limits::rendered_seat_maps_max && !maps_.contains(schedule)) maps_.clear();
    auto& kept = maps_[schedule];
    if (!kept.text || kept.version != version) kept = {version, std::move(text)};
    return kept.text;
  }

 private:
  struct entry {
    std::uint64_t version{0};
    std::shared_ptr<shared_text> text;
  };
  std::mutex lock_;
  std::unordered_map<schedule_id, entry> maps_;
};

struct seat_filter {
  std::optional<seat_status> status;
  std::optional<std::uint32_t> section;
  enum class reach : std::uint8_t { all, some, nothing } reaches{reach::all};
};

std::variant<seat_filter, problem> read_filter(const request& from, const schedule& at) {
  seat_filter filter;
  std::vector<field_error> errors;
  if (const auto text = from.query_value("status")) {
    filter.status = parse_seat_status(*text);
    filter.reaches = seat_filter::reach::some;
    if (!filter.status) errors.push_back({"/query/status", "must be AVAILABLE, HELD or SOLD"});
  }
  if (const auto text = from.query_value("section")) {
    filter.section = at.seats.find_section(*text);
    filter.reaches = filter.section ? seat_filter::reach::some : seat_filter::reach::nothing;
    if (text->empty()) errors.push_back({"/query/section", "must name a section"});
  }
  if (!errors.empty()) return problem{problem_code::invalid_field, errors};
  return filter;
}

awaitable<response> get_seats(gateway& g, rendered_maps& maps, request& from) {
  const auto id = parse_id<schedule_id>(from.arguments[0]);
  const auto at = id ? g.snapshot()->find(*id) : nullptr;
  if (!at)
    co_return g.missing(from,
                        problem{problem_code::schedule_not_found, "There is no such schedule."});
  const auto read = read_filter(from, *at);
  if (const auto* wrong = std::get_if<problem>(&read)) co_return *wrong;
  const auto& filter = std::get<seat_filter>(read);

  // The version first: it costs no copy, and mostly the text is there or the reader has it.
  const auto* const known = g.services().seat_maps;
  auto version = known != nullptr ? known->find(*id, from.now) : std::nullopt;
  std::optional<seats_reply> reply;
  if (!version) {
    read_seats question{0, *id, read_seats::detail::counts};
    reply = co_await g.ask(from, g.services().reservation, question);
    if (!reply) co_return *problem_of(fault::unavailable);
    if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
    version = reply->version;
  }
  const auto tag_of = [&](std::uint64_t of) {
    return '"' + to_text(*id) + '-' + std::to_string(g.parts().incarnation) + '-' +
           std::to_string(of) + '"';
  };
  auto tag = tag_of(*version);
  if (auto known_tag = matching_tag(from, tag))
    co_return response{status::not_modified}.with("ETag", std::move(*known_tag));
  const bool whole = filter.reaches == seat_filter::reach::all;
  if (whole)
    if (auto text = maps.find(*id, *version))
      co_return response{status::ok, json_type, std::move(text)}.with("ETag", std::move(tag));
  read_seats whole_map{0, *id, read_seats::detail::seats};

  reply = co_await g.ask(from, g.services().reservation, whole_map);
  if (!reply || (reply->fault == fault::none && !reply->seats))
    co_return *problem_of(fault::unavailable);
  if (auto failed = problem_of(reply->fault)) co_return std::move(*failed);
  auto section = filter.section;
  if (filter.reaches == seat_filter::reach::nothing)
    section = static_cast<std::uint32_t>(at->seats.sections().size());  // no such section: no seats
  auto text =
      std::make_shared<shared_text>(render_seats(*at, *reply->seats, filter.status, section));
  if (whole) text = maps.keep(*id, reply->seats->version, std::move(text));
  co_return response{status::ok, json_type, std::move(text)}.with("ETag",
                                                                  tag_of(reply->seats->version));
}

}  // namespace

void add_seat_routes(router& routes, gateway& g) {
  auto maps = std::make_shared<rendered_maps>();
  routes.add({.pattern = "/v1/schedules/{id}/seats",
              .handle = [&g, maps](request& r) { return get_seats(g, *maps, r); },
              .query = {"status", "section"},
              .says = {.operation = "getSeatMap",
                       .group = "Concerts",
                       .summary = "Read the seats of a schedule",
                       .remarks = "A hold shows as AVAILABLE from its deadline on. A section that "
                                  "is not there has no seats.",
                       .query = {"seatStatus", "section"},
                       .answers = {{status::ok, "SeatMap", {"ETag"}},
                                   {.status = status::not_modified,
                                    .headers = {"ETag"},
                                    .remark = "The client has it."}},
                       .problems = {problem_code::schedule_not_found}}});
}

}  // namespace boxoffice::http
