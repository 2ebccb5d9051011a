#pragma once

#include "actors/commit/owned_store.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace boxoffice::storage {

/// What every store has from the connection that it writes through, whatever database is behind it.
template <class Port, class Connection>
class owned_port : public Port {
 public:
  template <class... Arguments>
  explicit owned_port(Arguments&&... how) : db_{std::forward<Arguments>(how)...} {}

  [[nodiscard]] std::uint64_t epoch() const final { return db_.epoch(); }
  [[nodiscard]] store_position position() const final { return db_.position(); }
  commit_result keep(std::span<const seen_position> others) final { return db_.keep(others); }
  void belong_to(const std::string& installation, std::span<const set_back> found) final {
    db_.belong_to(installation, found);
  }

 protected:
  Connection db_;
};

}  // namespace boxoffice::storage
