#include "tests/servers/test_servers.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <poll.h>
#include <pqxx/pqxx>
#include <stdexcept>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace boxoffice::test {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

int port_in(const std::filesystem::path& file) { return std::stoi(content_of(file)); }

void script(const std::string& command, const std::filesystem::path& directory,
            const std::string& which, const std::string& more = {},
            const std::string& environment = {}) {
  const auto line = environment + " SERVERS='" + which + "' '" + BOXOFFICE_SERVERS_SCRIPT + "' " +
                    command + " '" + directory.string() + "' " + more;
  if (const auto status = std::system(line.c_str()); status != 0)
    throw std::runtime_error{"the servers of the tests: " + command + " failed, see above"};
}

/// Sends the process a signal that ends it; returns when it has ended.
void end_by(int signal, pid_t pid) {
  constexpr int patience_ms = 30'000;
  // The C library of Debian 12 declares pidfd_open for C only.
  const auto process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) throw std::runtime_error{"no process " + std::to_string(pid)};
  kill(pid, signal);
  pollfd ended{process, POLLIN, 0};
  const int changed = poll(&ended, 1, patience_ms);
  close(process);
  if (changed != 1) throw std::runtime_error{"process " + std::to_string(pid) + " does not end"};
}

std::filesystem::path new_directory() {
  auto name = (std::filesystem::temp_directory_path() / "boxoffice-servers-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
  return name;
}

/// The folder of the servers that all tests of this program share.
std::filesystem::path shared_directory() {
  if (const auto* given = std::getenv("TEST_SERVERS")) return given;
  struct started {
    std::filesystem::path directory = new_directory();
    started() { script("start", directory, "postgres redis"); }
    ~started() {
      try {
        script("stop", directory, "");
      } catch (const std::exception&) {  // nothing is left to tell it to
      }
    }
  };
  static const started ours;
  return ours.directory;
}

std::string on_server(const std::string& server_url, const std::string& database) {
  return server_url.substr(0, server_url.rfind('/') + 1) + database;
}

void run_sql(const std::string& url, const std::string& text) {
  pqxx::connection db{url};
  pqxx::nontransaction{db}.exec(text);
}

std::string fresh_name() {
  static std::atomic<int> count{0};
  return "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
}

}  // namespace

std::string postgres_server_url() { return content_of(shared_directory() / "postgres.url"); }

std::filesystem::path postgres_socket_folder() { return shared_directory() / "postgres"; }

test_database::test_database() : name_{fresh_name()} {
  run_sql(postgres_server_url(), "CREATE DATABASE " + name_ + " STRATEGY file_copy");
}

test_database::~test_database() {
  try {
    run_sql(postgres_server_url(), "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception&) {  // it goes with its server
  }
}

std::string test_database::url() const { return on_server(postgres_server_url(), name_); }

std::string redis_server_url() { return content_of(shared_directory() / "redis.url"); }

std::filesystem::path redis_socket() { return shared_directory() / "redis.sock"; }

std::string redis_url() { return redis_server_url() + "?prefix=" + fresh_name(); }

own_servers::own_servers(std::string which, disk room)
    : which_{std::move(which)}, room_{room}, directory_{new_directory()} {
  start();
}

own_servers::own_servers(const standby_of& of) : which_{"postgres"}, directory_{new_directory()} {
  script("follow", directory_, which_, "'" + of.primary.directory_.string() + "'");
}

own_servers::~own_servers() {
  try {
    script("stop", directory_, which_);
  } catch (const std::exception&) {  // nothing is left to tell it to
  }
}

int own_servers::postgres_port() const { return port_in(directory_ / "postgres.port"); }
std::string own_servers::postgres_url() const { return content_of(directory_ / "postgres.url"); }
int own_servers::pooler_port() const { return port_in(directory_ / "pooler.port"); }
int own_servers::redis_port() const { return port_in(directory_ / "redis.port"); }

int own_servers::replica_port() const { return port_in(directory_ / "replica.port"); }
int own_servers::sentinel_port() const { return port_in(directory_ / "sentinel.port"); }
std::filesystem::path own_servers::redis_socket() const { return directory_ / "redis.sock"; }

std::string own_servers::redis(const std::string& command) const {
  const auto line = "redis-cli -e -p " + std::to_string(redis_port()) + " " + command + " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> said{popen(line.c_str(), "r"), &pclose};
  std::string text;
  std::array<char, 4096> piece{};
  while (const auto size = fread(piece.data(), 1, piece.size(), said.get()))
    text.append(piece.data(), size);
  if (text.starts_with("ERR")) throw std::runtime_error{"redis-cli " + command + ": " + text};
  return text;
}

void own_servers::sql(const std::string& database, const std::string& text) const {
  run_sql(on_server(postgres_url(), database), text);
}

void own_servers::kill_postgres() const {
  const auto file = directory_ / "postgres" / "postmaster.pid";
  // Its first line is the process. An immediate shutdown: no checkpoint, its children are killed.
  end_by(SIGQUIT, static_cast<pid_t>(port_in(file)));
}

void own_servers::kill_redis() const {
  end_by(SIGKILL, static_cast<pid_t>(port_in(directory_ / "redis.pid")));
}

void own_servers::kill_pooler() const {
  const auto file = directory_ / "pooler.pid";
  end_by(SIGKILL, static_cast<pid_t>(port_in(file)));
  // By them `start` would think that it runs.
  std::filesystem::remove(file);
  std::filesystem::remove(directory_ / "pooler" / "pid");
}

void own_servers::pool(const std::string& mode) const {
  kill_pooler();
  // The last one counts.
  std::ofstream{directory_ / "pooler.ini", std::ios::app} << "pool_mode = " << mode << '\n';
  start();
}

void own_servers::start() const {
  const std::string preloaded = "SERVERS_PRELOAD='" BOXOFFICE_FULL_DISK "'";
  script("start", directory_, which_, {}, room_ == disk::can_be_full ? preloaded : std::string{});
}

void own_servers::fill_disk() const { std::ofstream{directory_ / "full"}; }
void own_servers::make_room() const { std::filesystem::remove(directory_ / "full"); }

}  // namespace boxoffice::test
