#include "storage/postgres/dialect.hpp"
#include "storage/postgres/migrations/migrate.hpp"
#include "storage/postgres/stores.hpp"
#include "storage/sql/catalogue_rows.hpp"

namespace boxoffice {
namespace {

using namespace postgres;  // NOLINT(google-build-using-namespace): the folder's own

/// Master data changes by hand, so its rows are written one by one.
class postgres_concert_store final : public owned<concert_store> {
 public:
  explicit postgres_concert_store(const postgres_database& at)
      : owned_port{at, storage::newest_in_concert}, reading_{at} {}

  commit_result commit(std::span<const concert_write> batch) override {
    return db_.in_transaction([&] {
      for (const auto& write : batch)
        std::visit([&](const auto& row) { put(*row); }, write);
    });
  }

  catalogue load() override {
    return reading_.read([&] { return reads_.load(); });
  }

 private:
  void put(const concert& c) { writes_.put(c); }
  void put(const schedule& s) {
    writes_.put(s);
    columns sections{6};
    std::uint32_t position = 0;
    for (const auto& part : s.seats.sections())
      sections.add(s.id, position++, part.name, part.rows, part.seats_per_row, part.price);
    put_sections_.run(sections);
  }

  reading_connection reading_;
  sql::catalogue_writer<dialect> writes_{db_.database()};
  sql::catalogue_reader<dialect> reads_{reading_.database()};
  statement put_sections_{db_.database(), R"(
    INSERT INTO section (schedule, position, name, row_count, seats_per_row, price)
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::integer[], $5::integer[],
      $6::bigint[]))"};
};

}  // namespace

postgres_concert open_postgres_concert(const postgres_database& at) {
  migrate(*at, concert_schema);
  return {std::make_unique<postgres_concert_store>(at)};
}

}  // namespace boxoffice
