#pragma once

#include "bench/load/load_run.hpp"
#include "tests/rush/sale.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace boxoffice::load {

/// Somebody who may hold and pay at once.
struct buyer {
  std::string token;
  std::string queue_token;
};

/// People who come to one sale after the other: their tokens stay good, and their points last.
struct crowd {
  std::vector<std::string> tokens;
};

struct market_plan {
  std::size_t seats{1000};
  std::size_t buyers{1};
  std::chrono::seconds hold{3600};
  std::optional<rush::waiting_room_size> waiting_room{};  ///< then not everybody is ACTIVE
  enum class purse : std::uint8_t { empty, full } purses{purse::full};
  /// Who came before; those beyond are added. Null: everybody is new.
  std::shared_ptr<crowd> people{};
};

/// A sale and the people who come to it, prepared before anything is measured: each has a token, a
/// place in the line, and points.
class market {
 public:
  /// Throws std::runtime_error when the server at `url` refuses a part of it.
  market(const std::string& url, const market_plan& plan);

  [[nodiscard]] const boost::asio::ip::tcp::endpoint& server() const { return server_; }
  [[nodiscard]] const rush::on_sale& sale() const { return sale_; }
  [[nodiscard]] const std::vector<buyer>& buyers() const { return buyers_; }

 private:
  std::string url_;
  boost::asio::ip::tcp::endpoint server_;
  rush::on_sale sale_;
  std::vector<buyer> buyers_;
};

}  // namespace boxoffice::load
