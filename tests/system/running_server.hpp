#pragma once

#include "config/settings.hpp"
#include "tests/rush/blocking_client.hpp"
#include "tests/rush/book_checks.hpp"
#include "tests/rush/crowd.hpp"
#include "tests/rush/postgres_databases.hpp"
#include "tests/rush/redis_keys.hpp"
#include "tests/rush/server_process.hpp"
#include "tests/rush/service_nodes.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boxoffice::system_test {

using rush::free_port;
using rush::service_nodes;

/// The server binary under test.
std::filesystem::path server_binary();
/// What the servers of this run keep their data in: TEST_STORE names `postgres`, `redis` or both as
/// `postgres+redis`; what it does not name is embedded.
store_kind tested_store();
ranking_store_kind tested_queue();
/// How many processes a server of this run is: `+five` in TEST_STORE makes each service one, and
/// the server itself a gateway; with `+ha` a second node of each service stands by. **Requires**
/// stores that are servers, for they are read as one installation's.
enum class node_layout : std::uint8_t { one, five, ha };
node_layout tested_nodes();
/// From TEST_SEED, or the default; printed, so that a failure can be had again.
std::uint64_t announced_seed(std::uint64_t otherwise);
/// The violations, one a line; empty when there are none.
std::string to_text(const rush::findings& found);

/// A server on a scratch directory that can be killed and started again on the same data.
class running_server {
 public:
  explicit running_server(std::vector<std::string> settings = {});
  /// On databases of the test's own, reached at `host_and_port` (empty: directly).
  explicit running_server(const rush::postgres_databases& at, const std::string& host_and_port = {},
                          std::vector<std::string> settings = {});

  /// With waiting rooms and rankings in a Redis of the test's own; the rest as in this run.
  explicit running_server(const rush::redis_keys& at, std::vector<std::string> settings = {});
  ~running_server();
  running_server(const running_server&) = delete;
  running_server& operator=(const running_server&) = delete;

  /// Starts it (again); returns when it is ready.
  void start();
  /// The same, but false when it ended before it was ready.
  bool try_start();
  /// Which program `start` starts from now on, instead of the server under test.
  void use(std::filesystem::path program) { program_ = std::move(program); }
  [[nodiscard]] bool has_ended() {
    if (nodes_) return nodes_->has_ended("gateway");
    return !process_ || process_->process().wait({}).has_value();
  }
  /// With several nodes, the gateway.
  rush::server_process& process() { return nodes_ ? nodes_->process("gateway") : *process_; }
  /// **Requires** several nodes.
  service_nodes& nodes() { return *nodes_; }
  [[nodiscard]] const std::string& url() { return process().url(); }
  [[nodiscard]] std::filesystem::path data_dir() const { return scratch_.path() / "data"; }
  [[nodiscard]] const std::filesystem::path& scratch() const { return scratch_.path(); }
  [[nodiscard]] rush::books read_books() const { return rush::read_books(data_dir()); }

 private:
  void make_databases();
  void note_answers();

  std::optional<rush::postgres_databases> databases_;
  rush::scratch_directory scratch_{"boxoffice-test"};
  std::vector<std::string> settings_;
  std::filesystem::path program_{server_binary()};
  std::unique_ptr<service_nodes> nodes_;
  std::optional<rush::server_process> process_;
};

/// A sale on a running server, with a crowd that this thread can stop at any acknowledgement, and
/// let go on after the server has come back.
class rush_on {
 public:
  rush_on(running_server& server, const rush::sale_plan& sale, const rush::crowd_plan& plan,
          std::size_t connections = 32);

  /// Runs the crowd until the buyers were told of `count` things, or are done. `then` is called
  /// between two answers; after it no request begins, and this returns when none is under way.
  void run_until(std::size_t count, const std::function<void()>& then);
  /// Runs the crowd until the server has ended by itself; false when the crowd was done before.
  bool run_until_death();
  /// The server is there again: what got no answer is asked again, with the same keys.
  void go_on() { go_on(server_.url()); }
  /// Another one is there instead.
  void go_on(const std::string& url);
  /// `then` is called, once, when the buyers were told of `count` things; the crowd does not stop.
  void at(std::size_t count, std::function<void()> then);
  /// `then` is called whenever the buyers were told of something, with how many things that are.
  void on_each(std::function<void(std::size_t)> then);
  /// Runs the crowd to its end.
  void finish();

  [[nodiscard]] bool done() const { return crowd_.done(); }
  [[nodiscard]] const rush::on_sale& sale() const { return sale_; }
  [[nodiscard]] const rush::acknowledgement_log& log() const { return crowd_.floor().log(); }
  [[nodiscard]] const rush::statistics& measured() const { return crowd_.floor().measured(); }
  [[nodiscard]] const rush::crowd& buyers() const { return crowd_; }

 private:
  running_server& server_;
  rush::on_sale sale_;
  boost::asio::io_context context_{1};
  rush::connection_pool pool_;
  rush::crowd crowd_;
};

/// A sale on the server of this moment.
rush::on_sale open_sale(running_server& server, const rush::sale_plan& plan);

}  // namespace boxoffice::system_test
