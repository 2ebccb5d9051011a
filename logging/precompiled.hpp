// What most files of this layer include; never included by name.
#include <chrono>
#include <string>
#include <vector>

#include <spdlog/spdlog.h>
