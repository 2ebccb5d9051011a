#pragma once

#include "storage/postgres/stores.hpp"
#include "storage/storage_error.hpp"
#include "tests/servers/tcp_proxy.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::test {

inline std::vector<point_write> charge(std::uint64_t id, std::int64_t amount,
                                       std::int64_t balance_after,
                                       const std::string& user = "ann") {
  point_write w;
  w.user = {user};
  w.entry = ledger_entry{{id}, w.user, transaction_kind::charge, {amount}, {balance_after}, {}, {}};
  return {w};
}

/// Until `done`, or for far longer than it may take.
template <class Condition>
bool eventually(Condition done) {
  return system_test::eventually(done, std::chrono::seconds{60});
}

inline std::optional<points> balance(point_reader& reader, const std::string& user = "ann") {
  try {
    return reader.load_account({user}, 8).value().balance;
  } catch (const storage_error&) {
    return std::nullopt;
  }
}

inline std::string url_at(int port, const std::string& database,
                          const std::string& role = "boxoffice") {
  return "postgresql://" + role + "@127.0.0.1:" + std::to_string(port) + "/" + database;
}

/// The point service's stores on a PostgreSQL of their own, behind a proxy.
class PostgresTrouble : public testing::Test {
 protected:
  explicit PostgresTrouble(own_servers::disk room = own_servers::disk::endless)
      : servers_{"postgres", room} {
    servers_.sql("postgres", "CREATE DATABASE point");
  }
  postgres_point open(const std::string& role = "boxoffice") {
    return open_postgres_point(postgres_at(url_at(proxy_.port(), "point", role)));
  }
  /// `storage` works again, and `before` is the balance that its last acknowledged write left.
  static void expect_recovery(postgres_point& storage, std::uint64_t id, std::int64_t before) {
    EXPECT_TRUE(eventually([&] { return balance(*storage.reader) == points{before}; }));
    EXPECT_TRUE(eventually([&] {
      return storage.store->commit(charge(id, 1, before + 1)) == commit_outcome::committed;
    }));
    EXPECT_EQ(balance(*storage.reader), points{before + 1});
  }

  own_servers servers_;
  tcp_proxy proxy_{servers_.postgres_port()};
};

}  // namespace boxoffice::test
