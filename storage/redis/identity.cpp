#include "storage/redis/connection.hpp"
#include "storage/redis/stores.hpp"

#include <sstream>
#include <string_view>

namespace boxoffice {
namespace {

using namespace redis;  // NOLINT(google-build-using-namespace): the folder's own

constexpr std::string_view seen_field = "seen:", set_back_field = "set_back:";

// `id`, `seen:<store>` → epoch batch, `set_back:<store> <epoch> <batch> <seen by>` → epoch batch.
void read_field(const std::string& field, const std::string& value, store_identity& into) {
  std::istringstream numbers{value};
  if (field == "id") {
    into.installation = value;
  } else if (field.starts_with(seen_field)) {
    auto& other = into.seen.emplace_back();
    other.store = field.substr(seen_field.size());
    numbers >> other.at.epoch >> other.at.batch;
  } else if (field.starts_with(set_back_field)) {
    auto& one = into.set_backs.emplace_back();
    std::istringstream words{field.substr(set_back_field.size())};
    words >> one.store >> one.is.epoch >> one.is.batch >> one.seen_by;
    numbers >> one.was.epoch >> one.was.batch;
  }
}

}  // namespace

store_identity redis_identity(const std::string& url) {
  const ranking_database at{parse_location(url)};
  store_identity found{.store = "queue_ranking", .place = at.name()};
  const auto db = at.new_link();
  db->open();
  const auto p = at.prefix();
  const auto owner = db->run(command{"HMGET", p + "owner", "epoch", "batch"}).items;
  found.is_there = !owner.at(0).text.empty();
  if (found.is_there) found.at = {number(owner[0].text), number(owner.at(1).text)};
  found.holds_data = db->run(command{"EXISTS", p + "last", p + "through"}).integer > 0;
  const auto fields = db->run(command{"HGETALL", p + "installation"}).items;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
    read_field(fields[i].text, fields[i + 1].text, found);
  return found;
}

}  // namespace boxoffice
