#include "http/api/demo.hpp"

#include "http/api/drafts.hpp"

#include <charconv>
#include <fstream>
#include <utility>

namespace boxoffice::http {
namespace {

// `+30d` as a moment; empty when the text is not of that form.
std::optional<time_point> relative_time(std::string_view text, time_point now) {
  if (text.size() < 3 || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  std::int64_t count = 0;
  const auto* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data() + 1, end, count);
  if (error != std::errc{} || stop != end) return std::nullopt;
  if (text.front() == '-') count = -count;
  switch (text.back()) {
    case 's':
      return now + std::chrono::seconds{count};
    case 'm':
      return now + std::chrono::minutes{count};
    case 'h':
      return now + std::chrono::hours{count};
    case 'd':
      return now + std::chrono::days{count};
    default:
      return std::nullopt;
  }
}

void fix_times(nlohmann::json& body, time_point now) {
  if (!body.is_object()) return;
  for (const auto* name : {"startsAt", "salesOpenAt", "salesCloseAt"}) {
    const auto member = body.find(name);
    if (member == body.end() || !member->is_string()) continue;
    if (const auto at = relative_time(member->get_ref<const std::string&>(), now))
      *member = to_rfc3339(*at);
  }
}

demo_catalogue::entry read_entry(json_reader& part, std::chrono::seconds hold_default) {
  demo_catalogue::entry one;
  part.object("concert", [&](json_reader& body) { one.of = read_concert(body); });
  part.array("schedules", {}, [&](json_reader& body) {
    one.schedules.push_back(read_schedule(body, hold_default));
  });
  return one;
}

}  // namespace

std::variant<demo_catalogue, std::string> read_demo(const std::filesystem::path& file,
                                                    time_point now,
                                                    std::chrono::seconds hold_default) {
  std::ifstream in{file};
  if (!in) return file.string() + ": cannot be read";
  auto text = nlohmann::json::parse(in, nullptr, false);
  if (text.is_discarded()) return file.string() + ": is no JSON";
  if (text.is_object() && text.contains("concerts"))
    for (auto& entry : text["concerts"])
      if (entry.is_object() && entry.contains("schedules"))
        for (auto& body : entry["schedules"])
          fix_times(body, now);
  demo_catalogue demo;
  json_reader reader{text};
  reader.array("concerts", {1, 1000},
               [&](json_reader& part) { demo.entries.push_back(read_entry(part, hold_default)); });
  if (const auto wrong = reader.finish()) return file.string() + ": " + wrong->members().dump();
  return demo;
}

boost::asio::awaitable<std::string> load_demo(gateway& g, demo_catalogue demo) {
  if (!g.snapshot()->concerts.empty()) co_return std::string{};
  for (auto& entry : demo.entries) {
    create_concert command{0, std::move(entry.of)};
    const auto made = co_await g.ask_for_nobody(g.services().catalogue, command);
    if (!made || made->fault != fault::none) co_return "the catalogue does not answer";
    for (auto& one : entry.schedules) {
      one.concert = made->concert;
      auto addition = create_schedule::of(std::move(one));
      const auto added = co_await g.ask_for_nobody(g.services().catalogue, addition);
      if (!added || added->fault != fault::none) co_return "the catalogue does not answer";
    }
  }
  co_return std::string{};
}

}  // namespace boxoffice::http
