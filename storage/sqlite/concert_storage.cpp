#include "storage/sql/catalogue_rows.hpp"
#include "storage/sqlite/dialect.hpp"
#include "storage/sqlite/migrations/migrate.hpp"
#include "storage/sqlite/stores.hpp"

namespace boxoffice {
namespace {

using namespace sqlite;  // NOLINT(google-build-using-namespace): the folder's own

class sqlite_concert_store final : public owned<concert_store> {
 public:
  explicit sqlite_concert_store(std::shared_ptr<database_file> file)
      : owned_port{std::move(file), storage::newest_in_concert} {}

  commit_result commit(std::span<const concert_write> batch) override {
    return db_.in_transaction([&] {
      for (const auto& write : batch)
        std::visit([&](const auto& row) { put(*row); }, write);
    });
  }

  catalogue load() override {
    catalogue all;
    translated([&] { all = reads_.load(); });
    return all;
  }

 private:
  void put(const concert& c) { writes_.put(c); }
  void put(const schedule& s) {
    writes_.put(s);
    std::uint32_t position = 0;
    for (const auto& part : s.seats.sections())
      put_section_.run(s.id, position++, part.name, part.rows, part.seats_per_row, part.price);
  }

  sql::catalogue_writer<dialect> writes_{db_.database()};
  sql::catalogue_reader<dialect> reads_{db_.database()};
  statement put_section_{db_.database(), R"(
    INSERT INTO section (schedule, position, name, row_count, seats_per_row, price)
    VALUES (?, ?, ?, ?, ?, ?))"};
};

}  // namespace

concert_storage open_concert_storage(const std::filesystem::path& file, const storage_tuning& how) {
  migrate(file, concert_schema);
  const auto shared = std::make_shared<database_file>(file, how.log_pages_max);
  concert_storage opened;
  translated([&] { opened.store = std::make_unique<sqlite_concert_store>(shared); });
  return opened;
}

}  // namespace boxoffice
