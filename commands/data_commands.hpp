#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

/// The commands that work on the databases themselves. Each prints what it did.
/// **Faults** what the stores throw.
namespace boxoffice {

exit_code migrate(const settings& how, const command_arguments& asked);
exit_code back_up(const settings& how, const command_arguments& asked);
exit_code restore(const settings& how, const command_arguments& asked);
/// Frees what a dead process of the data directory owned (`cluster.takeover_ms`).
exit_code release(const settings& how);
exit_code audit_books(const settings& how, const command_arguments& asked);

}  // namespace boxoffice
