-- The tables of an ordinary ticket shop in one database, and what is on sale. Types, keys and
-- constraints are those that the promises of boxoffice need (docs/RELIABILITY.md), and no more: no
-- saga, no timeline, no remembered steps, for one transaction needs none of them. The fill factors keep
-- the updates of a row in its page (HOT): a seat is updated twice, an account once or more.
--   psql -v seats=100000 -f monolith.sql
SET client_min_messages = warning;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;

CREATE TABLE schedule (
  id bigint PRIMARY KEY,
  sales_open_at timestamptz NOT NULL,
  sales_close_at timestamptz NOT NULL,
  hold_time interval NOT NULL,
  seats_per_user_max integer NOT NULL
);

CREATE TABLE account (
  user_id bigint PRIMARY KEY,
  balance bigint NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 60);

CREATE TABLE reservation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule bigint NOT NULL REFERENCES schedule (id),
  user_id bigint NOT NULL,
  seat integer NOT NULL,
  amount bigint NOT NULL,
  status smallint NOT NULL,  -- 0 held, 1 confirmed
  held_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  payment bigint
) WITH (fillfactor = 80);
CREATE INDEX reservation_by_user ON reservation (user_id, held_at, id);

CREATE TABLE seat (
  schedule bigint NOT NULL REFERENCES schedule (id),
  seat integer NOT NULL,
  price bigint NOT NULL,
  status smallint NOT NULL DEFAULT 0,  -- 0 available, 1 held, 2 sold
  reservation bigint,
  PRIMARY KEY (schedule, seat)
) WITH (fillfactor = 50);

CREATE TABLE payment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reservation bigint NOT NULL UNIQUE REFERENCES reservation (id),
  user_id bigint NOT NULL,
  amount bigint NOT NULL,
  status smallint NOT NULL,  -- 2 completed
  created_at timestamptz NOT NULL,
  completed_at timestamptz NOT NULL
);

CREATE TABLE ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES account (user_id),
  kind smallint NOT NULL,  -- 1 use
  amount bigint NOT NULL,
  balance_after bigint NOT NULL CHECK (balance_after >= 0),
  reference bigint NOT NULL,
  at timestamptz NOT NULL,
  UNIQUE (reference, kind)
);
CREATE INDEX ledger_by_user ON ledger (user_id, id);

CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind smallint NOT NULL,
  payment bigint NOT NULL,
  user_id bigint NOT NULL,
  reservation bigint NOT NULL,
  seats integer NOT NULL,
  amount bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  UNIQUE (payment, kind)
);

CREATE TABLE idempotency (
  user_id bigint NOT NULL,
  key text NOT NULL,
  body bigint NOT NULL,  -- digest of the request
  answer bytea,
  at timestamptz NOT NULL,
  PRIMARY KEY (user_id, key)
);

INSERT INTO schedule VALUES (1, now() - interval '1 hour', now() + interval '1 day', '1 hour', 4);
INSERT INTO seat (schedule, seat, price) SELECT 1, n, 1000 FROM generate_series(1, :seats) AS n;
INSERT INTO account SELECT n, 10000000 FROM generate_series(1, :seats) AS n;

