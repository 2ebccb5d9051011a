#include "storage/postgres/migrations/schema.hpp"

#include <array>

namespace boxoffice::postgres {
namespace {

// Kind: 0 charge, 1 use, 2 refund. Step: 0 debit, 1 refund. Times: milliseconds since 1970.
constexpr auto version_1 = R"(
CREATE TABLE account (
  user_id text PRIMARY KEY,
  balance bigint NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 80);

CREATE TABLE ledger (
  id bigint PRIMARY KEY CHECK (id > 0),
  user_id text NOT NULL REFERENCES account (user_id),
  kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 2),
  amount bigint NOT NULL,
  balance_after bigint NOT NULL CHECK (balance_after >= 0),
  reference bigint NOT NULL,
  at bigint NOT NULL,
  CHECK (CASE kind WHEN 1 THEN amount <= 0 ELSE amount >= 0 END),
  CHECK (kind = 0 OR reference <> 0)
);
CREATE INDEX ledger_by_user ON ledger (user_id, id);
CREATE UNIQUE INDEX ledger_once ON ledger (reference, kind) WHERE reference <> 0;

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

-- What was answered to a step of a payment; age is the payment id without its shard.
CREATE TABLE step (
  payment bigint NOT NULL,
  step smallint NOT NULL CHECK (step IN (0, 1)),
  user_id text NOT NULL,
  age bigint NOT NULL,
  answer bytea NOT NULL,
  PRIMARY KEY (payment, step)
);
CREATE INDEX step_by_user ON step (user_id, age);

CREATE TABLE remembered_key (
  ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scope_high bigint NOT NULL,
  scope_low bigint NOT NULL,
  body_high bigint NOT NULL,
  body_low bigint NOT NULL,
  answer bytea NOT NULL,
  at bigint NOT NULL,
  UNIQUE (scope_high, scope_low)
);
)";

const std::array migrations{
    migration{1, "accounts, ledger, steps, keys", version_1},
    migration{2, "the functions of batches", batch_functions},
    migration{3, "the installation, and what was seen of the others", installation_tables}};

}  // namespace

const schema point_schema{"point", migrations};

}  // namespace boxoffice::postgres
