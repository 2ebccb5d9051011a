#include "storage/sqlite/migrations/schema.hpp"

#include <array>

namespace boxoffice::sqlite {
namespace {

// Kind: 0 charge, 1 use, 2 refund. Step: 0 debit, 1 refund.
constexpr auto version_1 = R"(
CREATE TABLE account (
  user TEXT PRIMARY KEY,
  balance INTEGER NOT NULL CHECK (balance >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  user TEXT NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
  amount INTEGER NOT NULL,
  balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
  reference INTEGER NOT NULL,
  at INTEGER NOT NULL,
  CHECK (CASE kind WHEN 1 THEN amount <= 0 ELSE amount >= 0 END),
  CHECK (kind = 0 OR reference <> 0)
) STRICT;
CREATE INDEX ledger_by_user ON ledger (user);
CREATE UNIQUE INDEX ledger_once ON ledger (reference, kind) WHERE reference <> 0;

CREATE TRIGGER ledger_is_never_updated BEFORE UPDATE ON ledger BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER ledger_is_never_deleted BEFORE DELETE ON ledger BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;

-- What was answered to a step of a payment; age is the payment id without its shard.
CREATE TABLE step (
  payment INTEGER NOT NULL,
  step INTEGER NOT NULL CHECK (step IN (0, 1)),
  user TEXT NOT NULL,
  age INTEGER NOT NULL,
  answer BLOB NOT NULL,
  PRIMARY KEY (payment, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX step_by_user ON step (user, age);

CREATE TABLE remembered_key (
  ordinal INTEGER PRIMARY KEY,
  scope_high INTEGER NOT NULL,
  scope_low INTEGER NOT NULL,
  body_high INTEGER NOT NULL,
  body_low INTEGER NOT NULL,
  answer BLOB NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (scope_high, scope_low)
) STRICT;
)";

const std::array migrations{
    migration{1, "accounts, ledger, steps, keys", version_1},
    migration{2, "the installation, and what was seen of the others", installation_tables}};

}  // namespace

const schema point_schema{"point", migrations};

}  // namespace boxoffice::sqlite
