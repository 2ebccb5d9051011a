#include "http/server/provider_keys.hpp"

#include "config/limits.hpp"
#include "logging/log.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace boxoffice::http {

using steady = std::chrono::steady_clock;

provider_keys::provider_keys(std::string name, source fetch, std::function<void()> give_up,
                             metrics& all, key_fetch_times times)
    : name_{std::move(name)},
      fetch_{std::move(fetch)},
      give_up_{std::move(give_up)},
      times_{times},
      known_{all.gauge("boxoffice_identity_keys", "Keys known of an identity provider.",
                       {{"issuer", name_}})},
      good_{all.counter("boxoffice_identity_key_fetches_total",
                        "Fetches of the keys of an identity provider.",
                        {{"issuer", name_}, {"outcome", "done"}})},
      failed_{all.counter("boxoffice_identity_key_fetches_total",
                          "Fetches of the keys of an identity provider.",
                          {{"issuer", name_}, {"outcome", "failed"}})},
      thread_{[this] { run(); }} {}

void provider_keys::close() {
  {
    const std::scoped_lock hold{lock_};
    if (std::exchange(ends_, true)) return;
  }
  changed_.notify_all();
  give_up_();
  thread_.join();
}

std::shared_ptr<const web_key_set> provider_keys::current() const {
  const std::scoped_lock hold{lock_};
  return keys_;
}

bool provider_keys::pause_is_over() const {
  return !asked_ || steady::now() - *asked_ >= times_.pause;
}

bool provider_keys::may_be_asked() const {
  const std::scoped_lock hold{lock_};
  return !ends_ && waiting_.size() < limits::identity_key_waiters_max &&
         (fetching_ || pause_is_over());
}

bool provider_keys::wait_for_fetch(waiter done) {
  const std::scoped_lock hold{lock_};
  if (ends_ || waiting_.size() >= limits::identity_key_waiters_max) return false;
  if (!fetching_) {
    if (!pause_is_over()) return false;
    wanted_ = fetching_ = true;
    asked_ = steady::now();
    changed_.notify_all();
  }
  waiting_.push_back(std::move(done));
  return true;
}

void provider_keys::run() {
  for (;;) {
    {
      std::unique_lock hold{lock_};
      changed_.wait_for(hold, next_in_, [this] { return ends_ || wanted_; });
      if (ends_) break;
      wanted_ = false;
      fetching_ = true;
    }
    fetch_once();
    std::vector<waiter> served;
    {
      const std::scoped_lock hold{lock_};
      fetching_ = wanted_;
      served.swap(waiting_);
    }
    for (const auto& each : served)
      each();
  }
  std::vector<waiter> left;
  {
    const std::scoped_lock hold{lock_};
    left.swap(waiting_);
  }
  for (const auto& each : left)
    each();
}

std::string provider_keys::take(std::string text) {
  if (text == text_) return {};
  auto read = read_web_keys(text);
  if (auto* fault = std::get_if<web_keys_fault>(&read)) return std::move(fault->detail);
  auto& keys = std::get<web_key_set>(read);
  known_.set(static_cast<std::int64_t>(keys.size()));
  log(log_level::info, "http", "keys of an identity provider are new",
      {{"issuer", name_}, {"keys", keys.size()}});
  text_ = std::move(text);
  const std::scoped_lock hold{lock_};
  keys_ = std::make_shared<const web_key_set>(std::move(keys));
  ++generation_;
  return {};
}

void provider_keys::fetch_once() {
  std::string fault;
  try {
    fault = take(fetch_());
  } catch (const std::exception& error) {
    fault = error.what();
  }
  if (fault.empty()) {
    good_.add();
    next_in_ = times_.every;
  } else {
    failed_.add();
    if (fault != last_fault_)  // it is said once
      log(log_level::warning, "http", "keys of an identity provider cannot be fetched",
          {{"issuer", name_}, {"error", fault}});
    next_in_ = last_fault_.empty() ? times_.first_retry : std::min(next_in_ * 2, times_.pause);
  }
  last_fault_ = std::move(fault);
}

}  // namespace boxoffice::http
