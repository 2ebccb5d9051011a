#pragma once

#include "tests/rush/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace boxoffice::rush {

/// What a client was told is done.
enum class acknowledged : std::uint8_t { place, left, charge, hold, release, payment, refund };
std::string_view to_text(acknowledged what);

struct acknowledgement {
  acknowledged what{acknowledged::place};
  std::string user;
  std::string id;  ///< of the queue token, transaction, reservation or payment
  json body;       ///< as it was answered; null for 204
};

/// Everything the buyers were told, in the order in which it arrived. What the server may say and
/// not keep is found by comparing this with its databases. **Thread**: one.
class acknowledgement_log {
 public:
  /// Also appends each as one line of JSON to `file`, flushed, so that it outlives this process.
  void write_to(const std::filesystem::path& file);
  void record(acknowledgement one);

  [[nodiscard]] const std::vector<acknowledgement>& all() const { return all_; }
  [[nodiscard]] std::size_t count(acknowledged what) const;

  /// Called after each, with how many there are by now.
  std::function<void(std::size_t)> on_record;

 private:
  std::vector<acknowledgement> all_;
  std::ofstream file_;
};

}  // namespace boxoffice::rush
