#include "storage/sqlite/stores.hpp"

namespace boxoffice {

storage_files files_in(const std::filesystem::path& data_dir) {
  return {data_dir / "concert.db", data_dir / "reservation.db", data_dir / "point.db",
          data_dir / "payment.db", data_dir / "queue_ranking.db"};
}

}  // namespace boxoffice
