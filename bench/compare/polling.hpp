#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace boxoffice::compare {

/// Lets time pass, for what can only be watched from outside.
inline void let_pass(std::chrono::microseconds time) {
  boost::asio::io_context io{1};
  boost::asio::steady_timer{io, time}.wait();
}

/// Asks every `step` until `holds()`. **Units** seconds it took. Throws std::runtime_error, which
/// names `what`, after `patience`.
template <class Condition>
double seconds_until(const std::string& what, std::chrono::microseconds step,
                     std::chrono::seconds patience, Condition holds) {
  using std::chrono::steady_clock;
  const auto began = steady_clock::now();
  while (!holds()) {
    if (steady_clock::now() - began > patience) throw std::runtime_error{what + ": not in time"};
    let_pass(step);
  }
  return std::chrono::duration<double>(steady_clock::now() - began).count();
}

}  // namespace boxoffice::compare
