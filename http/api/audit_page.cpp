#include "http/api/audit_page.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace boxoffice::http {
namespace {

struct named_count {
  const char* name;   ///< in JSON
  const char* words;  ///< for a person
  std::size_t audit::audit_counts::*count;
};

constexpr auto counted = std::to_array<named_count>({
    {"accounts", "accounts", &audit::audit_counts::accounts},
    {"ledgerRows", "ledger rows", &audit::audit_counts::ledger_rows},
    {"steps", "remembered steps", &audit::audit_counts::steps},
    {"reservations", "reservations", &audit::audit_counts::reservations},
    {"claims", "claimed seats", &audit::audit_counts::claims},
    {"payments", "payments", &audit::audit_counts::payments},
    {"openSagas", "open sagas", &audit::audit_counts::open_sagas},
    {"parkedSagas", "parked sagas", &audit::audit_counts::parked_sagas},
    {"events", "events", &audit::audit_counts::events},
    {"consumers", "consumers", &audit::audit_counts::consumers},
    {"parkedEvents", "parked events", &audit::audit_counts::parked_events},
    {"appliedEvents", "applied events", &audit::audit_counts::applied_events},
});

nlohmann::ordered_json report_json(const audit::audit_report& report, time_point checked_at) {
  auto numbers = nlohmann::ordered_json::object();
  for (const auto& each : counted)
    numbers[each.name] = report.counts.*each.count;
  auto violations = nlohmann::ordered_json::array();
  for (const auto& v : report.violations)
    violations.push_back(
        {{"rule", audit::name_of(v.broken)}, {"ids", v.ids}, {"detail", v.detail}});
  return {{"ok", report.ok()},
          {"checkedAt", to_rfc3339(checked_at)},
          {"counts", std::move(numbers)},
          {"violations", std::move(violations)},
          {"unlistedViolations", report.unlisted}};
}

}  // namespace

std::string write_json(const audit::audit_report& report, time_point checked_at) {
  return report_json(report, checked_at)
             .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         '\n';
}

std::string describe(const audit::audit_report& report) {
  std::string text;
  for (const auto& v : report.violations) {
    text += audit::name_of(v.broken);
    for (const auto& id : v.ids)
      text += ' ' + id;
    text += ": " + v.detail + '\n';
  }
  const auto found = report.violations.size() + report.unlisted;
  if (report.unlisted > 0) text += "and " + std::to_string(report.unlisted) + " more\n";
  text += report.ok() ? "The books add up" : "The books do not add up";
  text += found == 0
              ? ":"
              : " (" + std::to_string(found) + (found == 1 ? " violation):" : " violations):");
  for (const auto& each : counted)
    text += (&each == &counted.front() ? " " : ", ") + std::to_string(report.counts.*each.count) +
            ' ' + each.words;
  return text + ".\n";
}

}  // namespace boxoffice::http
