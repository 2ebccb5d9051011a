#include "bench/load/measured_server.hpp"

#include "tests/rush/books.hpp"

namespace boxoffice::load {

measured_server::measured_server(const std::filesystem::path& program, const std::string& postgres,
                                 const std::vector<std::string>& settings) {
  const auto data = scratch_.path() / "data";
  if (!postgres.empty()) {
    databases_.emplace(postgres);
    databases_->write_settings(rush::settings_beside(data));
  }
  rush::server_setup setup{.program = program, .data_dir = data};
  // Places in the line are taken long before they are used.
  setup.settings = {"queue.token_seconds=86400"};
  setup.settings.insert(setup.settings.end(), settings.begin(), settings.end());
  process_.emplace(setup);
}

}  // namespace boxoffice::load
