#pragma once

#include "actors/core/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace boxoffice::simulation {

/// What happened in a run, line by line. The text is kept on request; its hash always, so that two
/// runs can be compared without keeping either.
class trace {
 public:
  enum class detail : std::uint8_t { hash, text };
  explicit trace(detail kept) : kept_{kept} {}

  void add(milliseconds at, std::string_view line);
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }

 private:
  detail kept_;
  std::string text_;
  std::uint64_t hash_{0xcbf29ce484222325ULL};
  std::uint64_t lines_{0};
};

}  // namespace boxoffice::simulation
