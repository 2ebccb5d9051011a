#pragma once

#include "storage/store_identity.hpp"

namespace boxoffice::storage {

/// Reads what an SQL store keeps beside its rows. **Requires** a database of the newest schema, or
/// at least with these tables.
template <class Statement, class Database>
void read_identity_rows(Database& db, store_identity& into) {
  Statement{db, "SELECT epoch, batch FROM owner"}.each(
      [&](auto& r) { r.into(into.at.epoch, into.at.batch); });
  Statement{db, "SELECT id FROM installation"}.each([&](auto& r) { r.into(into.installation); });
  Statement{db, "SELECT store, epoch, batch FROM seen"}.each([&](auto& r) {
    auto& other = into.seen.emplace_back();
    r.into(other.store, other.at.epoch, other.at.batch);
  });
  Statement{db, "SELECT store, epoch, batch, seen_epoch, seen_batch, seen_by FROM set_back"}.each(
      [&](auto& r) {
        auto& one = into.set_backs.emplace_back();
        r.into(one.store, one.is.epoch, one.is.batch, one.was.epoch, one.was.batch, one.seen_by);
      });
}

}  // namespace boxoffice::storage
