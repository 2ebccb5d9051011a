#include "bench/events/lags.hpp"

#include "bench/compare/polling.hpp"

#include <algorithm>
#include <pqxx/pqxx>
#include <utility>

namespace boxoffice::bench {
namespace {

using std::chrono::steady_clock;

/// A purchase commits with others: about as often as a busy committer does.
constexpr std::chrono::milliseconds commit_every{5};

}  // namespace

void lag_times::committed(std::uint64_t sequence) {
  const auto now = steady_clock::now();
  const std::scoped_lock hold{lock_};
  committed_.resize(std::max<std::size_t>(committed_.size(), sequence), now);
}

// What is confirmed before its writer has heard of its own commit has no lag.
void lag_times::confirmed(std::uint64_t sequence) {
  const auto now = steady_clock::now();
  const std::scoped_lock hold{lock_};
  const auto at = sequence <= committed_.size() ? committed_[sequence - 1] : now;
  lags_.push_back(std::chrono::duration<double, std::milli>(now - at).count());
}

std::uint64_t lag_times::committed_events() {
  const std::scoped_lock hold{lock_};
  return committed_.size();
}

std::uint64_t lag_times::confirmed_events() {
  const std::scoped_lock hold{lock_};
  return lags_.size();
}

double lag_times::lag_of(double share) {
  const std::scoped_lock hold{lock_};
  if (lags_.empty()) return 0;
  auto sorted = lags_;
  std::ranges::sort(sorted);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

double append_paced(const filled_outbox& to, double rate, std::chrono::seconds time,
                    lag_times& into, const std::function<void()>& then) {
  pqxx::connection database{to.location()};
  database.prepare(
      "append",
      "INSERT INTO outbox (sequence, id, kind, payment, user_id, reservation, concert, seats, "
      "amount, token, holds_else, paid_at, occurred_at, schedule) SELECT n, n, 0, n, 'user' || n % "
      "5000, n, 7, 2, 200, 0, false, 1780000000000 + n, 1780000000000 + n, 1 + n % 100 FROM "
      "generate_series($1::bigint, $2::bigint) n");
  const auto began = steady_clock::now();
  const auto end = began + time;
  std::uint64_t last = 0;
  for (auto due_at = began; steady_clock::now() < end; due_at += commit_every) {
    if (const auto rest = due_at - steady_clock::now(); rest.count() > 0)
      compare::let_pass(std::chrono::ceil<std::chrono::microseconds>(rest));
    const std::chrono::duration<double> past = steady_clock::now() - began;
    const auto due = static_cast<std::uint64_t>(past.count() * rate);
    if (due <= last) continue;
    pqxx::work step{database};
    step.exec_prepared0("append", last + 1, due);
    step.commit();
    last = due;
    into.committed(last);
    then();
  }
  return static_cast<double>(last) /
         std::chrono::duration<double>(steady_clock::now() - began).count();
}

}  // namespace boxoffice::bench
