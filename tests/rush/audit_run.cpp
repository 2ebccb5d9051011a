#include "tests/rush/audit_run.hpp"

#include "tests/rush/books.hpp"
#include "tests/rush/server_process.hpp"

#include <chrono>

namespace boxoffice::rush {

std::string audit_run::faults() const {
  if (report.is_null()) return "the audit gave no report: " + errors;
  std::string text;
  for (const auto& v : report.at("violations"))
    text += v.at("rule").get<std::string>() + " " + v.at("ids").dump() + " " +
            v.at("detail").get<std::string>() + "\n";
  if (text.empty() && code != 0) text = "the audit found nothing and did not end with 0: " + errors;
  return text;
}

audit_run audit(const std::filesystem::path& program, const std::filesystem::path& data_dir,
                const std::vector<std::string>& more) {
  constexpr std::chrono::seconds patience{60};
  const scratch_directory scratch{"boxoffice-audit"};
  std::vector<std::string> arguments{"audit", "--json", "--data-dir", data_dir.string()};
  if (const auto file = settings_beside(data_dir); exists(file))
    arguments.insert(arguments.end(), {"--config", file.string()});
  arguments.insert(arguments.end(), more.begin(), more.end());
  child_process child{program, arguments, scratch.path() / "errors"};
  const auto output = child.read_rest(patience);
  audit_run ran;
  ran.code = child.wait(patience);
  ran.report = nlohmann::json::parse(output, nullptr, false);
  if (ran.report.is_discarded()) ran.report = nullptr;
  ran.errors = child.error_text();
  return ran;
}

findings check_audit(const audit_run& ran) {
  findings out;
  const auto faults = ran.faults();
  out.expect(faults.empty() && ran.code == 0, "boxoffice audit: " + faults);
  return out;
}

}  // namespace boxoffice::rush
