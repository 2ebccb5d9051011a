#include "http/server/router.hpp"

#include "actors/core/check.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::http {
namespace {

// The segments of a pattern; a parameter is an empty one. The root has none.
std::vector<std::string> split(std::string_view pattern) {
  check(pattern.starts_with('/'), "a route pattern begins with a slash");
  std::vector<std::string> out;
  if (pattern == "/") return out;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const auto segment = pattern.substr(0, pattern.find('/'));
    const bool parameter = segment.starts_with('{') && segment.ends_with('}');
    check(!segment.empty(), "a segment of a route pattern is not empty");
    out.emplace_back(parameter ? std::string_view{} : segment);
    pattern.remove_prefix(segment.size());
  }
  return out;
}

}  // namespace

router& router::add(route line) {
  auto segments = split(line.pattern);
  const auto parameters = static_cast<std::size_t>(std::ranges::count(segments, std::string{}));
  check(segments.size() <= path_segments_max && parameters <= path_arguments_max,
        "a route pattern is short enough");
  auto& paths = by_size_[segments.size()];
  auto found = std::ranges::find(paths, segments, &path::segments);
  if (found == paths.end()) {
    const auto fixed = segments.size() - parameters;
    const auto place = std::ranges::find_if(paths, [&](const path& p) { return p.fixed < fixed; });
    found = paths.insert(place, path{line.pattern, std::move(segments), fixed, {}, {}});
  }
  check(
      std::ranges::find(found->methods, line.method, &method_entry::method) == found->methods.end(),
      "a route is added once");
  found->methods.push_back({line.method, routes_.size()});
  if (!found->allow.empty()) found->allow += ", ";
  found->allow += boost::beast::http::to_string(line.method);
  if (line.method == verb::get) found->allow += ", HEAD";
  routes_.push_back(std::make_unique<route>(std::move(line)));
  return *this;
}

bool router::fits(const path& candidate, const target& wanted, match& out) {
  std::size_t argument = 0;
  for (std::size_t i = 0; i < candidate.segments.size(); ++i) {
    const auto& segment = candidate.segments[i];
    if (!segment.empty()) {
      if (segment != wanted.segments[i]) return false;
    } else {
      if (wanted.segments[i].empty()) return false;
      out.arguments[argument++] = wanted.segments[i];
    }
  }
  return true;
}

router::match router::find(const target& wanted, verb method) const {
  match out;
  if (wanted.segment_count > path_segments_max) return out;
  if (method == verb::head) method = verb::get;
  const auto size = wanted.path == "/" ? 0 : wanted.segment_count;
  for (const auto& candidate : by_size_[size]) {
    if (!fits(candidate, wanted, out)) continue;
    out.allow = candidate.allow;
    const auto entry = std::ranges::find(candidate.methods, method, &method_entry::method);
    if (entry == candidate.methods.end()) return out;
    out.index = entry->index;
    out.found = routes_[entry->index].get();
    return out;
  }
  return out;
}

}  // namespace boxoffice::http
