-- pgbench: one purchase, as a service without stored functions does it. Two transactions, as it is
-- two requests: hold a free seat, pay for it. Each client has users and seats of its own.
--   pgbench -n -M prepared -c 64 -D clients=64 -D counter=-1 -f separate_statements.sql
\set counter :counter + 1
\set who :counter * :clients + :client_id + 1
BEGIN;
INSERT INTO idempotency VALUES (:who, 'hold', 4711, NULL, now()) ON CONFLICT DO NOTHING;
SELECT sales_open_at, sales_close_at, seats_per_user_max FROM schedule WHERE id = 1;
SELECT count(*) FROM reservation WHERE user_id = :who AND schedule = 1;
SELECT price, status FROM seat WHERE schedule = 1 AND seat = :who FOR UPDATE \gset
INSERT INTO reservation (schedule, user_id, seat, amount, status, held_at, expires_at) VALUES (1, :who, :who, :price, 0, now(), now() + interval '1 hour') RETURNING id AS reservation \gset
UPDATE seat SET status = 1, reservation = :reservation WHERE schedule = 1 AND seat = :who;
UPDATE idempotency SET answer = decode('7b227265736572766174696f6e4964223a2231323334353637383930227d', 'hex') WHERE user_id = :who AND key = 'hold';
COMMIT;
BEGIN;
INSERT INTO idempotency VALUES (:who, 'pay', 4711, NULL, now()) ON CONFLICT DO NOTHING;
SELECT status, amount, expires_at > now() AS live FROM reservation WHERE id = :reservation AND user_id = :who FOR UPDATE \gset
SELECT balance FROM account WHERE user_id = :who FOR UPDATE \gset
INSERT INTO payment (reservation, user_id, amount, status, created_at, completed_at) VALUES (:reservation, :who, :amount, 2, now(), now()) RETURNING id AS payment \gset
\set change 0 - :amount
\set left :balance - :amount
UPDATE account SET balance = :left WHERE user_id = :who;
INSERT INTO ledger (user_id, kind, amount, balance_after, reference, at) VALUES (:who, 1, :change, :left, :payment, now());
UPDATE reservation SET status = 1, payment = :payment WHERE id = :reservation;
UPDATE seat SET status = 2 WHERE schedule = 1 AND seat = :who;
INSERT INTO outbox (kind, payment, user_id, reservation, seats, amount, occurred_at) VALUES (0, :payment, :who, :reservation, 1, :amount, now());
UPDATE idempotency SET answer = decode('7b227061796d656e744964223a2231323334353637383930227d', 'hex') WHERE user_id = :who AND key = 'pay';
COMMIT;
