#include "bench/compare/hello_side.hpp"

#include "bench/compare/http_side.hpp"
#include "bench/load/asked_again.hpp"
#include "bench/load/processor_time.hpp"
#include "bench/load/requests.hpp"
#include "tests/rush/connection_pool.hpp"
#include "tests/rush/server_process.hpp"

#include <stdexcept>
#include <string>

namespace boxoffice::compare {
namespace {

using std::chrono::milliseconds;

class hello_side final : public side {
 public:
  hello_side(const std::filesystem::path& program, int threads, std::size_t connections)
      : connections_{connections},
        server_{program, {std::to_string(threads)}, scratch_.path() / "errors"} {
    constexpr std::string_view before = "ready on ";
    const auto line = server_.read_line(std::chrono::seconds{10});
    const auto at = line ? line->find(before) : std::string::npos;
    if (at == std::string::npos) throw std::runtime_error{"boxoffice-hello does not start"};
    where_ = rush::parse_url(line->substr(at + before.size()));
    load::write_get(request_, "/");
  }

  [[nodiscard]] std::string name() const override { return "Beast hello"; }
  [[nodiscard]] std::string does() const override {
    return "reads a request, answers 17 bytes; no routes, no tokens, no time-outs, no actors";
  }
  measurement run(milliseconds time) override {
    load::asked_again readers{{request_}, 200};
    return measured_by(load::run_load(
        where_, readers,
        {.connections = connections_,
         .warm_up = milliseconds{300},
         .measured = time,
         .metrics = {{"server", [&] { return load::cpu_seconds(server_.pid()); }}}}));
  }

 private:
  const std::size_t connections_;
  const rush::scratch_directory scratch_{"boxoffice-hello"};
  rush::child_process server_;
  boost::asio::ip::tcp::endpoint where_;
  std::string request_;
};

}  // namespace

std::unique_ptr<side> make_hello_side(const std::filesystem::path& program, int threads,
                                      std::size_t connections) {
  return std::make_unique<hello_side>(program, threads, connections);
}

}  // namespace boxoffice::compare
