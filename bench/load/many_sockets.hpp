#pragma once

namespace boxoffice::load {

/// This process, and those that it starts, may open as many files as the system allows.
void allow_many_sockets();

}  // namespace boxoffice::load
