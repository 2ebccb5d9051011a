#include "storage/postgres/connection.hpp"
#include "storage/postgres/own_session.hpp"
#include "storage/postgres/stores.hpp"

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own

/// A row is released while `batch_epoch` is its epoch with a minus: whoever takes over has another.
class postgres_owner_row final : public owner_row_source {
 public:
  postgres_owner_row(std::string service, const postgres_database& at)
      : service_{std::move(service)}, link_{at->new_link(purpose::upkeep)} {
    expect_own_sessions(*link_, *at->new_link(purpose::upkeep));
  }

  cluster::owner_row read() override {
    cluster::owner_row found;
    found.store = service_;
    link_->open();
    if (link_->run("SELECT to_regclass('owner') IS NOT NULL").text(0, 0) != "t") return found;
    const auto rows = link_->run(
        "SELECT epoch, batch, CASE WHEN batch_epoch = -epoch THEN 1 ELSE 0 END"
        " FROM owner WHERE only_row = 1");
    if (rows.rows() == 0) return found;
    row r{rows, 0};
    r.into(found.at.epoch, found.at.batch);
    found.released = r.next<std::int64_t>() == 1;
    return found;
  }

  // A lock of the session: it ends with the connection, however that ends.
  bool claim() override {
    constexpr const char* key = "hashtext('boxoffice takes over')";
    link_->open();
    return link_->run(std::string{"SELECT pg_try_advisory_lock("} + key + ")").text(0, 0) == "t";
  }

  bool release(std::uint64_t epoch) override {
    link_->open();
    const auto done = link_->run(
        "UPDATE owner SET batch = batch + 1, batch_epoch = -epoch WHERE only_row = 1 AND epoch = " +
        to_sql(epoch) + " RETURNING epoch");
    return done.rows() == 1;
  }

 private:
  const std::string service_;
  const std::unique_ptr<link> link_;
};

}  // namespace

std::unique_ptr<owner_row_source> postgres_owner(const std::string& service,
                                                 const postgres_database& at) {
  return std::make_unique<postgres_owner_row>(service, at);
}

}  // namespace boxoffice
