#pragma once

#include "actors/audit/books_reader.hpp"
#include "actors/node/node_stores.hpp"
#include "config/settings.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

/// The stores that the settings name, whatever keeps them: what a program composes a node from.
namespace boxoffice {

/// Opens the stores of all services, migrating and taking over each. A database server that is away
/// is waited for until `stop`: it may come back, and a node that gave up would not. **Requires**
/// the data directory to be held. `stands_by` is called once if another node serves from them
/// (`cluster.takeover_ms`) and has to end first. **Faults** storage_error, which names the
/// database; schema_too_new.
node_stores open_stores(const settings& how, std::stop_token stop,
                        const std::function<void()>& stands_by = {});

/// The same at once or not at all, for a command that writes while nobody serves. **Requires** the
/// data directory to be held. **Faults** storage_error, `misplaced` when another node serves from
/// them, and a server that is away is one; schema_too_new.
node_stores open_stores_alone(const settings& how);

/// Migrates the databases of all services; one line to print for each. **Faults** as open_stores,
/// and a server that is away is one.
std::vector<std::string> migrate_stores(const settings& how);

/// Makes the store of a service that is missing or empty while others hold data; a line to print.
/// **Faults** as open_stores, and a store that is there already is one.
std::string make_new_store(const settings& how, const std::string& service);

/// Forgets that the store of a service was found set back; a line to print. **Faults** as above.
std::string accept_set_back(const settings& how, const std::string& service);

/// Copies the embedded stores into the new directory `to`, also while a server runs on them.
/// **Faults** storage_error, `misplaced` when a store is not embedded.
void back_up_stores(const settings& how, const std::filesystem::path& to);
/// Fills an empty data directory from such a copy. **Requires** it to be held. **Faults** as above.
void restore_stores(const settings& how, const std::filesystem::path& from);

/// The books of all services, beside a server or without one; reads only.
std::unique_ptr<audit::books_reader> open_audit_reader(const settings& how);

}  // namespace boxoffice
