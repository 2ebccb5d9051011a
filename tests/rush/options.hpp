#pragma once

#include "tests/rush/crowd.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>

namespace boxoffice::rush {

struct rush_options {
  std::string url;
  std::filesystem::path server;
  std::string postgres;            ///< where the server's databases are made, if not in files
  std::string redis;               ///< where waiting rooms and rankings are kept, if not in a file
  std::filesystem::path data_dir;  ///< of the server at url, when it can be read from here
  sale_plan sale{};
  crowd_plan crowd{};
  std::size_t connections{64};
  std::filesystem::path ack_log;
  std::filesystem::path json_file;
  bool keep{false};
  bool quiet{false};
};

/// What the command line asks for, or the exit code after help or a mistake (which is printed).
std::variant<rush_options, int> parse_options(int argc, char** argv);

}  // namespace boxoffice::rush
