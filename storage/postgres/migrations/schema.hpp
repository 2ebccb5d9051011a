#pragma once

#include <span>

namespace boxoffice::postgres {

/// One step of a schema: what brings version `version - 1` to `version`.
struct migration {
  int version;
  const char* what;  ///< for the operator
  const char* sql;
};

/// The schema of one service: its migrations, versions 1, 2, 3, … without a gap. A migration that
/// was released is never changed; what it got wrong the next one repairs.
struct schema {
  const char* service;
  std::span<const migration> migrations;
};

/// What batches call instead of asking their client: whether they may write (SQLSTATE BX001 when
/// not), and whether a statement did what it should (storage/postgres/batch.hpp).
extern const char* const batch_functions;

/// A step of every schema: whose the database is, and how far the other stores are.
extern const char* const installation_tables;

extern const schema concert_schema;
extern const schema reservation_schema;
extern const schema point_schema;
extern const schema payment_schema;

}  // namespace boxoffice::postgres
