#include "storage/broker/kafka/attempt.hpp"

#include "config/limits.hpp"

#include <utility>

namespace boxoffice::broker {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

/// The end of the publisher is noticed within this time.
constexpr std::chrono::milliseconds look_up_every = 100ms;
/// A producer that failed sends nothing more; brokers answer what they have within this time.
constexpr std::chrono::milliseconds last_answers_time_max = 2s;
/// The reports of what was given up come from threads of the library.
constexpr std::chrono::milliseconds given_up_time_max = 500ms;

}  // namespace

kafka_attempt::kafka_attempt(kafka_producer& on, std::span<const kafka_message> batch)
    : producer_{on}, batch_{batch} {
  reports_.reserve(batch.size());
}

void kafka_attempt::run(const std::atomic<bool>& ends) {
  progress_ = clock::now();
  while (true) {
    offer();
    if (is_over()) return;
    take_reports(look_up_every);
    if (is_over()) return;
    auto patience = limits::bus_answer_time_max;
    if (broken_ || producer_.fatal()) {
      producer_.give_up(kafka_producer::unreported::not_sent);
      patience = last_answers_time_max;
    }
    if (ends || clock::now() - progress_ > patience) return give_up();
  }
}

bool kafka_attempt::is_over() const {
  return reported_ == reports_.size() && (stopped_ || reports_.size() == batch_.size());
}

// That there is no room is no failure: reports make room.
void kafka_attempt::offer() {
  while (!stopped_ && reports_.size() < batch_.size()) {
    const auto said = producer_.offer(batch_[reports_.size()], reports_.size());
    if (said.verdict == kafka_verdict::not_now) return;
    if (said.verdict == kafka_verdict::good) {
      reports_.emplace_back();
      continue;
    }
    not_taken_ = said;
    stopped_ = true;
  }
}

void kafka_attempt::take_reports(std::chrono::milliseconds wait) {
  for (const auto& each : producer_.reports(wait)) {
    if (each.verdict == kafka_verdict::good)
      progress_ = clock::now();
    else
      stopped_ = broken_ = true;
    if (each.verdict == kafka_verdict::too_large || each.verdict == kafka_verdict::refused)
      refused_set_ = true;
    reports_.at(each.number) = each;
    ++reported_;
  }
  while (confirmed_ < reports_.size() && reports_[confirmed_] &&
         reports_[confirmed_]->verdict == kafka_verdict::good)
    ++confirmed_;
}

void kafka_attempt::give_up() {
  gave_up_ = stopped_ = true;
  producer_.give_up(kafka_producer::unreported::all);
  const auto until = clock::now() + given_up_time_max;
  while (!is_over() && clock::now() < until)
    take_reports(look_up_every);
}

std::optional<kafka_attempt::failure> kafka_attempt::first_failure() const {
  if (confirmed_ == batch_.size()) return std::nullopt;
  const bool offered = confirmed_ < reports_.size();
  const auto& report = offered ? reports_[confirmed_] : not_taken_;
  auto text = report ? text_of(report->code) : std::string{};
  const auto verdict = report ? report->verdict : kafka_verdict::later;
  if (const auto fatal = producer_.fatal(); fatal && verdict == kafka_verdict::later)
    text = *fatal;
  else if (gave_up_)
    text = producer_.trouble().empty() ? "the brokers do not answer" : producer_.trouble();
  return failure{verdict, std::move(text), !offered && !gave_up_ && report.has_value()};
}

}  // namespace boxoffice::broker
