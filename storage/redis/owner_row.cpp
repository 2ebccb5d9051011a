#include "storage/redis/connection.hpp"
#include "storage/redis/stores.hpp"

#include <string>

namespace boxoffice {
namespace {

using namespace redis;  // NOLINT(google-build-using-namespace): the folder's own

// A release is kept as the epoch that was released: whoever takes over has another.
constexpr std::string_view release_lua = R"(
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'released', ARGV[1])
return 1
)";

class redis_owner_row final : public owner_row_source {
 public:
  explicit redis_owner_row(const std::string& url)
      : database_{parse_location(url)}, link_{database_.new_link()} {}

  cluster::owner_row read() override {
    link_->open();
    const auto found =
        link_->run(command{"HMGET", key(), "epoch", "batch", "beat", "released"}).items;
    cluster::owner_row seen;
    seen.store = "queue_ranking";
    if (found.at(0).text.empty()) return seen;
    seen.at = {number(found[0].text), number(found.at(1).text)};
    if (!found.at(2).text.empty()) seen.beat = number(found[2].text);
    seen.released = found.at(3).text == found[0].text;
    return seen;
  }

  bool release(std::uint64_t epoch) override {
    link_->open();
    return link_->run(command{"EVAL", std::string{release_lua}, "1", key(), std::to_string(epoch)})
               .integer == 1;
  }

 private:
  [[nodiscard]] std::string key() const { return database_.prefix() + "owner"; }

  const ranking_database database_;
  const std::unique_ptr<link> link_;
};

}  // namespace

std::unique_ptr<owner_row_source> redis_owner(const std::string& url) {
  return std::make_unique<redis_owner_row>(url);
}

}  // namespace boxoffice
