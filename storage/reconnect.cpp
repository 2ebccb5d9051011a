#include "storage/reconnect.hpp"

#include "logging/log.hpp"

namespace boxoffice::storage {
void reconnect::expect_due(const std::string& name) const {
  if (std::chrono::steady_clock::now() < next_)
    throw storage_error{storage_error::kind::unreachable,
                        name + ": not connected; the next attempt comes soon"};
}

void reconnect::failed(const std::string& name, const storage_error& why) {
  next_ = std::chrono::steady_clock::now() + pause_.next();
  log(log_level::warning, "storage", "a database is away",
      {{"database", name}, {"kind", to_text(why.why())}, {"error", why.what()}});
}

}  // namespace boxoffice::storage
