#include "tests/system/running_server.hpp"

#include "tests/servers/test_servers.hpp"
#include "tests/system/seen_answers.hpp"

#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace boxoffice::system_test {

std::filesystem::path server_binary() {
  const char* other = std::getenv("SERVER_UNDER_TEST");
  return other != nullptr ? other : BOXOFFICE_SERVER;
}

namespace {

bool is_tested_with(std::string_view store) {
  const char* named = std::getenv("TEST_STORE");
  return named != nullptr && std::string_view{named}.find(store) != std::string_view::npos;
}

}  // namespace

store_kind tested_store() {
  return is_tested_with("postgres") ? store_kind::postgres : store_kind::sqlite;
}

ranking_store_kind tested_queue() {
  return is_tested_with("redis") ? ranking_store_kind::redis : ranking_store_kind::embedded;
}

node_layout tested_nodes() {
  if (is_tested_with("+five")) return node_layout::five;
  return is_tested_with("+ha") ? node_layout::ha : node_layout::one;
}

std::uint64_t announced_seed(std::uint64_t otherwise) {
  const char* given = std::getenv("TEST_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
  std::cout << "TEST_SEED=" << seed << '\n';
  return seed;
}

std::string to_text(const rush::findings& found) {
  std::string text;
  for (const auto& each : found.violations)
    text += each + "\n";
  return text;
}

void running_server::make_databases() {
  if (tested_store() == store_kind::sqlite) return;
  databases_.emplace(test::postgres_server_url());
  databases_->write_settings(rush::settings_beside(data_dir()));
}

running_server::running_server(std::vector<std::string> settings) : settings_{std::move(settings)} {
  make_databases();
  if (tested_queue() == ranking_store_kind::redis)
    rush::redis_keys{test::redis_server_url()}.append_settings(rush::settings_beside(data_dir()));
  start();
}

running_server::running_server(const rush::redis_keys& at, std::vector<std::string> settings)
    : settings_{std::move(settings)} {
  make_databases();
  at.append_settings(rush::settings_beside(data_dir()));
  start();
}

running_server::running_server(const rush::postgres_databases& at, const std::string& host_and_port,
                               std::vector<std::string> settings)
    : settings_{std::move(settings)} {
  at.write_settings(rush::settings_beside(data_dir()), host_and_port);
  start();
}

running_server::~running_server() { note_answers(); }

void running_server::note_answers() {
  if (!has_ended()) note_seen_answers(url());
}

void running_server::start() {
  note_answers();
  process_.reset();
  if (tested_nodes() == node_layout::one) {
    process_.emplace(
        rush::server_setup{.program = program_, .data_dir = data_dir(), .settings = settings_});
    return;
  }
  const auto each = tested_nodes() == node_layout::ha ? service_nodes::each_runs::twice
                                                      : service_nodes::each_runs::once;
  if (!nodes_) nodes_ = std::make_unique<service_nodes>(program_, scratch_.path(), settings_, each);
  nodes_->start("gateway");
}

bool running_server::try_start() {
  try {
    start();
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

rush::on_sale open_sale(running_server& server, const rush::sale_plan& plan) {
  rush::blocking_client client{server.url()};
  return rush::open_sale(client, plan);
}

rush_on::rush_on(running_server& server, const rush::sale_plan& sale, const rush::crowd_plan& plan,
                 std::size_t connections)
    : server_{server},
      sale_{open_sale(server, sale)},
      pool_{context_, rush::parse_url(server.url()), connections},
      crowd_{context_, pool_, sale_, plan} {
  crowd_.start();
}

void rush_on::run_until(std::size_t count, const std::function<void()>& then) {
  bool reached = false;
  crowd_.floor().log().on_record = [&](std::size_t so_far) {
    if (reached || so_far < count) return;
    reached = true;
    pool_.suspend();
    then();
  };
  context_.restart();
  while (!done() && !(reached && pool_.in_flight() == 0))
    context_.run_one();
  crowd_.floor().log().on_record = nullptr;
  // The crowd was done before: then the server is treated in the same way, only later.
  if (!reached) then();
}

bool rush_on::run_until_death() {
  context_.restart();
  while (!done() && !server_.has_ended())
    context_.run_one_for(std::chrono::milliseconds{50});
  const auto died = server_.has_ended();
  pool_.suspend();
  if (!died) server_.process().kill_hard();
  while (!done() && pool_.in_flight() != 0)
    context_.run_one();
  return died;
}

void rush_on::go_on(const std::string& url) { pool_.resume(rush::parse_url(url)); }

void rush_on::at(std::size_t count, std::function<void()> then) {
  crowd_.floor().log().on_record = [count, then = std::move(then)](std::size_t so_far) {
    if (so_far == count) then();
  };
}

void rush_on::on_each(std::function<void(std::size_t)> then) {
  crowd_.floor().log().on_record = std::move(then);
}

void rush_on::finish() {
  context_.restart();
  while (!done())
    context_.run_one();
}

}  // namespace boxoffice::system_test
