#include "bench/load/many_sockets.hpp"

#include <sys/resource.h>

namespace boxoffice::load {

void allow_many_sockets() {
  rlimit open{};
  getrlimit(RLIMIT_NOFILE, &open);
  open.rlim_cur = open.rlim_max;
  setrlimit(RLIMIT_NOFILE, &open);
}

}  // namespace boxoffice::load
