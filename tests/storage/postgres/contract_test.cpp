// The PostgreSQL stores under the contract suites of the ports.
#include "storage/postgres/stores.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/storage/contract/concert_store_contract.hpp"
#include "tests/storage/contract/payment_store_contract.hpp"
#include "tests/storage/contract/point_store_contract.hpp"
#include "tests/storage/contract/reservation_store_contract.hpp"

namespace boxoffice::test {
namespace {

template <class Storage, Storage (*Open)(const postgres_database&)>
class postgres_backend {
 public:
  auto& store() { return *storage_.store; }
  auto& reader() { return *storage_.reader; }

 private:
  test_database database_;
  Storage storage_{Open(postgres_at(database_.url()))};
};

using concerts = postgres_backend<postgres_concert, open_postgres_concert>;
using reservations = postgres_backend<postgres_reservation, open_postgres_reservation>;
using point_accounts = postgres_backend<postgres_point, open_postgres_point>;
using payments = postgres_backend<postgres_payment, open_postgres_payment>;

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ConcertStoreContract, concerts);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, ReservationStoreContract, reservations);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, PointStoreContract, point_accounts);
INSTANTIATE_TYPED_TEST_SUITE_P(Postgres, PaymentStoreContract, payments);

}  // namespace boxoffice::test
