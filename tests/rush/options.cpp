#include "tests/rush/options.hpp"

#include <charconv>
#include <stdexcept>
#include <utility>

#include <CLI/CLI.hpp>

namespace boxoffice::rush {
namespace {

constexpr int bad_usage = 2;

/// `off`, or ACTIVE/PER_SECOND such as `400/200`.
std::optional<waiting_room_size> parse_waiting_room(const std::string& text) {
  if (text == "off") return std::nullopt;
  waiting_room_size out;
  const auto* end = text.data() + text.size();
  const auto active = std::from_chars(text.data(), end, out.active_max);
  const bool slash = active.ec == std::errc{} && active.ptr != end && *active.ptr == '/';
  const auto admitted = slash ? std::from_chars(active.ptr + 1, end, out.admit_per_second) : active;
  if (!slash || admitted.ec != std::errc{} || admitted.ptr != end)
    throw std::invalid_argument{
        "--waiting-room takes off or ACTIVE/PER_SECOND, for example 400/200"};
  return out;
}

void add_share(CLI::App& app, const char* name, double& into, const char* what) {
  app.add_option(name, into, what)->check(CLI::Range(0.0, 1.0))->capture_default_str();
}

void add_server_options(CLI::App& app, rush_options& into) {
  auto* server =
      app.add_option("--server", into.server,
                     "Start this boxoffice on a scratch directory, and stop it at the end");
  app.add_option("--url", into.url, "Use the server that runs here; it needs auth.dev")
      ->excludes(server);
  app.add_option(
         "--postgres", into.postgres,
         "Keep the data of the server in databases made here: postgresql://user@host/postgres")
      ->needs(server);
  app.add_option(
         "--redis", into.redis,
         "Keep waiting rooms and rankings under a new name in this Redis: redis://host:port")
      ->needs(server);
  app.add_option("--data-dir", into.data_dir,
                 "Data directory of the server at --url: check its databases, too");
  app.add_flag("--keep", into.keep, "Keep the scratch directory and print its path");
  app.add_option("--ack-log", into.ack_log,
                 "Append everything that buyers are told is done to this file, one JSON a line");
  app.add_option("--json", into.json_file, "Write the result to this file as JSON");
  app.add_flag("--quiet", into.quiet, "Print violations only");
}

void add_crowd_options(CLI::App& app, rush_options& into) {
  auto& crowd = into.crowd;
  app.add_option("--buyers", crowd.buyers, "How many people come")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--seats", into.sale.seats, "How many seats there are")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--seats-per-buyer", crowd.seats_per_buyer_max,
                 "Each wants 1 to this many; 0: a mix around two")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--connections", into.connections, "Connections that the buyers share")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--seed", crowd.seed, "The same seed makes the same crowd")->capture_default_str();
  add_share(app, "--give-up", crowd.how.give_up, "Share that leaves before paying");
  add_share(app, "--retry", crowd.how.retry, "Share of requests sent twice under one key");
  add_share(app, "--rivals", crowd.how.rivals, "Share that goes for the same seats in front");
  add_share(app, "--refund", crowd.how.refund, "Share of buyers that want their points back");
}

}  // namespace

std::variant<rush_options, int> parse_options(int argc, char** argv) {
  rush_options out;
  std::string waiting_room = "400/400";
  std::int64_t hold_seconds = out.sale.hold.count();
  CLI::App app{"Sends a crowd of buyers at a boxoffice server and checks what was sold.",
               "boxoffice-rush"};
  app.footer(
      "Example:\n  boxoffice-rush --server build/release/boxoffice --buyers 500 --seats 1\n"
      "Exit code 0: all is right, 1: a check failed, 2: bad usage.");
  add_server_options(app, out);
  add_crowd_options(app, out);
  app.add_option("--waiting-room", waiting_room, "ACTIVE/PER_SECOND, or off")
      ->capture_default_str();
  app.add_option("--hold-seconds", hold_seconds, "How long a seat is held for its buyer")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
    out.sale.waiting_room = parse_waiting_room(waiting_room);
    if (!out.url.empty()) parse_url(out.url);
    if (out.url.empty() == out.server.empty())
      throw std::invalid_argument{"name one of --server PATH and --url URL"};
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : bad_usage;
  } catch (const std::invalid_argument& error) {
    std::cerr << error.what() << "\nRun with --help for more information.\n";
    return bad_usage;
  }
  out.sale.hold = std::chrono::seconds{hold_seconds};
  out.sale.seats_per_user_max = std::max<std::size_t>(4, out.crowd.seats_per_buyer_max);
  return out;
}

}  // namespace boxoffice::rush
