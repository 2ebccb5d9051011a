#include "storage/broker/kafka/parking.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"
#include "storage/broker/kafka/parked_topic.hpp"

#include <algorithm>
#include <utility>

namespace boxoffice::broker {
namespace {

/// Of one batch.
constexpr std::size_t batch_messages_max = 256;

}  // namespace

kafka_parking::kafka_parking(const kafka_place& of, const std::string& group)
    : where_{parked_place(of, group)} {}

kafka_parking::~kafka_parking() {
  {
    const std::scoped_lock hold{lock_};
    ends_ = true;
  }
  sender_.reset();
  for (const auto& each : waiting_)
    each.done(false);
}

void kafka_parking::keep(std::string body, std::string reason, std::function<void(bool)> done) {
  {
    const std::scoped_lock hold{lock_};
    if (waiting_.size() < limits::bus_unacknowledged_max) {
      waiting_.push_back({{{},
                           std::move(body),
                           {{"content-type", event_content_type}, {"reason", std::move(reason)}}},
                          std::move(done)});
      return send_next();
    }
  }
  done(false);
}

void kafka_parking::send_next() {
  if (ends_ || !under_way_.empty() || waiting_.empty()) return;
  if (!sender_)
    sender_ = std::make_unique<kafka_sender>(where_, kafka_sender::absent_topic::is_made);
  std::vector<kafka_message> batch;
  for (auto n = std::min(waiting_.size(), batch_messages_max); n > 0; --n) {
    batch.push_back(std::move(waiting_.front().message));
    under_way_.push_back(std::move(waiting_.front().done));
    waiting_.pop_front();
  }
  sender_->send(std::move(batch), [this](const auto& answer) { answered(answer); });
}

void kafka_parking::answered(const event_publisher::answer& what) {
  if (what.how != event_publisher::ending::whole)
    log(log_level::warning, "kafka", "an event could not be parked",
        {{"topic", where_.topic}, {"error", what.reason}});
  std::vector<std::function<void(bool)>> done;
  {
    const std::scoped_lock hold{lock_};
    done.swap(under_way_);
    send_next();
  }
  for (std::size_t i = 0; i < done.size(); ++i)
    done[i](i < what.confirmed);
}

}  // namespace boxoffice::broker
