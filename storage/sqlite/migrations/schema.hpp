#pragma once

#include <span>

namespace boxoffice::sqlite {

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

/// A step of every schema: whose the database is, how far its owner and the other stores
/// are.
extern const char* const installation_tables;

extern const schema concert_schema;
extern const schema reservation_schema;
extern const schema point_schema;
extern const schema payment_schema;
extern const schema queue_ranking_schema;

}  // namespace boxoffice::sqlite
