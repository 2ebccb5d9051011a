#pragma once

#include "actors/outbox/protocol.hpp"
#include "config/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace boxoffice {

/// A baseline on its way to a board: in parts of at most `board_fill_rows_max` rows, of which the
/// next one is sent when the one before is durable. When the board's store refuses a part, the
/// filling begins anew with smaller ones, until the row is alone that it refuses: its schedule is
/// left out. Pure.
class baseline_parts {
 public:
  /// `filling` tells the parts from those of other fillings of the same board.
  baseline_parts(std::uint64_t filling, sales_baseline all)
      : filling_{filling}, all_{std::move(all)} {}

  /// What is to be sent, or sent again.
  [[nodiscard]] fill_board part() const;

  enum class taken : std::uint8_t { ignored, part, all, begins_anew };
  /// The board has made a part durable, or its store has refused it.
  taken board_took(const board_filled& m);
  /// The schedules that are left out.
  [[nodiscard]] const std::vector<schedule_id>& left_out() const { return left_out_; }

  /// Up to which event the sales are counted.
  [[nodiscard]] std::uint64_t through() const { return all_.through; }
  [[nodiscard]] std::size_t schedules() const { return all_.schedules.size(); }

 private:
  [[nodiscard]] std::size_t rows() const { return all_.schedules.size() + all_.minutes.size(); }
  taken begin_anew(const fill_board& refused);
  void leave_out(schedule_id which);

  std::uint64_t filling_;
  sales_baseline all_;
  std::size_t part_rows_{limits::board_fill_rows_max};
  std::uint32_t part_{0};
  std::vector<schedule_id> left_out_;
};

}  // namespace boxoffice
