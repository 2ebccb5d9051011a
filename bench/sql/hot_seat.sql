-- pgbench: 500 users want the same seat, again and again; one of them gets it.
--   pgbench -n -M prepared -c 64 -D clients=64 -D counter=-1 -f hot_seat.sql
\set counter :counter + 1
\set request :counter * :clients + :client_id
\set who :request % 500 + 1
SELECT hold(:who, 1, (:request)::text, 4711, '\x7b22636f6465223a22736561745f74616b656e227d');
