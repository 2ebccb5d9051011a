#include "http/api/node_list.hpp"

#include "http/api/render.hpp"
#include "http/server/octets.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace boxoffice::http {
namespace {

json_object names_of(const std::vector<cluster::service_state>& services) {
  json_object all = json_object::array();
  for (const auto& each : services)
    all.push_back(
        {{"service", std::string{cluster::facts_of(each.who).name}},
         {"phase", each.is == cluster::service_state::phase::serving ? "serving" : "standby"},
         {"epoch", each.epoch}});
  return all;
}

std::string_view name_of(cluster::link_report::state s) {
  switch (s) {
    case cluster::link_report::state::down:
      return "down";
    case cluster::link_report::state::greeting:
      return "greeting";
    case cluster::link_report::state::up:
      return "up";
  }
  return "";
}

std::string text_of(const cluster::incarnation& who) {
  std::string text;
  append_padded_hex(text, who.high);
  append_padded_hex(text, who.low);
  return text;
}

json_object render_link(const cluster::link_report& of) {
  json_object link{{"state", std::string{name_of(of.is)}}, {"inFlight", of.in_flight}};
  if (of.round_trip) link["rttMs"] = of.round_trip->count();
  link["reconnects"] = of.reconnects;
  if (!of.last_error.empty()) link["lastError"] = of.last_error;
  json_object item{{"node", of.node}, {"version", of.build}};
  if (of.who) item["incarnation"] = text_of(of.who);
  if (!of.address.empty()) item["address"] = of.address;
  item["link"] = std::move(link);
  item["services"] = names_of(of.services);
  return item;
}

// In sentences, for an operator.
json_object problems_of(const std::vector<cluster::link_report>& links) {
  json_object all = json_object::array();
  std::map<std::string, cluster::incarnation> names;
  for (const auto& each : links) {
    if (each.is != cluster::link_report::state::up)
      all.push_back("The node at " + each.address +
                    (each.node.empty() ? "" : " (" + each.node + ")") + " is not reached" +
                    (each.last_error.empty() ? "." : ": " + each.last_error + "."));
    const auto [known, fresh] = names.try_emplace(each.node, each.who);
    if (!fresh && !each.node.empty() && known->second != each.who)
      all.push_back("Two nodes are called " + each.node + ".");
  }
  return all;
}

}  // namespace

node_list render_nodes(const gateway& g) {
  const auto& node = g.parts().node;
  json_object roles = json_object::array();
  for (const auto r : node.roles)
    roles.push_back(std::string{name_of(r)});
  node_list out{json_object::array(), std::nullopt};
  out.items.push_back({{"roles", std::move(roles)},
                       {"version", node.version},
                       {"startedAt", to_rfc3339(node.started_at)}});
  if (!node.name.empty()) out.items.back()["node"] = node.name;
  const auto* board = g.services().links;
  if (board == nullptr) return out;
  const auto links = board->all();
  for (const auto& each : links)
    out.items.push_back(render_link(each));
  out.problems = problems_of(links);
  return out;
}

}  // namespace boxoffice::http
