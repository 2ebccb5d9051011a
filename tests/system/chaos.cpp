#include "tests/system/chaos.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace boxoffice::system_test {
namespace {

using std::chrono::milliseconds;
using direction = test::tcp_proxy::direction;

constexpr milliseconds delay_max{30};
/// Some within the deadline of a statement, and some beyond that of a readiness probe.
constexpr milliseconds stall_max{1500};

}  // namespace

chaos::chaos(std::vector<disturbed_server>& servers, const plan& what)
    : servers_{servers}, done_(kinds, 0), dice_{what.seed} {
  for (std::size_t i = 0; i < what.disturbances; ++i)
    steps_.push_back(static_cast<kind>(i % (kinds - 1)));
  steps_.insert(steps_.end(), what.restarts, kind::restart);
  std::ranges::shuffle(steps_, dice_);
}

const char* chaos::name_of(kind what) {
  switch (what) {
    case kind::cut:
      return "cut";
    case kind::half_close_to_server:
      return "half-close to the server";
    case kind::half_close_to_client:
      return "half-close to the client";
    case kind::stall:
      return "stall";
    case kind::delay:
      return "delay";
    case kind::answer_lost:
      return "answer to a batch lost";
    case kind::restart:
      return "restart";
  }
  return "";
}

void chaos::heal() {
  for (auto& each : servers_) {
    each.proxy->delay(milliseconds{0});
    each.proxy->stall_for(milliseconds{0});
  }
}

void chaos::step(std::size_t number) {
  heal();
  auto& server = servers_.at(dice_() % servers_.size());
  auto& proxy = *server.proxy;
  const auto what = steps_.at(number);
  ++done_.at(static_cast<std::size_t>(what));
  const auto drawn_up_to = [&](milliseconds most) {
    return milliseconds{1 + static_cast<std::int64_t>(dice_() % most.count())};
  };
  switch (what) {
    case kind::cut:
      return proxy.cut();
    case kind::half_close_to_server:
      return proxy.half_close(direction::to_server);
    case kind::half_close_to_client:
      return proxy.half_close(direction::to_client);
    case kind::stall:
      return proxy.stall_for(drawn_up_to(stall_max));
    case kind::delay:
      return proxy.delay(drawn_up_to(delay_max));
    case kind::answer_lost:
      return proxy.cut_after("EXECUTE");
    case kind::restart:
      server.kill();
      if (away) away(server);
      server.start();
      if (back) back(server);
      return;
  }
}

std::string chaos::told() const {
  std::string text;
  for (std::size_t i = 0; i < kinds; ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(done_[i]) + " x " + name_of(static_cast<kind>(i));
  return text;
}

regular_customer::regular_customer(const std::string& url) : who_{url, "regular"} {
  visitor admin{url, "admin1", "admin"};
  auto sale = schedule_on_sale(10, 10);
  sale["maxSeatsPerUser"] = 100;
  concert_ = admin.open_concert();
  schedule_ = admin.open_schedule(concert_, sale);
  if (who_.charge(1'000'000).status != 201)
    throw std::runtime_error{"the regular customer cannot charge"};
}

bool regular_customer::is_done(const plain_answer& answer, int status) {
  if (answer.status == status) return true;
  const bool in_flight = answer.status == 409 && answer.code() == "idempotency_in_flight";
  const bool later = answer.status == 503 || in_flight;
  if (answer.status != 202 && (!later || answer.header("Retry-After").empty()))
    faults_.push_back(std::to_string(answer.status) + " " + answer.body);
  return false;
}

bool regular_customer::buys() {
  if (hold_key_.empty()) {  // each visit with a token and keys of its own
    if (!is_done(who_.join(concert_), 201)) return false;
    hold_key_ = who_.fresh_key();
    pay_key_ = who_.fresh_key();
  }
  if (reservation_.empty()) {
    const auto held = who_.hold(schedule_, {{"bestAvailable", {{"count", 1}}}}, hold_key_);
    if (!is_done(held, 201)) return false;
    reservation_ = held.value().at("reservationId");
  }
  const auto paid = who_.pay(reservation_, pay_key_);
  if (!is_done(paid, 201)) return false;
  payments_.push_back(paid.value().at("paymentId"));
  reservation_.clear();
  hold_key_.clear();
  return true;
}

}  // namespace boxoffice::system_test
