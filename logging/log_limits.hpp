#pragma once

#include <chrono>
#include <cstddef>

/// The bounds of the log; all others are in config/limits.hpp, which stands above this layer.
namespace boxoffice::limits {

using std::chrono_literals::operator""s;

/// Lines that wait for the log's thread; beyond it the oldest is lost, and counted.
inline constexpr std::size_t log_queue_lines_max = 8192;
/// Of what repeats, one line of each kind is written in this time; the others are counted.
inline constexpr std::chrono::seconds log_repeat_every = 1s;
/// Kinds of lines that are told apart at a time; there are about a hundred.
inline constexpr std::size_t log_kinds_max = 1024;
/// One field of a log line; what clients send is cut here.
inline constexpr std::size_t log_field_bytes_max = 2048;

}  // namespace boxoffice::limits
