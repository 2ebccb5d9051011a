// The stores in Redis under the contract suite of their port.
#include "storage/redis/stores.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/storage/contract/queue_ranking_store_contract.hpp"

namespace boxoffice::test {
namespace {

class redis_backend {
 public:
  auto& store() { return *storage_.store; }
  auto& queue() { return *storage_.queue; }
  auto& ranking() { return *storage_.ranking; }

 private:
  redis_queue_ranking storage_{open_redis_queue_ranking(redis_url(), marks_kept)};
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Redis, QueueRankingStoreContract, redis_backend);

}  // namespace boxoffice::test
