#include "config/command_table.hpp"

#include <array>

namespace boxoffice {
namespace {

using enum argument;

constexpr std::array audit_takes{json, drained};
constexpr std::array migrate_takes{stores};
constexpr std::array backup_takes{directory};
constexpr std::array list_sagas_takes{state, older_than, json, server};
constexpr std::array one_takes{id, json, server};
constexpr std::array abort_takes{id, reason, json, server};
constexpr std::array list_outbox_takes{state, json, server};
constexpr std::array sink_takes{listen, secrets, out};
constexpr std::array verify_takes{ticket, json};
constexpr std::array list_takes{json, server};

constexpr auto rows = std::to_array<command_row>({
    {command::serve,
     "serve",
     "Serve the API until told to stop.",
     "boxoffice serve --listen 127.0.0.1:8080 --data-dir ./var/boxoffice --set auth.dev=true",
     settings_taken::serve,
     {}},
    {command::migrate, "migrate",
     "Create the databases, or bring them up to this version, and end.",
     "boxoffice migrate --data-dir ./var/boxoffice", settings_taken::data_only, migrate_takes},
    {command::backup, "backup",
     "Copy the embedded databases into a new directory, also while a server runs on them, and "
     "check "
     "the copy.",
     "boxoffice backup ./backup-1 --data-dir ./var/boxoffice", settings_taken::data_only,
     backup_takes},
    {command::restore, "restore",
     "Check a backup, and copy it into a data directory that holds no databases yet.",
     "boxoffice restore ./backup-1 --data-dir ./var/restored", settings_taken::data_only,
     backup_takes},
    {command::audit, "audit",
     "Check in the databases alone, also while a server runs on them, that every seat, point, "
     "payment and event adds up. Ends with 0 when all does, with 1 and the violations otherwise, "
     "with 5 "
     "when it could not look.",
     "boxoffice audit --data-dir ./var/boxoffice --json", settings_taken::data_only, audit_takes},
    {command::rebuild_ranking,
     "rebuild ranking",
     "Count both rankings anew from the payments, while no server runs. What waits in line stays.",
     "boxoffice rebuild ranking --data-dir ./var/boxoffice",
     settings_taken::data_only,
     {}},
    {command::sagas_list, "sagas list",
     "List payments that are under way or parked; with --state, those in one state.",
     "boxoffice sagas list --state parked --server http://127.0.0.1:8080",
     settings_taken::data_only, list_sagas_takes},
    {command::sagas_show, "sagas show", "Show a payment with each of its steps.",
     "boxoffice sagas show pay_3v8k2m --server http://127.0.0.1:8080", settings_taken::data_only,
     one_takes},
    {command::sagas_resume, "sagas resume", "Let a parked payment go on, with fresh tries.",
     "boxoffice sagas resume pay_3v8k2m --server http://127.0.0.1:8080", settings_taken::data_only,
     one_takes},
    {command::sagas_abort, "sagas abort", "Undo a parked payment.",
     "boxoffice sagas abort pay_3v8k2m --reason 'asked by the buyer' --server "
     "http://127.0.0.1:8080",
     settings_taken::data_only, abort_takes},
    {command::outbox_list, "outbox list",
     "List events that a consumer has parked or not come to yet.",
     "boxoffice outbox list --state parked --server http://127.0.0.1:8080",
     settings_taken::data_only, list_outbox_takes},
    {command::outbox_replay, "outbox replay",
     "Give a parked event, and what is parked behind it, to its consumer again.",
     "boxoffice outbox replay evt_6vg4m1 --server http://127.0.0.1:8080", settings_taken::data_only,
     one_takes},
    {command::parked_list, "parked list",
     "List queue tokens and holds that wait because their store refuses what they would become, "
     "and "
     "events that a ranking behind a broker does not take.",
     "boxoffice parked list --server http://127.0.0.1:8080", settings_taken::data_only, list_takes},
    {command::parked_retry, "parked retry",
     "Let it become what it would, if the store now does; an event with what is parked of its "
     "schedule.",
     "boxoffice parked retry qt_1nq8k_2mk3 --server http://127.0.0.1:8080",
     settings_taken::data_only, one_takes},
    {command::parked_abandon, "parked abandon", "End it, whatever it would become.",
     "boxoffice parked abandon qt_1nq8k_2mk3 --server http://127.0.0.1:8080",
     settings_taken::data_only, one_takes},
    {command::nodes, "nodes",
     "List the nodes that a gateway knows, and what is wrong with them; ends with 1 if anything "
     "is.",
     "boxoffice nodes --server http://127.0.0.1:8080", settings_taken::data_only, list_takes},
    {command::release,
     "release",
     "Free what a dead process of this data directory owned, for a node that stands by.",
     "boxoffice release --config /etc/boxoffice/boxoffice.toml",
     settings_taken::data_only,
     {}},
    {command::sink, "sink",
     "Receive events by POST, as the setting data_platform.url has them sent: verify each post, "
     "and "
     "write each event once, a line of JSON. Ends with 1 when the order of a schedule was broken.",
     "boxoffice sink --listen 127.0.0.1:9000 --secret whsec_… --out events.jsonl",
     settings_taken::none, sink_takes},
    {command::verify, "verify",
     "Check the signature of a ticket, without a database and without a server, and say what it is "
     "for. Ends with 1 when none of the keys has signed it. Whether it was refunded or admitted "
     "since, only a server knows.",
     "boxoffice verify T1.AbCd… --config /etc/boxoffice/door.toml", settings_taken::data_only,
     verify_takes},
    {command::version,
     "version",
     "Print the version.",
     "boxoffice version",
     settings_taken::none,
     {}},
});

constexpr auto groups = std::to_array<command_group>({
    {"rebuild", "Make anew what follows from other data, while no server runs."},
    {"sagas", "Look after payments that are under way, on a running server."},
    {"outbox", "Look after events that wait, on a running server."},
    {"parked", "Look after tokens, holds and events that are refused, on a running server."},
});

}  // namespace

std::span<const command_row> command_rows() { return rows; }
std::span<const command_group> command_groups() { return groups; }

}  // namespace boxoffice
