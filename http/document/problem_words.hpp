#pragma once

#include "http/server/problem.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace boxoffice::http {

/// The languages of pages.
enum class language : std::uint8_t { english, korean };

/// A problem explained to whoever got it.
struct problem_words {
  problem_code code;
  std::string_view title;
  std::string_view meaning;  ///< when it is answered
  std::string_view advice;   ///< what to do
};
const problem_words& words_of(problem_code code, language in);

/// The tables of both languages; in the order of `problem_code`.
const problem_words& english_words(problem_code code);
const problem_words& korean_words(problem_code code);

template <std::size_t Count>
constexpr bool has_every_problem(const std::array<problem_words, Count>& words) {
  if (Count != problem_codes) return false;
  for (std::size_t i = 0; i < Count; ++i)
    if (static_cast<std::size_t>(words[i].code) != i) return false;
  return true;
}

}  // namespace boxoffice::http
