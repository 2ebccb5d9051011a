#pragma once

#include "actors/audit/books_reader.hpp"
#include "actors/node/node_stores.hpp"
#include "config/settings.hpp"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

/// The stores that the settings name, whatever keeps them: what a program composes a node from.
namespace boxoffice {

/// Opens the stores of all services, migrating and taking over each. A database server that is away
/// is waited for until `stop`: it may come back, and a node that gave up would not. **Requires**
/// the data directory to be held. **Faults** storage_error, which names the database;
/// schema_too_new.
node_stores open_stores(const settings& how, std::stop_token stop);

/// Migrates the databases of all services; one line to print for each. **Faults** as open_stores,
/// and a server that is away is one.
std::vector<std::string> migrate_stores(const settings& how);

/// The books of all services, beside a server or without one; reads only.
std::unique_ptr<audit::books_reader> open_audit_reader(const settings& how);

}  // namespace boxoffice
