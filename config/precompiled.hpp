// What most files of this layer include; never included by name.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>
