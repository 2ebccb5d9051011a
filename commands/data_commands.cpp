#include "commands/data_commands.hpp"

#include "actors/audit/run_audit.hpp"
#include "actors/node/real_sources.hpp"
#include "http/api/audit_page.hpp"
#include "logging/log_line.hpp"
#include "storage/open_stores.hpp"
#include "storage/ownership.hpp"
#include "storage/sqlite/data_directory.hpp"
#include "storage/storage_error.hpp"

#include <iostream>
#include <string>
#include <utility>

namespace boxoffice {
namespace {

// Who writes to a database server may be anywhere.
bool may_be_served(const settings& how) {
  return how.store.kind == store_kind::postgres || holder_of(how.node.data_dir);
}

/// Whether the databases of a backup add up; says what does not.
bool verify(settings how, const std::string& directory) {
  how.node.data_dir = directory;
  const auto reader = open_audit_reader(how);
  const auto report = audit::run_audit(*reader, audit::terms_of(how, audit::reading::offline),
                                       system_clock_source{});
  if (!report.ok()) std::cout << http::describe(report);
  return report.ok();
}

}  // namespace

exit_code migrate(const settings& how, const command_arguments& asked) {
  const data_directory held{how.node.data_dir};
  if (asked.new_store) std::cout << for_terminal(make_new_store(how, *asked.new_store)) << '\n';
  if (asked.accepted_store)
    std::cout << for_terminal(accept_set_back(how, *asked.accepted_store)) << '\n';
  for (const auto& line : migrate_stores(how))
    std::cout << for_terminal(line) << '\n';
  return exit_code::stopped;
}

exit_code release(const settings& how) {
  const data_directory held{how.node.data_dir};
  const auto lines = release_ownership(how);
  for (const auto& line : lines)
    std::cout << for_terminal(line) << '\n';
  if (lines.empty()) std::cout << "nothing to release\n";
  return exit_code::stopped;
}

exit_code audit_books(const settings& how, const command_arguments& asked) try {
  const system_clock_source time;
  auto reads = audit::reading::drained;
  if (asked.books == books_state::in_use)
    reads = may_be_served(how) ? audit::reading::online : audit::reading::offline;
  const auto reader = open_audit_reader(how);
  const auto report = audit::run_audit(*reader, audit::terms_of(how, reads), time);
  std::cout << (asked.output == output_form::json ? http::write_json(report, time.now())
                                                  : http::describe(report));
  return report.ok() ? exit_code::stopped : exit_code::failed;
} catch (const storage_error& e) {
  std::cerr << "boxoffice: the audit could not look: " << for_terminal(e.what()) << '\n';
  return exit_code::could_not_look;
}

exit_code back_up(const settings& how, const command_arguments& asked) {
  back_up_stores(how, asked.directory);
  if (!verify(how, asked.directory)) return exit_code::failed;
  std::cout << for_terminal(asked.directory) << ": a verified backup\n";
  return exit_code::stopped;
}

exit_code restore(const settings& how, const command_arguments& asked) {
  const data_directory held{how.node.data_dir};
  if (!verify(how, asked.directory)) return exit_code::failed;
  restore_stores(how, asked.directory);
  std::cout << for_terminal(held.path().string() + ": restored from " + asked.directory) << '\n';
  return exit_code::stopped;
}

}  // namespace boxoffice