-- The same as one function per purchase: hold and pay in one call and one transaction.
CREATE FUNCTION purchase(who bigint, wanted integer, digest bigint, answered bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  price_of bigint;
  status_of smallint;
  sale schedule%ROWTYPE;
  reservation_id bigint;
  payment_id bigint;
  left_over bigint;
BEGIN
  INSERT INTO idempotency VALUES (who, 'purchase', digest, answered, moment) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT * INTO sale FROM schedule WHERE id = 1;
  IF moment NOT BETWEEN sale.sales_open_at AND sale.sales_close_at THEN RETURN -1; END IF;
  IF (SELECT count(*) FROM reservation WHERE user_id = who AND schedule = 1) >= sale.seats_per_user_max
  THEN RETURN -2; END IF;
  SELECT price, status INTO price_of, status_of FROM seat
    WHERE schedule = 1 AND seat = wanted FOR UPDATE;
  IF status_of <> 0 THEN RETURN -3; END IF;
  INSERT INTO reservation (schedule, user_id, seat, amount, status, held_at, expires_at)
    VALUES (1, who, wanted, price_of, 0, moment, moment + sale.hold_time)
    RETURNING id INTO reservation_id;
  INSERT INTO payment (reservation, user_id, amount, status, created_at, completed_at)
    VALUES (reservation_id, who, price_of, 2, moment, moment) RETURNING id INTO payment_id;
  UPDATE account SET balance = balance - price_of WHERE user_id = who AND balance >= price_of
    RETURNING balance INTO left_over;
  IF NOT FOUND THEN RAISE EXCEPTION 'insufficient points'; END IF;
  INSERT INTO ledger (user_id, kind, amount, balance_after, reference, at)
    VALUES (who, 1, -price_of, left_over, payment_id, moment);
  UPDATE reservation SET status = 1, payment = payment_id WHERE id = reservation_id;
  UPDATE seat SET status = 2, reservation = reservation_id WHERE schedule = 1 AND seat = wanted;
  INSERT INTO outbox (kind, payment, user_id, reservation, seats, amount, occurred_at)
    VALUES (0, payment_id, who, reservation_id, 1, price_of, moment);
  RETURN payment_id;
END $$;

-- As over HTTP: somebody holds, and pays later. Two calls, two transactions.
CREATE FUNCTION hold(who bigint, wanted integer, request text, digest bigint, answered bytea)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  price_of bigint;
  status_of smallint;
  sale schedule%ROWTYPE;
  reservation_id bigint;
BEGIN
  INSERT INTO idempotency VALUES (who, request, digest, answered, moment) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT * INTO sale FROM schedule WHERE id = 1;
  IF moment NOT BETWEEN sale.sales_open_at AND sale.sales_close_at THEN RETURN -1; END IF;
  IF (SELECT count(*) FROM reservation WHERE user_id = who AND schedule = 1) >= sale.seats_per_user_max
  THEN RETURN -2; END IF;
  SELECT price, status INTO price_of, status_of FROM seat
    WHERE schedule = 1 AND seat = wanted FOR UPDATE;
  IF status_of <> 0 THEN RETURN -3; END IF;
  INSERT INTO reservation (schedule, user_id, seat, amount, status, held_at, expires_at)
    VALUES (1, who, wanted, price_of, 0, moment, moment + sale.hold_time)
    RETURNING id INTO reservation_id;
  UPDATE seat SET status = 1, reservation = reservation_id WHERE schedule = 1 AND seat = wanted;
  RETURN reservation_id;
END $$;

CREATE FUNCTION pay(who bigint, reserved bigint, digest bigint, answered bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  held reservation%ROWTYPE;
  payment_id bigint;
  left_over bigint;
BEGIN
  INSERT INTO idempotency VALUES (who, 'pay', digest, answered, moment) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN 0; END IF;
  SELECT * INTO held FROM reservation WHERE id = reserved AND user_id = who FOR UPDATE;
  IF held.status <> 0 OR held.expires_at <= moment THEN RETURN -1; END IF;
  INSERT INTO payment (reservation, user_id, amount, status, created_at, completed_at)
    VALUES (reserved, who, held.amount, 2, moment, moment) RETURNING id INTO payment_id;
  UPDATE account SET balance = balance - held.amount WHERE user_id = who AND balance >= held.amount
    RETURNING balance INTO left_over;
  IF NOT FOUND THEN RAISE EXCEPTION 'insufficient points'; END IF;
  INSERT INTO ledger (user_id, kind, amount, balance_after, reference, at)
    VALUES (who, 1, -held.amount, left_over, payment_id, moment);
  UPDATE reservation SET status = 1, payment = payment_id WHERE id = reserved;
  UPDATE seat SET status = 2 WHERE schedule = held.schedule AND seat = held.seat;
  INSERT INTO outbox (kind, payment, user_id, reservation, seats, amount, occurred_at)
    VALUES (0, payment_id, who, reserved, 1, held.amount, moment);
  RETURN payment_id;
END $$;

-- A hold that looks before it locks: who comes too late waits for nobody.
CREATE FUNCTION hold_if_free(who bigint, wanted integer, request text, digest bigint, answered bytea)
RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT status FROM seat WHERE schedule = 1 AND seat = wanted) = 0 THEN
    RETURN hold(who, wanted, request, digest, answered);
  END IF;
  INSERT INTO idempotency VALUES (who, request, digest, answered, clock_timestamp())
    ON CONFLICT DO NOTHING;
  RETURN -3;
END $$;

-- Points for a user: one balance, one ledger row.
CREATE FUNCTION charge(who bigint, charged bigint, request bigint, digest bigint, answered bytea)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  left_over bigint;
BEGIN
  INSERT INTO idempotency VALUES (who, request::text, digest, answered, moment)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN RETURN 0; END IF;
  UPDATE account SET balance = balance + charged WHERE user_id = who RETURNING balance
    INTO left_over;
  INSERT INTO ledger (user_id, kind, amount, balance_after, reference, at)
    VALUES (who, 0, charged, left_over, request, moment);
  RETURN left_over;
END $$;

-- Many purchases at once, each user another seat, in set-based statements. How many were made.
CREATE FUNCTION purchase_all(users bigint[], wanted integer[], digest bigint, answered bytea)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  sale schedule%ROWTYPE;
  made_count bigint;
BEGIN
  SELECT * INTO sale FROM schedule WHERE id = 1;
  IF moment NOT BETWEEN sale.sales_open_at AND sale.sales_close_at THEN RETURN -1; END IF;
  WITH asked AS (SELECT * FROM unnest(users, wanted) AS a (who, seat)),
  fresh AS (
    INSERT INTO idempotency SELECT who, 'purchase', digest, answered, moment FROM asked
      ON CONFLICT DO NOTHING RETURNING user_id),
  free AS (
    SELECT s.seat, s.price, a.who FROM asked a
      JOIN fresh f ON f.user_id = a.who
      JOIN seat s ON s.schedule = 1 AND s.seat = a.seat
      WHERE s.status = 0 AND (SELECT count(*) FROM reservation r
        WHERE r.user_id = a.who AND r.schedule = 1) < sale.seats_per_user_max
      FOR UPDATE OF s),
  made AS (
    INSERT INTO reservation (schedule, user_id, seat, amount, status, held_at, expires_at)
      SELECT 1, who, seat, price, 1, moment, moment + sale.hold_time FROM free
      RETURNING id, user_id, seat, amount),
  paid AS (
    INSERT INTO payment (reservation, user_id, amount, status, created_at, completed_at)
      SELECT id, user_id, amount, 2, moment, moment FROM made
      RETURNING id, reservation, user_id, amount),
  debited AS (
    UPDATE account a SET balance = balance - p.amount FROM paid p WHERE a.user_id = p.user_id
      RETURNING a.user_id, a.balance, p.id AS payment, p.amount),
  booked AS (
    INSERT INTO ledger (user_id, kind, amount, balance_after, reference, at)
      SELECT user_id, 1, -amount, balance, payment, moment FROM debited),
  sold AS (
    UPDATE seat s SET status = 2, reservation = m.id FROM made m
      WHERE s.schedule = 1 AND s.seat = m.seat),
  told AS (
    INSERT INTO outbox (kind, payment, user_id, reservation, seats, amount, occurred_at)
      SELECT 0, id, user_id, reservation, 1, amount, moment FROM paid)
  SELECT count(*) INTO made_count FROM debited;
  UPDATE reservation r SET payment = p.id FROM payment p
    WHERE r.user_id = ANY (users) AND p.reservation = r.id AND r.payment IS NULL;
  RETURN made_count;
END $$;

VACUUM ANALYZE;
