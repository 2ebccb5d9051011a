#include "tests/system/checking_client.hpp"

#include "tests/system/eventually.hpp"

#include <stdexcept>
#include <utility>

namespace boxoffice::system_test {

checking_client::checking_client(const std::string& url, const std::string& name)
    : who_{url, name} {
  visitor admin{url, "admin1", "admin"};
  auto sale = schedule_on_sale(10, 10);
  sale["maxSeatsPerUser"] = 100;
  concert_ = admin.open_concert();
  schedule_ = admin.open_schedule(concert_, sale);
  balance_ = 90'000'000;
  for (int i = 0; i < 90; ++i)
    if (who_.charge(1'000'000).status != 201) throw std::runtime_error{"no points for " + name};
}

bool checking_client::is_done(const plain_answer& answer, int status) {
  last_ = std::to_string(answer.status) + " " + answer.body;
  if (answer.status == status || answer.code() == "queue_token_invalid")
    return answer.status == status;
  ++times_later_;
  const bool in_flight = answer.status == 409 && answer.code() == "idempotency_in_flight";
  const bool later = answer.status == 503 || in_flight;
  if (answer.status != 202 && (!later || answer.header("Retry-After").empty()))
    faults_.push_back(who_.name() + ": " + last_);
  return false;
}

// Done, or sure to be: a 202 stays one, however often it is asked for again.
bool checking_client::is_told(const plain_answer& answer) {
  pending_ = answer.status == 202;
  return is_done(answer, 201) || pending_;
}

void checking_client::expect(const plain_answer& answer, const std::string& member,
                             const json& value) {
  if (answer.value().value(member, json{}) != value)
    faults_.push_back(who_.name() + ": not " + value.dump() + ": " + answer.body);
}

void checking_client::go_on(next to) {
  next_ = to;
  key_ = who_.fresh_key();
}

bool checking_client::step() {
  switch (next_) {
    case next::join: {
      const auto joined = who_.join(concert_);
      if (joined.status != 200 && !is_done(joined, 201)) return false;
      go_on(next::hold);
      return true;
    }
    case next::hold: {
      const auto held = who_.hold(schedule_, {{"bestAvailable", {{"count", 1}}}}, key_);
      // The last payment used it up, and the event came after it was given once more.
      if (held.code() == "queue_token_invalid") go_on(next::join);
      if (!is_done(held, 201)) return false;
      reservation_ = held.value().at("reservationId");
      price_ = held.value().at("amount");
      go_on(next::look_at_hold);
      return true;
    }
    case next::look_at_hold: {
      const auto seen = who_.get("/v1/reservations/" + reservation_);
      if (!is_done(seen, 200)) return false;
      expect(seen, "status", "HELD");
      go_on(next::pay);
      return true;
    }
    case next::pay: {
      const auto paid = who_.pay(reservation_, key_);
      if (!is_told(paid)) {
        // A live hold can always be paid, whatever has become of its token.
        if (paid.code() == "queue_token_invalid") faults_.push_back(who_.name() + ": " + last_);
        return false;
      }
      payments_.push_back({paid.value().at("paymentId"), "COMPLETED"});
      balance_ -= price_;
      go_on(next::look_at_payment);
      return true;
    }
    case next::look_at_payment: {
      const auto seen = who_.get("/v1/payments/" + payments_.back().id);
      if (!is_done(seen, 200)) return false;
      const auto status = seen.value().value("status", "");
      if (pending_ && (status == "PENDING" || status == "REFUNDING")) return false;
      pending_ = false;
      expect(seen, "status", payments_.back().status);
      go_on(next::balance);
      return true;
    }
    case next::refund: {
      const auto back = who_.refund(payments_.back().id, key_);
      if (!is_told(back)) return false;
      payments_.back().status = "REFUNDED";
      balance_ += price_;
      go_on(next::look_at_payment);
      return true;
    }
    case next::balance: {
      const auto seen = who_.get("/v1/points");
      if (!is_done(seen, 200)) return false;
      expect(seen, "balance", balance_);
      // The first seats stay sold, as many as one may have.
      const bool keeps = (payments_.size() <= 90 && payments_.size() % 2 == 0) ||
                         payments_.back().status == "REFUNDED";
      go_on(keeps ? next::join : next::refund);
      return true;
    }
  }
  return false;
}

std::string checking_client::faults_at_rest() {
  std::string found;
  // What got no answer yet gets one: a saga pauses for 6 s at most before it asks again.
  if (!eventually([&] { return step() && !pending_; }, std::chrono::seconds{15}))
    found += who_.name() + " gets no answer but " + last_ + "\n";
  for (const auto& each : payments_)
    if (const auto is = who_.get("/v1/payments/" + each.id).value().value("status", "");
        is != each.status)
      found += who_.name() + ": " + each.id + " is " + is + ", not " + each.status + "\n";
  for (const auto& each : faults_)
    found += each + "\n";
  return found;
}

}  // namespace boxoffice::system_test
