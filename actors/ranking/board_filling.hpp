#pragma once

#include "actors/outbox/protocol.hpp"
#include "actors/ranking/ranking_store.hpp"

#include <cstdint>
#include <string>

namespace boxoffice {

/// Which parts of a filling a board has taken, and which of them are durable. Parts come in order,
/// and each may come again. **Thread**: its board's.
class board_filling {
 public:
  /// Parts are missing yet.
  [[nodiscard]] bool is_open() const { return open_; }
  /// The part is durable already: its answer was lost.
  [[nodiscard]] bool repeats(const fill_board& m) const {
    return m.filling == filling_ && m.part < durable_;
  }
  /// The part begins a filling, or is the next one of the filling that goes on.
  [[nodiscard]] bool continues(const fill_board& m) const {
    return m.filling == filling_ ? m.part == taken_ : m.part == 0;
  }
  void take(const fill_board& m) {
    if (m.part == 0) durable_ = 0;
    filling_ = m.filling;
    taken_ = m.part + 1;
    open_ = true;
  }
  void made_durable(const board_filled& part, fill_board::more follows) {
    durable_ = part.part + 1;
    open_ = follows == fill_board::more::yes;
  }
  /// What was taken is void.
  void clear() { *this = {}; }

 private:
  std::uint64_t filling_{0};
  std::uint32_t taken_{0}, durable_{0};  // parts
  bool open_{false};
};

inline board_filled answer_to(const fill_board& m) { return {m.correlation, m.filling, m.part}; }

inline board_filled refusal_of(board_filled part) {
  part.is = board_filled::end::refused;
  return part;
}

/// The write of a part, without its rows.
inline board_fill empty_fill(const std::string& consumer, const fill_board& m) {
  using place = board_fill::place;
  const bool more = m.follows == fill_board::more::yes;
  board_fill f;
  f.consumer = consumer;
  if (m.part == 0)
    f.is = more ? place::first : place::only;
  else
    f.is = more ? place::between : place::last;
  if (!more) f.through = m.through;
  return f;
}

}  // namespace boxoffice
