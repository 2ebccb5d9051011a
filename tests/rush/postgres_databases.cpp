#include "tests/rush/postgres_databases.hpp"

#include <array>
#include <atomic>
#include <fstream>
#include <pqxx/pqxx>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace boxoffice::rush {
namespace {

constexpr std::array services{"concert", "reservation", "point", "payment"};

std::string fresh_prefix() {
  static std::atomic<int> count{0};
  return "rush_" + std::to_string(getpid()) + "_" + std::to_string(++count) + "_";
}

void run(const std::string& server, const std::string& sql) {
  pqxx::connection db{server};
  pqxx::nontransaction{db}.exec(sql);
}

}  // namespace

postgres_databases::postgres_databases(std::string server)
    : server_{std::move(server)}, prefix_{fresh_prefix()} {
  for (const std::string each : services)
    run(server_, "CREATE DATABASE " + prefix_ + each);
}

postgres_databases::~postgres_databases() {
  for (const std::string each : services) {
    try {
      run(server_, "DROP DATABASE IF EXISTS " + prefix_ + each + " WITH (FORCE)");
    } catch (const std::exception&) {  // the server is gone, and they with it
    }
  }
}

std::string postgres_databases::url(const std::string& service) const {
  return server_.substr(0, server_.rfind('/') + 1) + prefix_ + service;
}

void postgres_databases::write_settings(const std::filesystem::path& file,
                                        const std::string& host_and_port) const {
  const auto path = server_.rfind('/');
  const auto user = server_.find('@');
  if (path == server_.npos || user == server_.npos || user > path)
    throw std::runtime_error{"expected postgresql://user@host:port/database"};
  const auto where =
      host_and_port.empty() ? server_.substr(user + 1, path - user - 1) : host_and_port;
  std::ofstream out{file};
  out << "[store]\nkind = \"postgres\"\n";
  for (const auto* each : services)
    out << "[store." << each << "]\nurl = \"" << server_.substr(0, user + 1) << where << '/'
        << prefix_ << each << "\"\n";
  if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

}  // namespace boxoffice::rush
