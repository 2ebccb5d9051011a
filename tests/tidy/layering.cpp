#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string_view>

namespace boxoffice::tidy {
namespace {

using prefixes = std::initializer_list<std::string_view>;

bool starts_with_any(std::string_view text, const prefixes& wanted) {
  return std::ranges::any_of(wanted, [&](std::string_view p) { return text.starts_with(p); });
}

// --- The layers: main → http, storage → actors → config → logging --------------------------------
// The first line whose folder begins the path of a file decides what of ours it may include.

struct layer {
  std::string_view folder;
  prefixes may_include;
  prefixes never;  ///< endings of paths that stay out in spite of may_include
};

const layer layers[] = {
    {"logging/", {"logging/"}, {}},
    {"config/", {"config/", "logging/"}, {}},
    {"actors/core/", {"actors/core/"}, {}},
    {"actors/caf/", {"actors/caf/", "actors/core/", "config/", "logging/"}, {}},
    {"actors/commit/",
     {"actors/commit/", "actors/caf/", "actors/core/", "config/", "logging/"},
     {}},
    {"actors/", {"actors/", "config/", "logging/"}, {}},
    {"storage/", {"storage/", "actors/", "config/", "logging/"}, {"/protocol.hpp"}},
    // A server knows no domain, and nothing of the other programs of http/.
    {"http/server/", {"http/server/", "actors/core/", "config/", "logging/"}, {}},
    {"http/pages/", {"http/pages/", "http/server/", "config/", "logging/"}, {}},
    {"http/tickets/", {"http/tickets/", "http/server/", "actors/core/", "config/", "logging/"}, {}},
    {"http/outgoing/",
     {"http/outgoing/", "actors/core/", "actors/data_platform/", "actors/bus/", "config/",
      "logging/"},
     {}},
    {"http/cli/",
     {"http/cli/", "http/outgoing/", "http/server/", "actors/core/", "config/", "logging/"},
     {}},
    {"http/sink/",
     {"http/sink/", "http/outgoing/", "http/server/", "actors/core/", "config/", "logging/"},
     {}},
    {"http/", {"http/", "actors/", "config/", "logging/"}, {"_store.hpp"}},
    {"samples/", {"samples/", "actors/"}, {}},
    {"commands/", {"commands/", "config/", "logging/", "actors/", "storage/", "http/"}, {}},
    {"main.cpp", {"commands/", "config/", "logging/", "actors/", "storage/", "http/"}, {}},
    {"bench/",
     {"bench/", "config/", "logging/", "actors/", "storage/", "http/", "tests/actors/",
      "tests/rush/"},
     {}},
    {"tests/", {"tests/", "config/", "logging/", "actors/", "storage/", "http/", "bench/"}, {}},
};

// --- The domains: another domain's protocol.hpp, and nothing else of it --------------------------

/// Below the domains: every folder of actors/ may include these.
constexpr std::string_view foundations[] = {"actors/core", "actors/caf", "actors/commit",
                                            "actors/durable"};

/// Above the domains: these put them together and may include all of them.
constexpr std::string_view compositions[] = {"actors/node", "actors/cluster"};

/// Headers of a pure core whose values travel in protocols and ports; they include only each other
/// and actors/core.
constexpr std::string_view public_values[] = {
    "actors/concert/catalogue.hpp",
    "actors/payment/payment.hpp",
    "actors/payment/sales_baseline.hpp",
    "actors/reservation/reservation.hpp",
};

/// One service with one database, spread over several folders: these see each other's port.
struct shared_port {
  std::string_view folder;
  std::string_view header;
};

constexpr shared_port shared_ports[] = {
    // The waiting rooms and the rankings are one service and one database.
    {"actors/queue_ranking", "actors/queue/queue_store.hpp"},
    {"actors/queue_ranking", "actors/ranking/ranking_store.hpp"},
    {"actors/queue", "actors/queue_ranking/queue_ranking_store.hpp"},
    {"actors/ranking", "actors/queue_ranking/queue_ranking_store.hpp"},
    // The outbox is a table of the payment database, written in the payment's transaction.
    {"actors/outbox", "actors/payment/payment_store.hpp"},
};

// --- The packages: where an include of a third party may stand -----------------------------------

struct package {
  prefixes headers;
  prefixes allowed;  ///< beginnings of paths
};

/// Headers that share a database library between the .cpp files of their own folder; nobody else
/// may include them.
constexpr std::string_view private_headers[] = {
    "storage/sqlite/session.hpp",
    "storage/sqlite/connection.hpp",
    "storage/sqlite/statement.hpp",
};

const package packages[] = {
    {{"caf/"}, {"actors/", "http/api/bridge", "bench/", "samples/", "tests/"}},
    {{"boost/"}, {"http/", "bench/", "tests/"}},
    {{"nlohmann/"}, {"storage/", "http/", "bench/", "tests/"}},
    {{"SQLiteCpp/", "sqlite3.h", "pqxx/", "hiredis/", "librdkafka/", "amqp", "rabbitmq-c/"},
     {"storage/", "bench/", "tests/"}},
    {{"prometheus/"}, {"http/", "bench/", "tests/"}},
    {{"openssl/"},
     {"http/", "actors/cluster/tls_channel", "storage/broker/rabbitmq/tls", "bench/", "tests/"}},
    {{"curl/"}, {"config/address", "http/outgoing/outgoing"}},
    {{"libpq-fe.h"}, {"config/postgres_location"}},
    {{"zlib.h"}, {"http/server/gzip", "tests/"}},
    {{"toml++/"}, {"config/"}},
    {{"CLI/"}, {"config/", "bench/", "tests/", "main.cpp"}},
    {{"spdlog/"}, {"logging/", "tests/"}},
    {{"gtest/", "gmock/"}, {"tests/"}},
    {{"benchmark/"}, {"bench/"}},
    {{"fuzzer/"}, {"tests/fuzz/"}},
    // The operating system: in the outer layers, and in what starts and stops the node.
    {{"unistd.h", "dlfcn.h", "fcntl.h", "poll.h", "signal.h", "spawn.h", "pthread.h", "netdb.h",
      "netinet/", "arpa/", "sys/", "stdlib.h", "malloc.h"},
     {"config/", "logging/", "storage/", "http/", "bench/", "tests/", "commands/", "main.cpp",
      "samples/", "actors/node/", "actors/cluster/link_"}},
};

/// Databases and brokers are named in .cpp files only; the precompiled header is no interface.
constexpr std::string_view database_headers[] = {
    "SQLiteCpp/", "sqlite3.h", "pqxx/", "hiredis/", "amqp", "librdkafka/", "rabbitmq-c/"};

template <class Range>
bool holds(const Range& range, std::string_view value) {
  return std::ranges::find(range, value) != std::end(range);
}

const layer* layer_of(std::string_view path) {
  for (const auto& row : layers) {
    if (path.starts_with(row.folder)) return &row;
  }
  return nullptr;
}

/// The folder of a domain: `actors/concert` for every file below it, empty outside actors/.
std::string_view domain_of(std::string_view path) {
  constexpr std::string_view actors = "actors/";
  if (!path.starts_with(actors)) return {};
  const auto slash = path.find('/', actors.size());
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

bool may_cross(std::string_view from, std::string_view target) {
  const auto to = domain_of(target);
  if (from == to || holds(foundations, to) || holds(compositions, from)) return true;
  if (target.substr(to.size()) == "/protocol.hpp" || holds(public_values, target)) return true;
  return std::ranges::any_of(shared_ports, [&](const shared_port& row) {
    return row.folder == from && row.header == target;
  });
}

/// A standard header has no path and no ending; `<assert.h>` and its kind are written `<cassert>`.
bool is_standard(std::string_view header) { return header.find_first_of("/.") == header.npos; }

template <class Check>
violations for_each_include(const source_tree& tree, Check check) {
  violations found;
  for (const auto& file : tree.files) {
    if (!is_cpp(file.path)) continue;
    for (const auto& include : includes_of(file)) {
      if (auto what = check(file, include); !what.empty()) {
        found.push_back({file.path, include.line, std::move(what)});
      }
    }
  }
  return found;
}

}  // namespace

violations our_includes_follow_the_layers(const source_tree& tree) {
  return for_each_include(tree, [](const source_file& file, const include_line& include) {
    if (!include.quoted) return std::string{};
    const auto* row = layer_of(file.path);
    if (row == nullptr) return file.path + " is in no layer; add its folder to the table";
    const bool seen = starts_with_any(include.target, row->may_include) &&
                      std::ranges::none_of(row->never, [&](std::string_view ending) {
                        return include.target.ends_with(ending);
                      });
    if (seen) return std::string{};
    return std::string{row->folder} + " may not include " + include.target;
  });
}

violations domains_meet_through_protocols(const source_tree& tree) {
  return for_each_include(tree, [](const source_file& file, const include_line& include) {
    const auto from = domain_of(file.path);
    if (!include.quoted || from.empty() || domain_of(include.target).empty()) return std::string{};
    if (may_cross(from, include.target)) return std::string{};
    return std::string{from} + " may include of another domain only its protocol.hpp, not " +
           include.target;
  });
}

violations public_values_stay_pure(const source_tree& tree) {
  return for_each_include(tree, [](const source_file& file, const include_line& include) {
    if (!holds(public_values, file.path)) return std::string{};
    const bool pure = include.quoted ? include.target.starts_with("actors/core/") ||
                                           holds(public_values, include.target)
                                     : is_standard(include.target);
    if (pure) return std::string{};
    return "a public value includes only actors/core, its like and std, not " + include.target;
  });
}

violations packages_stay_in_their_layer(const source_tree& tree) {
  return for_each_include(tree, [](const source_file& file, const include_line& include) {
    if (include.quoted && holds(private_headers, include.target) &&
        !file.path.starts_with("storage/sqlite/") && !file.path.starts_with("tests/storage/")) {
      return include.target + " is private to its folder";
    }
    if (include.quoted || is_standard(include.target)) return std::string{};
    const auto known = std::ranges::find_if(
        packages, [&](const package& row) { return starts_with_any(include.target, row.headers); });
    if (known == std::end(packages)) {
      return "<" + include.target + "> belongs to no package of the table";
    }
    const bool core = file.path.starts_with("actors/core/");
    if (core || !starts_with_any(file.path, known->allowed)) {
      return "<" + include.target + "> is not for this folder";
    }
    const bool database = std::ranges::any_of(
        database_headers, [&](std::string_view p) { return include.target.starts_with(p); });
    const bool interface = is_header(file.path) && !file.path.ends_with("/precompiled.hpp") &&
                           !holds(private_headers, file.path);
    if (database && interface && file.path.starts_with("storage/")) {
      return "<" + include.target + "> belongs into a .cpp of storage/, not into a header";
    }
    return std::string{};
  });
}

violations includes_are_written_from_the_root(const source_tree& tree) {
  std::set<std::string_view> paths;
  for (const auto& file : tree.files)
    paths.insert(file.path);
  return for_each_include(tree, [&](const source_file&, const include_line& include) {
    if (include.target.ends_with("/precompiled.hpp")) {
      return std::string{"a precompiled header is never included by name"};
    }
    if (!include.quoted || paths.contains(include.target)) return std::string{};
    return "there is no " + include.target + " below the root";
  });
}

}  // namespace boxoffice::tidy
