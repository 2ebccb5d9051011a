-- pgbench: one purchase as two stored functions, hold and pay, a transaction each, as it is two
-- requests over HTTP.
--   pgbench -n -M prepared -c 64 -D clients=64 -D counter=-1 -f two_stored_functions.sql
\set counter :counter + 1
\set who :counter * :clients + :client_id + 1
SELECT hold(:who, :who, 'hold', 4711, '\x7b227265736572766174696f6e4964223a2231323334353637383930227d') AS reservation \gset
SELECT pay(:who, :reservation, 4711, '\x7b227061796d656e744964223a2231323334353637383930227d');
