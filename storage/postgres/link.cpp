#include "storage/postgres/link.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <pqxx/pqxx>
#include <sys/socket.h>
#include <utility>

namespace boxoffice::postgres {
namespace {

using kind = storage_error::kind;

// Appendix A of the PostgreSQL manual: classes and codes.
kind classify(const std::string& state) {
  const auto in = [&](std::string_view family) { return state.starts_with(family); };
  // Constraints, values that do not fit (too long, out of range, of another type or encoding), and
  // what a trigger of the operator raises.
  if (in("23") || in("22") || state == "42804" || state == "P0001") return kind::constraint;
  if (in("40")) return kind::conflict;
  if (state == "55P03") return kind::locked;
  if (state == "57014") return kind::too_slow;
  if (state == "53100") return kind::disk_full;
  if (in("08") || in("53") || in("57")) return kind::unreachable;
  if (in("58")) return kind::disk_fault;
  if (in("XX")) return kind::damaged;
  if (state == "25006") return kind::read_only;
  if (state == "BX001") return kind::replaced;  // ours: the function fence
  if (in("28") || in("3D") || state == "42501") return kind::refused;
  return kind::other;
}

// libpq gives no code for a login that failed, only the text of the server, or of a pooler before
// it. What ends by itself is not among these.
kind classify_login(std::string_view text) {
  constexpr std::array lasting{
      "authentication", "does not exist",   "no pg_hba.conf",
      "permission",     "no password",      "invalid",
      "no such user",   "no such database", "unsupported startup parameter"};
  const auto says = [&](const char* words) { return text.find(words) != text.npos; };
  return std::ranges::any_of(lasting, says) ? kind::refused : kind::unreachable;
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

// What serves looks rows up by their keys, a few or a few hundred at a time, in statements that
// were prepared when the tables were empty: no plan is made anew for the values of one call, and
// none reads a whole table because it once looked small.
constexpr auto settings_of_serving =
    "SET plan_cache_mode = force_generic_plan; SET jit = off; SET enable_seqscan = off;"
    "SET enable_hashjoin = off; SET enable_mergejoin = off;";

// What a server, a database or a role may have set otherwise, and our SQL and its answers stand on.
// Durations and the isolation of a transaction are in session_settings.
// **Source**: PostgreSQL 15, "Client Connection Defaults", "Version and Platform Compatibility".
constexpr auto settings_of_all =
    "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;"
    "SET backslash_quote = safe_encoding; SET bytea_output = hex; SET DateStyle = 'ISO, MDY';"
    "SET IntervalStyle = postgres; SET TimeZone = 'UTC'; SET extra_float_digits = 1;"
    "SET array_nulls = on; SET transform_null_equals = off;"
    "SET search_path = \"$user\", public; SET default_transaction_read_only = off;"
    "SET default_transaction_deferrable = off; SET default_tablespace = '';"
    "SET temp_tablespaces = ''; SET default_table_access_method = heap; SET row_security = on;"
    "SET check_function_bodies = on;"
    "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout';"
    "SET enable_indexscan = on; SET enable_indexonlyscan = on;"
    "SET enable_bitmapscan = on; SET enable_nestloop = on; SET enable_sort = on;";

postgres_location read(const std::string& location) {
  auto found = parse_postgres_location(location, limits::postgres_connect_time);
  if (const auto* fault = std::get_if<location_fault>(&found))
    throw storage_error{kind::refused, "the location of a database " + *fault};
  return std::get<postgres_location>(std::move(found));
}

std::string session_settings(purpose why) {
  const auto ms = [](auto time) { return std::to_string(std::chrono::milliseconds{time}.count()); };
  const auto statement = why == purpose::serving ? ms(limits::postgres_statement_time) : "0";
  // The deadlines first: a default of a millisecond would end what follows.
  return "SET statement_timeout = " + statement + "; SET lock_timeout = " + statement +
         "; SET idle_in_transaction_session_timeout = " +
         ms(limits::postgres_idle_transaction_time) + ";" + settings_of_all +
         (why == purpose::serving ? settings_of_serving : "") +
         "SET client_min_messages = error; SET application_name = 'boxoffice';"
         "SET default_transaction_isolation = 'read committed';"
         // What is acknowledged is on the disk, whatever the server's default; more than that
         // stays.
         "SELECT set_config('synchronous_commit', 'on', false)"
         " WHERE current_setting('synchronous_commit') IN ('off', 'local')";
}

}  // namespace

struct answer::held {
  pqxx::result result;
};

answer::answer() = default;
answer::answer(std::shared_ptr<const held> of) : held_{std::move(of)} {}

std::size_t answer::rows() const {
  return held_ ? static_cast<std::size_t>(held_->result.size()) : 0;
}

std::size_t answer::affected() const {
  return held_ ? static_cast<std::size_t>(held_->result.affected_rows()) : 0;
}

std::optional<std::string_view> answer::text(std::size_t row, std::size_t column) const {
  const auto found = held_->result[static_cast<pqxx::result::size_type>(row)]
                                  [static_cast<pqxx::row::size_type>(column)];
  if (found.is_null()) return std::nullopt;
  return std::string_view{found.c_str(), found.size()};
}

struct link::library {
  explicit library(const std::string& location) : connection{location}, work{connection} {}
  pqxx::connection connection;
  pqxx::nontransaction work;  // BEGIN and COMMIT are ours, as is what their failure means
};

link::link(const std::string& location, std::shared_ptr<deadline_watch> watch, purpose why,
           std::shared_ptr<statement_texts> texts)
    : location_{read(location)},
      watch_{std::move(watch)},
      purpose_{why},
      texts_{std::move(texts)} {}

link::~link() { close(); }

bool link::is_open() const { return library_ && library_->connection.is_open(); }

bool link::has_unasked_input() const {
  char first = 0;
  const auto read =
      ::recv(library_->connection.sock(), &first, sizeof first, MSG_PEEK | MSG_DONTWAIT);
  return read >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void link::close() noexcept {
  try {
    library_.reset();
  } catch (const std::exception& e) {
    log(log_level::debug, "storage", "closing a connection failed",
        {{"database", location_.public_name}, {"error", e.what()}});
  }
}

void link::open() {
  if (is_open()) return;
  close();
  reconnect_.attempt(
      location_.public_name, [this] { connect(); }, [this] { close(); });
}

void link::connect() {
  try {
    library_ = std::make_unique<library>(location_.parameters);
  } catch (const std::exception& e) {
    throw storage_error{classify_login(e.what()),
                        location_.public_name + ": " + one_line(e.what())};
  }
  ++generation_;
  run(session_settings(purpose_));
}

template <class Call>
auto link::guarded(Call call) {
  constexpr auto patience = std::chrono::hours{24};
  const auto time = purpose_ == purpose::serving
                        ? limits::postgres_statement_time + limits::postgres_answer_time
                        : std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  bool late = false;
  const auto fail = [&](kind why, const std::string& text) {
    if (!is_open()) why = late ? kind::too_slow : kind::unreachable;
    if (!is_open() || why == kind::unreachable || why == kind::read_only) close();
    throw storage_error{why, location_.public_name + ": " + one_line(text)};
  };
  if (!is_open()) fail(kind::unreachable, "the connection is lost");
  try {
    const deadline_watch::guard deadline{*watch_, library_->connection.sock(), time, late};
    return call(*library_);
  } catch (const pqxx::broken_connection& e) {
    fail(kind::unreachable, e.what());
  } catch (const pqxx::transaction_rollback& e) {
    fail(kind::conflict, e.what());
  } catch (const pqxx::sql_error& e) {
    fail(classify(e.sqlstate()), std::string{e.what()} + " (SQLSTATE " + e.sqlstate() + ")");
  } catch (const std::exception& e) {
    fail(kind::other, e.what());
  }
  return decltype(call(*library_)){};  // never reached: fail throws
}

answer link::run(const std::string& sql) {
  return guarded([&](library& on) {
    return answer{std::make_shared<answer::held>(answer::held{on.work.exec(sql)})};
  });
}

std::string link::name_for(const std::string& sql) {
  texts_->add(sql);
  return "s" + std::to_string(++names_);
}

void link::prepare(const std::string& name, const std::string& sql) {
  guarded([&](library& on) {
    on.connection.prepare(name, sql);
    return true;
  });
}

answer link::run_prepared(const std::string& name, const parameters& values) {
  return guarded([&](library& on) {
#if PQXX_VERSION_MAJOR >= 7
    pqxx::params given;
    for (const auto& v : values)
      given.append(v);
#if PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
    auto result = on.work.exec(pqxx::prepped{name}, given);
#else
    auto result = on.work.exec_prepared(name, given);
#endif
#else
    std::vector<const char*> given;
    given.reserve(values.size());
    for (const auto& v : values)
      given.push_back(v ? v->c_str() : nullptr);
    auto result = on.work.exec_prepared(name, pqxx::prepare::make_dynamic_params(given));
#endif
    return answer{std::make_shared<answer::held>(answer::held{result})};
  });
}

std::string public_name(const std::string& location) { return read(location).public_name; }

}  // namespace boxoffice::postgres
