-- pgbench: one purchase, hold and payment, as one stored function in one transaction. Nobody holds
-- a seat without paying at once here, so this does less than two requests do.
--   pgbench -n -M prepared -c 64 -D clients=64 -D counter=-1 -f stored_function.sql
\set counter :counter + 1
\set who :counter * :clients + :client_id + 1
SELECT purchase(:who, :who, 4711, '\x7b227061796d656e744964223a2231323334353637383930227d');
