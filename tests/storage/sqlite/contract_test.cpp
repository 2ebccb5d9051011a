// The SQLite stores under the contract suites of the ports.
#include "storage/sqlite/stores.hpp"
#include "tests/storage/contract/concert_store_contract.hpp"
#include "tests/storage/contract/payment_store_contract.hpp"
#include "tests/storage/contract/point_store_contract.hpp"
#include "tests/storage/contract/queue_ranking_store_contract.hpp"
#include "tests/storage/contract/reservation_store_contract.hpp"
#include "tests/storage/temp_directory.hpp"

namespace boxoffice::test {
namespace {

template <class Storage, Storage (*Open)(const std::filesystem::path&, const storage_tuning&)>
class sqlite_backend {
 public:
  auto& store() { return *storage_.store; }
  auto& reader() { return *storage_.reader; }
  auto& queue() { return *storage_.queue; }
  auto& ranking() { return *storage_.ranking; }

 private:
  temp_directory directory_;
  Storage storage_{Open(directory_.path() / "service.db", {.marks_kept = marks_kept})};
};

using concerts = sqlite_backend<concert_storage, open_concert_storage>;
using reservations = sqlite_backend<reservation_storage, open_reservation_storage>;
using point_accounts = sqlite_backend<point_storage, open_point_storage>;
using payments = sqlite_backend<payment_storage, open_payment_storage>;
using queues = sqlite_backend<queue_ranking_storage, open_queue_ranking_storage>;

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, ConcertStoreContract, concerts);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, ReservationStoreContract, reservations);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, PointStoreContract, point_accounts);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, PaymentStoreContract, payments);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, QueueRankingStoreContract, queues);

}  // namespace boxoffice::test
