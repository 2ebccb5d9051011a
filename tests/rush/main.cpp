// boxoffice-rush: a crowd, a sale, and the books afterwards.
#include "tests/rush/api_checks.hpp"
#include "tests/rush/audit_run.hpp"
#include "tests/rush/book_checks.hpp"
#include "tests/rush/options.hpp"
#include "tests/rush/postgres_databases.hpp"
#include "tests/rush/progress.hpp"
#include "tests/rush/redis_keys.hpp"
#include "tests/rush/report.hpp"
#include "tests/rush/server_process.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace boxoffice::rush {
namespace {

/// The server of `--server` with its scratch directory; nothing with `--url`.
struct own_server {
  std::optional<postgres_databases> databases;
  scratch_directory scratch{"boxoffice-rush"};
  std::optional<server_process> process;
};

/// Names of users that no earlier rush on the same server has used.
std::string crowd_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return "rush-" +
         std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

void check_answers(const statistics& measured, findings& out) {
  for (const auto& each : measured.violations())
    out.expect(false, each);
  out.expect(measured.unanswered() == 0,
             std::to_string(measured.unanswered()) + " requests were not answered");
}

/// With an empty-handed buyer left, every seat must be somebody's.
void check_sold(std::size_t sold, std::size_t seats, const crowd& buyers, const char* where,
                findings& out) {
  const bool enough = sold == seats || (sold < seats && !buyers.has_empty_handed());
  out.expect(enough, std::to_string(sold) + " of " + std::to_string(seats) +
                         " seats are sold according to " + where);
}

void check_stop(server_process& server, findings& out) {
  const auto code = server.stop();
  out.expect(code == 0, code ? "the server ended with exit code " + std::to_string(*code)
                             : "the server did not stop after SIGTERM");
}

void write_json(const rush_options& how, const rush_result& result, const crowd& buyers) {
  if (how.json_file.empty()) return;
  std::ofstream file{how.json_file};
  file << to_json(result, buyers.floor()).dump(2) << '\n';
  if (!file.flush()) throw std::runtime_error{"cannot write " + how.json_file.string()};
}

int run(const rush_options& how) {
  std::unique_ptr<own_server> own;
  if (how.url.empty()) {
    own = std::make_unique<own_server>();
    if (how.keep) {
      own->scratch.keep();
      std::cerr << "scratch directory: " << own->scratch.path().string() << '\n';
    }
    if (!how.postgres.empty()) {
      own->databases.emplace(how.postgres);
      own->databases->write_settings(settings_beside(own->scratch.path() / "data"));
    }
    if (!how.redis.empty())
      redis_keys{how.redis}.append_settings(settings_beside(own->scratch.path() / "data"));
    own->process.emplace(
        server_setup{.program = how.server, .data_dir = own->scratch.path() / "data"});
  }
  const auto url = own ? own->process->url() : how.url;
  const auto data_dir = own ? own->scratch.path() / "data" : how.data_dir;

  blocking_client client{url};
  const auto sale = open_sale(client, how.sale);
  boost::asio::io_context context{1};
  connection_pool pool{context, parse_url(url), how.connections};
  auto plan = how.crowd;
  plan.name = crowd_name();
  crowd buyers{context, pool, sale, plan};
  if (!how.ack_log.empty()) buyers.floor().log().write_to(how.ack_log);

  const auto began = std::chrono::steady_clock::now();
  buyers.start();
  if (!how.quiet)
    boost::asio::co_spawn(context, show_progress(context, buyers), boost::asio::detached);
  context.run();
  if (!how.quiet && ::isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K";

  rush_result result{.buyers = how.crowd.buyers, .seats = how.sale.seats, .seed = how.crowd.seed};
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  const auto& floor = buyers.floor();
  check_answers(floor.measured(), result.checks);
  check_sold(sold_as_told(floor.log()), how.sale.seats, buyers, "the answers", result.checks);
  result.checks.append(check_through_api(client, floor.log(), sale));
  if (own) result.checks.append(check_audit(audit(how.server, data_dir)));
  if (own) check_stop(*own->process, result.checks);
  if (!data_dir.empty()) {
    const auto all = read_books(data_dir);
    result.sold_in_books = sold_seats(all, sale);
    check_sold(*result.sold_in_books, how.sale.seats, buyers, "the databases", result.checks);
    result.checks.append(check_books(all, floor.log(), sale, books_are::at_rest));
  }
  if (own) result.checks.append(check_audit(audit(how.server, data_dir)));
  write_json(how, result, buyers);
  if (!how.quiet || !result.passed()) std::cout << to_table(result, floor) << std::flush;
  return result.passed() ? 0 : 1;
}

}  // namespace
}  // namespace boxoffice::rush

int main(int argc, char** argv) {
  const auto asked = boxoffice::rush::parse_options(argc, argv);
  if (const auto* code = std::get_if<int>(&asked)) return *code;
  try {
    return boxoffice::rush::run(std::get<boxoffice::rush::rush_options>(asked));
  } catch (const std::exception& e) {
    std::cerr << "boxoffice-rush: " << e.what() << '\n';
    return 1;
  }
}
