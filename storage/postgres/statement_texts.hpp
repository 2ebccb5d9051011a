#pragma once

#include <mutex>
#include <set>
#include <string>

namespace boxoffice::postgres {

/// The statements that this process has made for one database, as SQL: whoever wants to know their
/// plans asks the server about each. **Thread**: any.
class statement_texts {
 public:
  void add(const std::string& sql) {
    const std::scoped_lock hold{lock_};
    texts_.insert(sql);
  }
  [[nodiscard]] std::set<std::string> all() const {
    const std::scoped_lock hold{lock_};
    return texts_;
  }

 private:
  mutable std::mutex lock_;
  std::set<std::string> texts_;
};

}  // namespace boxoffice::postgres
