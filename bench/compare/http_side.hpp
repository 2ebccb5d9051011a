#pragma once

#include "bench/compare/side.hpp"
#include "bench/load/market.hpp"
#include "bench/load/measured_server.hpp"

#include <functional>
#include <memory>

namespace boxoffice::compare {

/// How a server over HTTP is measured: one server for all rounds, with everything prepared before
/// the first.
struct http_setup {
  std::string name;
  std::string does;
  std::filesystem::path server;
  std::string postgres;     ///< where its databases are made; empty: SQLite files
  std::size_t buyers{1};    ///< who come
  std::size_t seats{1000};  ///< on sale
  std::size_t connections{64};
  std::function<std::unique_ptr<load::scenario>(const load::market&)> make;
};

std::unique_ptr<side> make_http_side(http_setup setup);

/// CPU time of a PostgreSQL server: of all its processes. **Units** seconds.
double postgres_cpu_seconds(const std::string& url);

}  // namespace boxoffice::compare
