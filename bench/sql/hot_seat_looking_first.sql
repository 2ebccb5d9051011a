-- pgbench: as hot_seat.sql, but who sees that the seat is gone does not wait for its lock.
--   pgbench -n -M prepared -c 64 -D clients=64 -D counter=-1 -f hot_seat_looking_first.sql
\set counter :counter + 1
\set request :counter * :clients + :client_id
\set who :request % 500 + 1
SELECT hold_if_free(:who, 1, (:request)::text, 4711, '\x7b22636f6465223a22736561745f74616b656e227d');
