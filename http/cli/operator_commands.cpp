#include "http/cli/operator_commands.hpp"

#include "actors/core/ids.hpp"
#include "http/cli/operator_client.hpp"
#include "http/cli/text_table.hpp"
#include "http/server/token.hpp"
#include "logging/log_line.hpp"

#include <array>
#include <chrono>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::http {
namespace {

/// How long a token that is signed for one command is valid.
constexpr std::chrono::minutes own_token_time{5};

/// What `sagas list` shows without a state: whatever has not ended.
constexpr std::array unended{"STARTED",        "DEBITED",         "REFUNDING",
                             "REFUND_STARTED", "REFUND_RELEASED", "PARKED"};

/// The server said no; `code` is how the process ends.
struct refused {
  exit_code code;
  std::string why;
};

std::string address_of(const command_line& asked, const settings& how) {
  if (asked.arguments.server) return *asked.arguments.server;
  const auto& at = how.http.listen;
  if (at.port == 0)
    throw refused{exit_code::bad_usage, "http.listen names no port: say --server http://HOST:PORT"};
  const auto host = at.host.find(':') == std::string::npos ? at.host : "[" + at.host + "]";
  return "http://" + host + ":" + std::to_string(at.port);
}

std::string token_of(const command_line& asked, const settings& how, time_point now) {
  if (!asked.arguments.token.empty()) return asked.arguments.token.reveal();
  if (how.auth.algorithm == auth_algorithm::hs256 && !how.auth.secret.empty())
    return sign_token(token_key::hs256(how.auth.secret.reveal()),
                      {{"command-line"}, access::operator_}, now + own_token_time);
  throw refused{exit_code::bad_usage,
                "no operator's token: say --token, set BOXOFFICE_TOKEN, or let the settings have "
                "auth.secret"};
}

/// A text of the server; empty when it is not there or null.
std::string text_in(const nlohmann::ordered_json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// The body of a good answer. Throws `refused` for another one.
nlohmann::ordered_json accepted(operator_client::answer reply) {
  if (reply.status >= 200 && reply.status < 300) return std::move(reply.body);
  auto why = text_in(reply.body, "code") + ": " + text_in(reply.body, "detail");
  if (const auto state = text_in(reply.body, "state"); !state.empty())
    why += " It is " + state + ".";
  throw refused{reply.status == 400 ? exit_code::bad_usage : exit_code::failed, why};
}

/// One command with what it needs.
class operator_run {
 public:
  operator_run(const command_line& asked, const settings& how, time_point now, std::ostream& out)
      : asked_{asked}, server_{address_of(asked, how), token_of(asked, how, now)}, out_{out} {}

  void run() {
    switch (asked_.what) {
      case command::sagas_list:
        return list_sagas();
      case command::sagas_show:
        return show_saga();
      case command::sagas_resume:
        return move_saga("/resume", nullptr);
      case command::sagas_abort:
        return move_saga("/abort", {{"reason", arguments().reason}});
      case command::outbox_list:
        return list_outbox();
      case command::outbox_replay:
        return replay();
      case command::parked_list:
        return list_parked();
      case command::parked_retry:
        return move_parked("/retry");
      case command::parked_abandon:
        return move_parked("/abandon");
      case command::nodes:
        return list_nodes();
      case command::serve:
      case command::migrate:
      case command::backup:
      case command::restore:
      case command::audit:
      case command::release:
      case command::sink:
      case command::verify:
      case command::rebuild_ranking:
      case command::version:
        break;
    }
  }

 private:
  [[nodiscard]] const command_arguments& arguments() const { return asked_.arguments; }
  [[nodiscard]] bool as_json() const { return arguments().output == output_form::json; }

  [[nodiscard]] nlohmann::ordered_json get(const std::string& target) {
    return accepted(server_.ask(outgoing_method::get, target));
  }
  [[nodiscard]] std::string path_of(const char* list) const {
    if (!is_id_text(arguments().id))
      throw refused{exit_code::bad_usage, "\"" + arguments().id + "\" is not the form of an id"};
    return list + arguments().id;
  }

  /// The items of all pages of a list; `target` has a query already.
  void collect(const std::string& target, nlohmann::ordered_json& into) {
    std::string cursor;
    do {
      const auto page = get(target + (cursor.empty() ? "" : "&cursor=" + cursor));
      for (const auto& item : page.at("items"))
        into.push_back(item);
      cursor = text_in(page, "nextCursor");
    } while (!cursor.empty());
  }

  void show_list(const nlohmann::ordered_json& items, const text_table& table, const char* none) {
    if (as_json())
      out_ << nlohmann::ordered_json{{"items", items}}.dump(2) << '\n';
    else if (table.empty())
      out_ << none << '\n';
    else
      table.write(out_);
  }

  void list_sagas() {
    std::vector<std::string> states{unended.begin(), unended.end()};
    if (arguments().state) states = {*arguments().state};
    auto items = nlohmann::ordered_json::array();
    for (const auto& state : states) {
      // Only letters make a state: anything else has no place in a URL.
      if (state.empty() ||
          state.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz_") != std::string::npos)
        throw refused{exit_code::bad_usage, "\"" + state + "\" is no state of a saga"};
      auto target = "/v1/admin/sagas?limit=200&state=" + state;
      if (arguments().older_than_seconds)
        target += "&olderThanSeconds=" + std::to_string(*arguments().older_than_seconds);
      collect(target, items);
    }
    text_table table{{"PAYMENT", "STATE", "SINCE", "USER", "AMOUNT", "REASON"}};
    for (const auto& item : items)
      table.add({text_in(item, "paymentId"), text_in(item, "state"), text_in(item, "changedAt"),
                 text_in(item, "userId"), text_in(item, "amount"), reason_in(item)});
    show_list(items, table, "No such saga.");
  }

  static std::string reason_in(const nlohmann::ordered_json& saga) {
    const auto failure = text_in(saga, "failure");
    auto reason = text_in(saga, "reason");
    if (failure.empty()) return reason;
    return reason.empty() ? failure : failure + "; " + reason;
  }

  void show_saga() {
    const auto saga = get(path_of("/v1/admin/sagas/"));
    if (as_json()) {
      out_ << saga.dump(2) << '\n';
      return;
    }
    text_table facts{{"PAYMENT", text_in(saga, "paymentId")}};
    for (const auto& [name, title] : {std::pair{"state", "STATE"},
                                      {"userId", "USER"},
                                      {"reservationId", "RESERVATION"},
                                      {"amount", "AMOUNT"},
                                      {"createdAt", "CREATED"},
                                      {"completedAt", "COMPLETED"}})
      facts.add({title, text_in(saga, name)});
    facts.add({"REASON", reason_in(saga)});
    facts.write(out_);
    out_ << '\n';
    text_table timeline{{"AT", "STATE", "STEP", "WHAT"}};
    for (const auto& note : saga.at("timeline"))
      timeline.add({text_in(note, "at"), text_in(note, "state"), text_in(note, "step"),
                    text_in(note, "what")});
    timeline.write(out_);
  }

  void move_saga(const char* how, const nlohmann::ordered_json& body) {
    const auto saga =
        accepted(server_.ask(outgoing_method::post, path_of("/v1/admin/sagas/") + how, body));
    if (as_json())
      out_ << saga.dump(2) << '\n';
    else
      out_ << for_terminal(text_in(saga, "paymentId") + " goes on: " + text_in(saga, "state"))
           << '\n';
  }

  void list_outbox() {
    std::vector<std::string> states{"parked", "pending"};
    if (arguments().state) states = {*arguments().state};
    auto items = nlohmann::ordered_json::array();
    for (const auto& state : states) {
      if (state != "parked" && state != "pending")
        throw refused{exit_code::bad_usage, "an event is pending or parked, not \"" + state + "\""};
      collect("/v1/admin/outbox?limit=200&state=" + state, items);
    }
    text_table table{
        {"EVENT", "TYPE", "PAYMENT", "SCHEDULE", "OCCURRED", "CONSUMER", "PARKED", "REASON"}};
    for (const auto& item : items)
      for (const auto& at : item.at("consumers"))
        table.add({text_in(item, "eventId"), text_in(item, "type"), text_in(item, "paymentId"),
                   text_in(item, "scheduleId"), text_in(item, "occurredAt"),
                   text_in(at, "consumer"), text_in(at, "parkedAt"), text_in(at, "reason")});
    show_list(items, table, "No such event.");
  }

  void replay() {
    const auto told =
        accepted(server_.ask(outgoing_method::post, path_of("/v1/admin/outbox/") + "/replay"));
    if (as_json()) {
      out_ << told.dump(2) << '\n';
      return;
    }
    auto line = text_in(told, "eventId") + " and what is parked behind it goes again to";
    for (const auto& consumer : told.at("consumers"))
      line += ' ' + consumer.get<std::string>();
    out_ << for_terminal(line) << '\n';
  }

  void list_parked() {
    auto items = nlohmann::ordered_json::array();
    collect("/v1/admin/parked?limit=200", items);
    text_table table{{"PARKED", "STATE", "WANTS", "USER", "SINCE", "REASON"}};
    for (const auto& item : items)
      table.add({text_in(item, "id"), text_in(item, "state"), text_in(item, "wants"),
                 text_in(item, "userId"), text_in(item, "parkedAt"), text_in(item, "reason")});
    show_list(items, table, "Nothing is parked.");
  }

  void move_parked(const char* how) {
    const auto moved =
        accepted(server_.ask(outgoing_method::post, path_of("/v1/admin/parked/") + how));
    if (as_json())
      out_ << moved.dump(2) << '\n';
    else
      out_ << text_in(moved, "id") << " is " << text_in(moved, "state") << '\n';
  }

  void list_nodes() {
    const auto all = get("/v1/admin/nodes");
    const auto problems = all.value("problems", nlohmann::ordered_json::array());
    if (as_json()) {
      out_ << all.dump(2) << '\n';
    } else {
      text_table table{
          {"NODE", "VERSION", "ADDRESS", "LINK", "RTT MS", "IN FLIGHT", "RECONNECTS", "SERVES"}};
      for (const auto& item : all.at("items")) {
        const auto link = item.value("link", nlohmann::ordered_json::object());
        std::string serves;
        for (const auto& each : item.value("services", nlohmann::ordered_json::array()))
          serves += (serves.empty() ? "" : " ") + text_in(each, "service") +
                    (text_in(each, "phase") == "standby" ? " (standby)" : "");
        for (const auto& each : item.value("roles", nlohmann::ordered_json::array()))
          serves += (serves.empty() ? "" : " ") + each.get<std::string>();
        table.add({text_in(item, "node"), text_in(item, "version"), text_in(item, "address"),
                   link.empty() ? "this one" : text_in(link, "state"), text_in(link, "rttMs"),
                   text_in(link, "inFlight"), text_in(link, "reconnects"), serves});
      }
      table.write(out_);
      for (const auto& each : problems)
        out_ << for_terminal(each.get<std::string>()) << '\n';
    }
    if (!problems.empty())
      throw refused{exit_code::failed, std::to_string(problems.size()) +
                                           (problems.size() == 1 ? " problem" : " problems")};
  }

  const command_line& asked_;
  operator_client server_;
  std::ostream& out_;
};

}  // namespace

exit_code run_operator_command(const command_line& asked, const settings& how, time_point now,
                               std::ostream& out, std::ostream& errors) {
  const auto fail = [&](exit_code code, const std::string& why) {
    errors << "boxoffice: " << for_terminal(why) << '\n';
    return code;
  };
  try {
    operator_run{asked, how, now, out}.run();
    return exit_code::stopped;
  } catch (const refused& no) {
    return fail(no.code, no.why);
  } catch (const std::invalid_argument& e) {
    return fail(exit_code::bad_usage, e.what());
  } catch (const no_answer& e) {
    return fail(exit_code::failed, std::string{"no answer from the server: "} + e.what());
  } catch (const nlohmann::json::exception&) {
    return fail(exit_code::failed, "the server's answer is not what it should be");
  }
}

}  // namespace boxoffice::http
