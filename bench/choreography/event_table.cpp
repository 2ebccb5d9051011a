#include "bench/choreography/event_table.hpp"

#include "config/limits.hpp"
#include "storage/encoding/outcomes.hpp"

#include <bit>
#include <chrono>
#include <sqlite3.h>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

namespace boxoffice::bench {
namespace {

constexpr auto tables = R"(
CREATE TABLE IF NOT EXISTS purchase_event (
  sequence INTEGER PRIMARY KEY,
  payment INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  carried BLOB NOT NULL,
  answer BLOB
) STRICT;
CREATE TABLE IF NOT EXISTS purchase_event_position (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  handled INTEGER NOT NULL
) STRICT;
INSERT INTO purchase_event_position VALUES (1, 0) ON CONFLICT DO NOTHING;
)";

// A step is written once, so its event is: a repeated command writes neither.
constexpr auto of_payment = R"(
CREATE TRIGGER IF NOT EXISTS payment_requested AFTER INSERT ON payment BEGIN
  INSERT INTO purchase_event (payment, kind, carried)
  VALUES (NEW.id, 0, carried_event(NEW.id, 0));
END;
)";

// Whether a debit was refused stands in its answer.
constexpr auto of_point = R"(
CREATE TRIGGER IF NOT EXISTS points_moved AFTER INSERT ON step BEGIN
  INSERT INTO purchase_event (payment, kind, carried, answer)
  VALUES (NEW.payment, iif(NEW.step = 0, 1, 5),
    carried_event(NEW.payment, iif(NEW.step = 0, 1, 5)), NEW.answer);
END;
)";

// A refusal is made durable as the tombstone of the payment.
constexpr auto of_reservation = R"(
CREATE TRIGGER IF NOT EXISTS seats_confirmed AFTER UPDATE OF status ON reservation
WHEN NEW.status = 1 AND OLD.status <> 1 BEGIN
  INSERT INTO purchase_event (payment, kind, carried)
  VALUES (NEW.payment, 3, carried_event(NEW.payment, 3));
END;
CREATE TRIGGER IF NOT EXISTS seats_refused AFTER UPDATE OF reverted ON reservation
WHEN NEW.reverted <> OLD.reverted BEGIN
  INSERT INTO purchase_event (payment, kind, carried)
  VALUES (NEW.reverted, 4, carried_event(NEW.reverted, 4));
END;
)";

const char* triggers_of(event_table::participant whose) {
  switch (whose) {
    case event_table::participant::payment:
      return of_payment;
    case event_table::participant::point:
      return of_point;
    case event_table::participant::reservation:
      break;
  }
  return of_reservation;
}

// --- the function that the triggers call -----------------------------------------------------

struct registered_files {
  std::mutex lock;
  std::map<std::string, carried_events*> all;
};

// SQLite tells only this process-wide hook of a new connection.
registered_files& registered() {
  static registered_files files;
  return files;
}

void carried_event(sqlite3_context* call, int /*count*/, sqlite3_value** values) {
  const auto* carried = static_cast<const carried_events*>(sqlite3_user_data(call));
  const payment_id payment{std::bit_cast<std::uint64_t>(sqlite3_value_int64(values[0]))};
  const auto kind = static_cast<purchase_event_kind>(sqlite3_value_int(values[1]));
  // Without it the store refuses the step, for an event that nobody can use.
  if (const auto found = carried->find(payment, kind))
    sqlite3_result_blob64(call, found->data(), found->size(), SQLITE_TRANSIENT);
}

int add_function(sqlite3* to, char** /*error*/, const sqlite3_api_routines* /*api*/) {
  const char* file = sqlite3_db_filename(to, "main");
  const std::scoped_lock hold{registered().lock};
  const auto found = registered().all.find(file == nullptr ? "" : file);
  if (found == registered().all.end()) return SQLITE_OK;
  return sqlite3_create_function_v2(to, "carried_event", 2, SQLITE_UTF8, found->second,
                                    carried_event, nullptr, nullptr, nullptr);
}

// A debit that was refused has its reason in the answer of the account.
void take_answer(std::string_view stored, purchase_event& into) {
  const auto answer = encoding::decode_point_outcome(stored);
  into.balance = answer.balance;
  if (answer.refusal == point_refusal::none) return;
  into.kind = purchase_event_kind::points_refused;
  into.failure = answer.refusal == point_refusal::insufficient_points
                     ? payment_failure::insufficient_points
                     : payment_failure::aborted;
}

}  // namespace

void carried_events::put(const purchase_event& event) {
  const std::scoped_lock hold{lock_};
  all_.insert_or_assign({event.payment, event.kind}, encode(event));
}

void carried_events::forget(payment_id payment, purchase_event_kind kind) {
  const std::scoped_lock hold{lock_};
  all_.erase({payment, kind});
}

std::optional<std::string> carried_events::find(payment_id payment,
                                                purchase_event_kind kind) const {
  const std::scoped_lock hold{lock_};
  const auto found = all_.find({payment, kind});
  return found == all_.end() ? std::nullopt : std::optional{found->second};
}

struct event_table::connection {
  explicit connection(const std::filesystem::path& file)
      : database{file.string(), SQLite::OPEN_READWRITE,
                 static_cast<int>(milliseconds{limits::sqlite_busy_time_max}.count())} {
    // The product's store writes the log back.
    database.exec("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF;");
  }
  SQLite::Database database;
  std::optional<SQLite::Statement> after, handle;
};

event_table::event_table(participant whose, std::filesystem::path file)
    : whose_{whose}, file_{std::move(file)} {
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(add_function));
  const std::scoped_lock hold{registered().lock};
  registered().all.emplace(file_.string(), &carried_);
}

event_table::~event_table() {
  const std::scoped_lock hold{registered().lock};
  registered().all.erase(file_.string());
}

void event_table::open() {
  connection_ = std::make_unique<connection>(file_);
  auto& database = connection_->database;
  database.exec(tables);
  database.exec(triggers_of(whose_));
  connection_->after.emplace(database,
                             "SELECT sequence, payment, kind, carried, answer FROM "
                             "purchase_event WHERE sequence > ? ORDER BY sequence");
  connection_->handle.emplace(database, "UPDATE purchase_event_position SET handled = ?");
  read_ = std::bit_cast<std::uint64_t>(
      database.execAndGet("SELECT handled FROM purchase_event_position").getInt64());
}

std::vector<purchase_event> event_table::read_new() {
  std::vector<purchase_event> found;
  auto& after = *connection_->after;
  after.bind(1, std::bit_cast<std::int64_t>(read_));
  const auto bytes = [](const SQLite::Column& of) {
    return std::string_view{static_cast<const char*>(of.getBlob()),
                            static_cast<std::size_t>(of.getBytes())};
  };
  while (after.executeStep()) {
    auto& e = found.emplace_back();
    e.sequence = std::bit_cast<std::uint64_t>(after.getColumn(0).getInt64());
    e.payment = {std::bit_cast<std::uint64_t>(after.getColumn(1).getInt64())};
    e.kind = static_cast<purchase_event_kind>(after.getColumn(2).getInt());
    decode(bytes(after.getColumn(3)), e);
    if (!after.getColumn(4).isNull()) take_answer(bytes(after.getColumn(4)), e);
  }
  after.reset();
  if (!found.empty()) read_ = found.back().sequence;
  return found;
}

void event_table::remember(std::uint64_t handled) {
  auto& handle = *connection_->handle;
  handle.bind(1, std::bit_cast<std::int64_t>(handled));
  handle.exec();
  handle.reset();
}

}  // namespace boxoffice::bench
