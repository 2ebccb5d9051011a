-- pgbench: 256 purchases in one transaction of set-based statements. Nobody's requests arrive like this;
-- it shows what this database can do at most with the same rows.
--   pgbench -n -M prepared -c 2 -D clients=2 -D counter=-1 -f batches.sql
\set counter :counter + 1
\set first (:counter * :clients + :client_id) * 256 + 1
\set last :first + 255
SELECT purchase_all(array_agg(n), array_agg(n::integer), 4711, '\x7b227061796d656e744964223a2231323334353637383930227d') FROM generate_series((:first)::bigint, (:last)::bigint) AS n;
