#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of the server, each with its reason. What an operator may want to change is a
/// setting (config/settings.hpp) and stands here as a default or as the range of that setting; the
/// rest is part of the contract (docs/API.md) or of the design. **Units**: chrono types carry
/// theirs; raw numbers carry it before `_min`, `_max` or `_default`; money is in points (whole
/// won). The four of the log are in logging/log_limits.hpp, the layer below.
namespace boxoffice::limits {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

// --- HTTP -------------------------------------------------------------------------------------

/// The largest honest body (a basket of 100 seats) is below 2 KiB; 64 KiB bounds what one client
/// costs.
inline constexpr std::size_t http_body_bytes_max = std::size_t{64} * 1024;
/// A schedule may list thousands of sections.
inline constexpr std::size_t http_schedule_body_bytes_max = std::size_t{4} * 1024 * 1024;
/// More than a browser behind a proxy sends; beyond it 431.
inline constexpr std::size_t http_header_bytes_max = std::size_t{16} * 1024;
/// Answered at the same time; beyond it 503. At 5 ms each this is 800,000 requests a second, so it
/// sheds only when something behind is slow.
inline constexpr std::size_t http_in_flight_requests_default = 4096;
inline constexpr std::size_t http_in_flight_requests_max = 1'000'000;
/// Open sockets; below the usual limit of 65,536 descriptors, with room for the databases.
inline constexpr std::size_t http_connections_max = 60'000;
/// Accepted by the kernel and not yet by us; the kernel cuts it to its own bound (4,096).
inline constexpr int http_backlog_connections_max = 4096;
/// From the first byte of a request to its last: a client that trickles bytes holds no socket for
/// long.
inline constexpr std::chrono::seconds http_read_time_max = 15s;
/// A keep-alive connection without a request.
inline constexpr std::chrono::seconds http_idle_time_max = 60s;
/// A client takes at least so much of its answer in each such time (1.1 KB/s): a slow line gets a
/// seat map of 9 MB whole, however long that takes, and one that trickles or stands still is cut.
inline constexpr std::chrono::seconds http_write_time_max = 15s;
inline constexpr std::size_t http_write_bytes_min = std::size_t{16} * 1024;
/// Of an answer that the kernel has and has not sent: what a client that is cut leaves in its
/// memory.
inline constexpr int http_unsent_bytes_max = 128 * 1024;
/// An answer that is compressed for who takes gzip; what fits into one packet anyway gains nothing.
inline constexpr std::size_t http_gzip_bytes_min = 1400;
/// An answer from the actors; longer than any honest operation but a payment, which answers 202
/// by its own setting.
inline constexpr std::chrono::seconds http_ask_time_max = 10s;
/// Header fields of one request; it bounds the work of looking one up.
inline constexpr std::size_t http_header_fields_max = 100;
/// Bytes read and thrown away after the last answer of a connection: a client that sends all of a
/// refused upload before it reads (many do) would otherwise see a reset instead of the 413.
inline constexpr std::size_t http_discard_bytes_max = std::size_t{32} * 1024 * 1024;
/// How long that goes on.
inline constexpr std::chrono::seconds http_linger_time_max = 5s;
/// Nesting of JSON; docs/API.md needs 4. It bounds the stack of the parser.
inline constexpr std::size_t json_depth_levels_max = 32;
/// An `X-Request-Id` taken over from the client.
inline constexpr std::size_t request_id_chars_max = 64;
/// Longer bearer tokens are verified with each request instead of remembered; many times a token
/// with our three claims. A token has no bound of its own but that of the header, which is 431.
inline constexpr std::size_t remembered_token_chars_max = 4096;
/// Identity providers of one server, the keys of one of them, and the bytes of their set.
inline constexpr std::size_t identity_providers_max = 16;
inline constexpr std::size_t identity_keys_max = 100;
inline constexpr std::size_t identity_key_set_bytes_max = std::size_t{256} * 1024;
/// From the look-up of the provider's name to the last byte of its keys.
inline constexpr std::chrono::seconds identity_key_fetch_time_max = 5s;
/// Requests that wait for keys at once; those beyond it are refused.
inline constexpr std::size_t identity_key_waiters_max = 4096;
/// The setting; 0 switches the limit off.
inline constexpr std::size_t http_rate_limit_requests_max = 1'000'000;
/// Users and addresses the rate limit remembers; the one idle longest makes room.
inline constexpr std::size_t rate_limit_clients_max = 200'000;
inline constexpr std::size_t http_threads_max = 64;
inline constexpr std::size_t scheduler_threads_max = 256;

/// Items of one page of a list.
inline constexpr std::size_t list_items_min = 1;
inline constexpr std::size_t list_items_max = 200;
inline constexpr std::size_t list_items_default = 50;
/// A cursor is ours, so a longer one was not.
inline constexpr std::size_t cursor_chars_max = 128;

/// The outside form of every id.
inline constexpr std::size_t id_chars_max = 40;

/// Numbers in JSON are doubles to many clients: |n| < 2^53.
inline constexpr std::int64_t json_integer_max = (std::int64_t{1} << 53) - 1;

// --- Idempotency ------------------------------------------------------------------------------

inline constexpr std::size_t idempotency_key_chars_min = 1;
inline constexpr std::size_t idempotency_key_chars_max = 128;
/// A client that still retries after a day has long told its user something.
inline constexpr std::chrono::hours idempotency_kept = 24h;
/// Keys a service knows by heart: a day at 46 writes a second, in about 160 MB at worst. Beyond it
/// the service asks its store instead, which is slower and still right.
inline constexpr std::size_t known_keys_max = 4'000'000;
/// A command that runs for so long is lost: every honest one ends or is answered long before. Its
/// key is then looked up in the store, so that no client is told "still running" for ever.
inline constexpr std::chrono::minutes key_running_time_max = 10min;
/// Rows one pruning transaction deletes, so that it never holds up a batch for long.
inline constexpr std::size_t prune_rows_max = 1000;
inline constexpr std::chrono::seconds prune_every = 60s;

// --- Group commit -----------------------------------------------------------------------------

/// Writes that wait for the committer: 32 full batches; beyond it `overloaded`.
inline constexpr std::size_t committer_queue_writes_max = 16'384;
/// Writes of one transaction: enough to make one fsync cheap for each, few enough that the answer
/// of the first does not wait long for the last.
inline constexpr std::size_t committer_batch_writes_max = 512;
/// Reads that wait for a store's reader thread; beyond it `overloaded`.
inline constexpr std::size_t reader_queue_reads_max = 4096;
/// How long a store that failed is left alone before its actors reload from it.
inline constexpr std::chrono::milliseconds store_retry_first = 50ms;
inline constexpr std::chrono::milliseconds store_retry_max = 2s;
/// How long the actors that share memory with a refused write wait at most before they are read
/// again, when it was not the first in a row: their commands wait as long.
inline constexpr std::chrono::milliseconds refusal_pause_max = 200ms;
/// How long SQLite waits for a lock that a killed process leaves for a moment.
inline constexpr std::chrono::milliseconds sqlite_busy_time_max = 5s;
/// The write-ahead log is copied into the database by the commit that fills it to so many pages of
/// 4 KiB (16 MB). More pages make the copy rarer and cheaper per commit (a page written ten times
/// is copied once) but each copy longer.
inline constexpr std::int64_t sqlite_checkpoint_pages = 4000;
/// What is left of a log that grew beyond it, once it has been copied.
inline constexpr std::int64_t sqlite_log_bytes_max = std::int64_t{64} * 1024 * 1024;
/// Pages that one connection keeps in memory: the hot rows of a sale.
inline constexpr std::int64_t sqlite_cache_kib = 65'536;
/// Name look-up, handshake and login at a PostgreSQL server, in whole seconds (libpq knows no less
/// than 2).
inline constexpr std::chrono::seconds postgres_connect_time = 3s;
/// One statement of a batch or a read: a batch takes milliseconds, so a server that needs longer
/// is stuck, and is told to end it.
inline constexpr std::chrono::milliseconds postgres_statement_time = 5s;
/// What an answer may take beyond that on its way, so that the server's own word about a statement
/// that took too long arrives before the connection is cut.
inline constexpr std::chrono::milliseconds postgres_answer_time = 1s;
/// A transaction whose process stands still; then the server ends it, so that a successor gets the
/// lock of the fence.
inline constexpr std::chrono::milliseconds postgres_idle_transaction_time = 10s;
/// How long a committer asks at once what became of a COMMIT without an answer. Longer, and what
/// waits behind it waits too; after it, readers find out.
inline constexpr std::chrono::milliseconds postgres_settle_time = 2s;
/// Waits between attempts to reach a server that is away; the second bounds how long a server is
/// back unnoticed.
inline constexpr std::chrono::milliseconds postgres_reconnect_first = 50ms;
inline constexpr std::chrono::milliseconds postgres_reconnect_max = 1s;
/// Attempts at a batch that the server ended for another transaction's sake, or whose connection
/// had died while it was idle.
inline constexpr int postgres_batch_tries_max = 3;
/// Name look-up apart, how long a connection to Redis or a sentinel may take to open.
inline constexpr std::chrono::milliseconds redis_connect_time = 2s;
/// One call, sent and answered. A batch takes milliseconds; with `appendfsync always` a slow disk
/// is in it.
inline constexpr std::chrono::milliseconds redis_call_time = 5s;
/// As for PostgreSQL above.
inline constexpr std::chrono::milliseconds redis_settle_time = 2s;
inline constexpr std::chrono::milliseconds redis_reconnect_first = 50ms;
inline constexpr std::chrono::milliseconds redis_reconnect_max = 1s;
inline constexpr int redis_batch_tries_max = 3;
/// Items that one script reads or writes while rooms and boards are loaded or written back: about a
/// millisecond, in which Redis serves nobody else.
inline constexpr std::size_t redis_page_items = 1000;
/// Such scripts sent ahead of their answers.
inline constexpr std::size_t redis_pipelined_scripts_max = 16;

// --- Time -------------------------------------------------------------------------------------

/// The wall clock was stepped when it is off by more than this.
inline constexpr std::chrono::milliseconds wall_step_min = 1s;
/// A step counts for the calendar when it has lasted so long.
inline constexpr std::chrono::milliseconds wall_step_lasting = 10s;
/// A server that did nothing for so long was away (stopped, suspended, starved), and nobody else
/// was silent meanwhile.
inline constexpr std::chrono::milliseconds standstill_min = 1s;

// --- Stores -----------------------------------------------------------------------------------

/// How often each store is asked to take a small write, also when nobody else writes: what is wrong
/// with it is noticed within that time.
inline constexpr std::chrono::milliseconds store_probe_every = 1s;
/// Without an answer to a probe for so long, a store takes no writes.
inline constexpr std::chrono::milliseconds store_silence_max = 5s;
/// A process that was replaced, or whose files are gone, answers 503 for so long and then ends:
/// load balancers see it go.
inline constexpr std::chrono::milliseconds ended_grace = 10s;

// --- Concerts and seats -----------------------------------------------------------------------

inline constexpr std::size_t schedule_seats_max = 100'000;
/// Schedules whose rendered seat map is kept for the next reader; the largest is about 8 MB.
inline constexpr std::size_t rendered_seat_maps_max = 64;
inline constexpr std::int64_t section_rows_min = 1;
inline constexpr std::int64_t section_rows_max = 10'000;
inline constexpr std::int64_t row_seats_min = 1;
inline constexpr std::int64_t row_seats_max = 10'000;
inline constexpr std::size_t section_name_chars_max = 16;
/// Every section has a seat, so there are never more sections than seats.
inline constexpr std::size_t schedule_sections_max = schedule_seats_max;
inline constexpr std::int64_t price_points_min = 0;
inline constexpr std::int64_t price_points_max = 1'000'000'000;
inline constexpr std::int64_t user_seats_min = 1;
inline constexpr std::int64_t user_seats_max = 100;
inline constexpr std::int64_t user_seats_default = 4;
/// A basket can never hold more than a user may.
inline constexpr std::size_t basket_seats_max = 100;
inline constexpr std::chrono::seconds hold_time_min = 1s;
inline constexpr std::chrono::seconds hold_time_max = 3600s;
inline constexpr std::chrono::seconds hold_time_default = 300s;
/// By how much a schedule may let a hold be extended, once; none: it may not.
inline constexpr std::chrono::seconds hold_extension_min = 0s;
inline constexpr std::chrono::seconds hold_extension_max = hold_time_max;
/// Titles, artists and venues: a line on a poster.
inline constexpr std::size_t title_chars_min = 1;
inline constexpr std::size_t title_chars_max = 200;
inline constexpr std::size_t description_chars_max = 10'000;
/// A seat actor without a message for so long leaves its memory to others; the store has it all.
inline constexpr std::chrono::seconds seat_idle_time_max = 60s;
/// A released or expired hold is over; its deadline wheel turns this often, to publish it.
inline constexpr std::chrono::milliseconds hold_sweep_every = 100ms;
/// Ended holds written as expired in one store write, and such writes per turn of the wheel: enough
/// for 80,000 holds a second, few enough that buyers' writes do not wait behind them for long.
inline constexpr std::size_t lapses_written_max = 512;
inline constexpr int lapse_writes_per_sweep_max = 16;
/// A schedule without holds that nobody asked about for so long leaves its books to the store.
inline constexpr std::chrono::seconds schedule_idle_time_max = 600s;
/// Commands that wait for one actor to load from its store; beyond it `overloaded`.
inline constexpr std::size_t loading_commands_max = 16'384;

// --- Waiting room -----------------------------------------------------------------------------

inline constexpr std::int64_t waiting_room_active_users_min = 1;
inline constexpr std::int64_t waiting_room_active_users_max = 100'000;
inline constexpr std::int64_t waiting_room_admissions_per_second_min = 1;
inline constexpr std::int64_t waiting_room_admissions_per_second_max = 100'000;
/// People in one waiting room; a stadium tour at its worst. Beyond it `overloaded`.
inline constexpr std::size_t waiting_room_tokens_max = 2'000'000;
inline constexpr std::chrono::seconds queue_token_time_default = 600s;
inline constexpr std::chrono::seconds queue_silence_default = 120s;
inline constexpr std::chrono::seconds queue_setting_time_max = 86'400s;
/// Ended tokens stay readable, so that their user learns why.
inline constexpr std::chrono::minutes ended_token_kept = 10min;
/// Admission and expiry; ten times a second makes `admitPerSecond` look smooth.
inline constexpr std::chrono::milliseconds waiting_room_tick_every = 100ms;
/// What a waiting client is told to wait before it polls again.
inline constexpr std::chrono::seconds waiting_room_poll_every = 2s;

// --- Points -----------------------------------------------------------------------------------

inline constexpr std::int64_t charge_points_min = 1;
/// One charge; a setting.
inline constexpr std::int64_t charge_points_default = 10'000'000;
/// Far enough below 2^53 that the sum of thousands of balances stays exact in JSON.
inline constexpr std::int64_t balance_points_max = 1'000'000'000'000;
/// Answers to the newest payments that an account keeps in memory: many times what one user has
/// open, in 5 KB; older payments are looked up in the store.
inline constexpr std::size_t account_steps_max = 64;
/// An account actor without a message for so long leaves its memory to others.
inline constexpr std::chrono::seconds account_idle_time_max = 60s;

// --- Payments ---------------------------------------------------------------------------------

/// Sagas in memory that are not yet terminal: beyond it a new payment is `overloaded`.
inline constexpr std::size_t open_sagas_max = 65'536;
/// Asking again starts here, doubles, and stops growing at the cap: a participant that restarts in
/// a second is found at once, one that is down for an hour is not hammered.
inline constexpr std::chrono::milliseconds saga_retry_first = 50ms;
inline constexpr std::chrono::milliseconds saga_retry_max = 5s;
/// Spread of each pause, so that sagas stopped together do not come back together.
inline constexpr int saga_retry_jitter_percent = 20;
/// Askings of one step after the deadline before the saga is parked for an operator: about an hour
/// at the cap.
inline constexpr int saga_step_tries_default = 720;
inline constexpr int saga_step_tries_max = 100'000;
/// Notes of a step that goes on and on are written in portions of this many, so that a saga that
/// waits for an hour costs no write a second. A crash loses at most the portion that was not full;
/// a transition carries every note before it.
inline constexpr std::size_t saga_notes_portion = 16;
/// What an operator gives as the reason of an abort: a sentence or two.
inline constexpr std::size_t saga_reason_chars_max = 500;
/// `olderThanSeconds` of a list of sagas: 30 years, beyond which nothing is.
inline constexpr std::int64_t saga_age_seconds_max = 1'000'000'000;
inline constexpr std::chrono::milliseconds payment_answer_time_default = 3000ms;
inline constexpr std::chrono::milliseconds payment_answer_time_max = 60'000ms;
inline constexpr std::chrono::seconds payment_deadline_default = 30s;
inline constexpr std::chrono::seconds payment_deadline_max = 3600s;
inline constexpr std::chrono::milliseconds payment_step_time_default = 500ms;
inline constexpr std::chrono::milliseconds payment_step_time_min = 10ms;
inline constexpr std::chrono::milliseconds payment_step_time_max = 60'000ms;

// --- Outbox, events, rankings -----------------------------------------------------------------

/// Events of one publishing round; they are marked published in one transaction.
inline constexpr std::size_t outbox_relay_batch_events_max = 256;
/// Between two looks of a busy relay at the outbox: what happens meanwhile is delivered, applied
/// and marked together. A consumer that shows its effect within a second does not notice; a commit
/// of the boards and one of the positions per commit of payments would double the disk's work.
inline constexpr std::chrono::milliseconds outbox_relay_pause = 50ms;
/// Fall-back when the wake-up of a commit was lost.
inline constexpr std::chrono::milliseconds outbox_poll_every = 500ms;
inline constexpr std::chrono::milliseconds outbox_retry_first = 50ms;
inline constexpr std::chrono::milliseconds outbox_retry_max = 5s;
/// How long the position of a consumer that the store refuses to write is left alone: deliveries go
/// on meanwhile, and only a restart would repeat them.
inline constexpr std::chrono::milliseconds outbox_refused_retry_max = 60s;
/// Tries of one event that its consumer refuses before it is parked (docs/PROMISES.md, G14).
inline constexpr int outbox_event_tries_max = 10;
/// Published events are kept for a while after everybody has them: for those who look into what
/// happened, and for a consumer that was switched off and comes back. Boards need none of them
/// (docs/decisions/0026).
inline constexpr std::int64_t events_keep_days_default = 7;
inline constexpr std::int64_t events_keep_days_min = 1;
inline constexpr std::int64_t events_keep_days_max = 3650;
/// Minutes of the best-selling board that a store keeps, the youngest in which anything was sold:
/// twice its longest window. **Why** so many and not so long: a clock that runs ahead for an hour
/// makes nothing old.
inline constexpr std::size_t sales_minutes_kept = std::size_t{2} * 24 * 60;
/// Minutes beyond those that one batch forgets at most.
inline constexpr std::size_t sales_minutes_forgotten_each = 16;
/// The longest window of the best-selling board.
inline constexpr std::chrono::hours sales_window_max = 24h;
/// Rows of a part that a board is filled with: a commit of some milliseconds, between which those
/// of waiting rooms have room, and a tenth of a frame of a link.
inline constexpr std::size_t board_fill_rows_max = 2000;
/// How long a board may take for one part before all of it begins anew.
inline constexpr std::chrono::milliseconds board_fill_patience = 10s;
/// How often it is asked whether a board that hears of events from a broker has lost its store.
inline constexpr std::chrono::milliseconds board_asked_every = 30s;
/// Events a consumer has been sent and has not yet applied.
inline constexpr std::size_t consumer_queue_events_max = 4096;
/// Deliveries a consumer has open: one is under way, a few more are repetitions of it.
inline constexpr std::size_t consumer_open_deliveries_max = 16;
/// Why an event was parked, as its consumer says it; what comes from outside is cut here.
inline constexpr std::size_t parked_reason_chars_max = 200;
/// Marks of applied events kept per consumer, at most: a day of them at 46 payments a second. Most
/// go before that, with their events. About 250 MB at worst.
inline constexpr std::size_t applied_events_kept = 4'000'000;
/// Marks beyond those that one batch forgets at most, for each that it adds.
inline constexpr std::size_t applied_events_forgotten_each = 2;
/// Events that a broker has delivered to a group and that are not yet acknowledged.
inline constexpr std::size_t bus_unacknowledged_max = 1024;
/// The name of an exchange, a topic or a stream. Kafka's own bound is 249, RabbitMQ's 255, with
/// what we put behind it.
inline constexpr std::size_t bus_name_bytes_max = 200;
/// Between two tries to reach a broker: doubling, of which a random half is taken off.
inline constexpr std::chrono::milliseconds bus_reconnect_first = 100ms;
inline constexpr std::chrono::milliseconds bus_reconnect_max = 5s;
/// What a broker takes to answer anything before its connection is given up.
inline constexpr std::chrono::milliseconds bus_answer_time_max = 10s;
inline constexpr std::chrono::milliseconds data_platform_time_default = 2000ms;
inline constexpr std::chrono::milliseconds data_platform_time_min = 50ms;
inline constexpr std::chrono::milliseconds data_platform_time_max = 60'000ms;
/// Of its answer only the status counts; what is longer is not read, and costs the connection.
inline constexpr std::size_t data_platform_answer_bytes_max = std::size_t{64} * 1024;
/// The longest pause that a `Retry-After` is obeyed for: a maintenance, but not a mistaken date.
inline constexpr std::chrono::seconds data_platform_retry_after_max = 1h;
/// Posts under way, one of a schedule at a time: 2,560 events a second at 50 ms each. With 64, a
/// hundred busy schedules do not get to the 1,000 that are asked for.
inline constexpr std::size_t data_platform_parallel_max = 128;
/// Between two words to the relay about how far a delivery is that takes long: the relay looks no
/// more often, and a word costs it a delivery of what is left.
inline constexpr std::chrono::milliseconds data_platform_progress_every = 500ms;
/// Of a key that signs webhooks. **Source**: Standard Webhooks, "Signature scheme".
inline constexpr std::size_t webhook_secret_bytes_min = 24;
inline constexpr std::size_t webhook_secret_bytes_max = 64;
/// An answer to an operator's command: a page of 200 sagas takes less than 1 MiB.
inline constexpr std::size_t operator_answer_bytes_max = std::size_t{16} * 1024 * 1024;
/// How often libcurl is asked about its own time-outs while nothing happens.
inline constexpr std::chrono::milliseconds outgoing_poll_time = 1s;

// --- Audit ------------------------------------------------------------------------------------

/// Pages that the audit keeps of a database, which it reads once from end to end.
inline constexpr std::int64_t audit_cache_kib = 2'048;
/// How long a report answers those who ask next: it reads every database whole.
inline constexpr std::chrono::seconds audit_kept = 5s;
/// How long a client waits for the audit that is under way; ten million ledger rows take less.
inline constexpr std::chrono::seconds audit_ask_time_max = 60s;
/// Those who wait for one audit; beyond it `overloaded`.
inline constexpr std::size_t audit_waiting_max = 256;

// --- Process ----------------------------------------------------------------------------------

/// From SIGTERM to the end: requests under way are answered, then the process stops anyway.
inline constexpr std::chrono::seconds drain_time_max = 10s;
/// HMAC-SHA-256 keys shorter than the hash weaken it. **Source**: RFC 7518, 3.2.
inline constexpr std::size_t auth_secret_bytes_min = 32;
inline constexpr std::chrono::seconds dev_token_time_default = 86'400s;
inline constexpr std::chrono::seconds dev_token_time_max = 2'592'000s;
/// A settings file is a page; this keeps a wrong path from being read into memory.
inline constexpr std::size_t settings_file_bytes_max = std::size_t{1024} * 1024;

}  // namespace boxoffice::limits
