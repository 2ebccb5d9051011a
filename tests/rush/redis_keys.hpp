#pragma once

#include "tests/rush/books.hpp"

#include <filesystem>
#include <string>

namespace boxoffice::rush {

/// Keys of one server in a Redis that others use too. They stay there: a Redis for rushes and tests
/// is thrown away as a whole.
class redis_keys {
 public:
  /// `server`: `redis://host:port[/database]`.
  explicit redis_keys(const std::string& server);

  /// As the server takes it.
  [[nodiscard]] const std::string& url() const { return url_; }
  /// Appends to a settings file that waiting rooms and rankings are kept there.
  void append_settings(const std::filesystem::path& file) const;

 private:
  const std::string url_;
};

/// The places in all waiting rooms that a server keeps at `url`, which is one of the above. Throws
/// std::exception when there are no keys of a server, as while it puts back what was lost.
void read_places_in_redis(const std::string& url, books& into);

}  // namespace boxoffice::rush
