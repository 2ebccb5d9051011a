#pragma once

#include <cstddef>
#include <sys/types.h>

namespace boxoffice::load {

/// CPU time used so far. **Units** seconds, user and system together.
double own_cpu_seconds();
/// Of a process and its threads; 0 when there is none.
double cpu_seconds(pid_t process);
/// Of a process, its children that live, and those it has waited for.
double tree_cpu_seconds(pid_t process);
/// Of the children this process has waited for.
double ended_children_cpu_seconds();

/// What a process has in memory. **Units** bytes.
std::size_t resident_bytes(pid_t process);

}  // namespace boxoffice::load
