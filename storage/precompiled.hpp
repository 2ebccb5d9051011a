// What most files of this layer include; never included by name.
#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>
