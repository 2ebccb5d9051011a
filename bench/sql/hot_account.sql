-- pgbench: everybody charges the same account.
--   pgbench -n -M prepared -c 64 -D clients=64 -D counter=-1 -f hot_account.sql
\set counter :counter + 1
\set request :counter * :clients + :client_id
SELECT charge(1, 10, :request, 4711, '\x7b227472616e73616374696f6e4964223a2231323334353637383930227d');
