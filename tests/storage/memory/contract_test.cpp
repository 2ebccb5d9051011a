// The stores in memory, which the tests of the actors and the simulation use, under the contract
// suites of the ports: what those tests find holds for the databases.
#include "tests/actors/concert/memory_concert_store.hpp"
#include "tests/actors/payment/memory_payment_store.hpp"
#include "tests/actors/point/memory_point_store.hpp"
#include "tests/actors/queue/memory_queue_ranking_store.hpp"
#include "tests/actors/reservation/memory_reservation_store.hpp"
#include "tests/storage/contract/concert_store_contract.hpp"
#include "tests/storage/contract/payment_store_contract.hpp"
#include "tests/storage/contract/point_store_contract.hpp"
#include "tests/storage/contract/queue_ranking_store_contract.hpp"
#include "tests/storage/contract/reservation_store_contract.hpp"

namespace boxoffice::test {
namespace {

template <class Store>
class memory_backend {
 public:
  auto& store() { return store_; }
  auto& reader() { return store_; }
  auto& queue() { return store_; }
  auto& ranking() { return store_; }

 private:
  Store store_;
};

using concerts = memory_backend<boxoffice::testing::memory_concert_store>;
using reservations = memory_backend<boxoffice::testing::memory_reservation_store>;
using point_accounts = memory_backend<boxoffice::testing::memory_point_store>;
using payments = memory_backend<boxoffice::testing::memory_payment_store>;

struct queues : memory_backend<boxoffice::testing::memory_queue_ranking_store> {
  queues() { store().marks_kept = marks_kept; }
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ConcertStoreContract, concerts);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ReservationStoreContract, reservations);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PointStoreContract, point_accounts);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, PaymentStoreContract, payments);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, QueueRankingStoreContract, queues);

}  // namespace boxoffice::test
