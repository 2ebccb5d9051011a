#include "http/outgoing/outgoing_lines.hpp"

#include "config/limits.hpp"
#include "http/outgoing/outgoing_transfer.hpp"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace boxoffice::http {

class outgoing_lines::loop {
 public:
  loop(outgoing_rules rules, std::size_t parallel_max)
      : rules_{std::move(rules)}, parallel_max_{parallel_max}, multi_{new_libcurl_multi()} {
    expect_ok(
        curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(parallel_max)));
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
  }
  ~loop() {
    thread_.request_stop();
    curl_multi_wakeup(multi_.get());
  }
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  void ask(outgoing_request request, told_fn done) {
    {
      const std::scoped_lock hold{lock_};
      if (untold_ < parallel_max_) {
        ++untold_;
        asked_.push_back({std::move(request), std::move(done)});
        done = nullptr;
      }
    }
    if (done) return done(no_answer{"too many requests at a time"});
    changed_.notify_one();
    curl_multi_wakeup(multi_.get());
  }

 private:
  struct job {
    outgoing_request request;
    told_fn done;
  };
  struct line {
    std::unique_ptr<outgoing_transfer> transfer;
    told_fn done;
  };

  void run(const std::stop_token& stop) {
    while (await_work(stop)) {
      try {
        work();
      } catch (const std::exception& e) {
        give_up(e.what());  // libcurl has no memory, or a bug
      }
    }
    for (const auto& [handle, of] : busy_)
      curl_multi_remove_handle(multi_.get(), handle);
  }

  bool await_work(const std::stop_token& stop) {
    std::unique_lock hold{lock_};
    changed_.wait(hold, stop, [this] { return !asked_.empty() || !busy_.empty(); });
    return !stop.stop_requested();
  }

  void work() {
    begin_asked();
    int running = 0;
    expect_ok(curl_multi_perform(multi_.get(), &running));
    end_answered();
    if (!busy_.empty())
      expect_ok(curl_multi_poll(multi_.get(), nullptr, 0,
                                static_cast<int>(limits::outgoing_poll_time.count()), nullptr));
  }

  void begin_asked() {
    std::vector<job> next;
    {
      const std::scoped_lock hold{lock_};
      next.swap(asked_);
    }
    for (auto& each : next) {
      try {
        begin(each);
      } catch (const std::exception& e) {
        tell(each.done, no_answer{e.what()});
      }
    }
  }

  void begin(job& what) {
    std::unique_ptr<outgoing_transfer> transfer;
    if (idle_.empty()) {
      transfer = std::make_unique<outgoing_transfer>(rules_);
    } else {
      transfer = std::move(idle_.back());
      idle_.pop_back();
    }
    transfer->prepare(std::move(what.request));
    auto* const handle = transfer->handle();
    expect_ok(curl_multi_add_handle(multi_.get(), handle));
    busy_.emplace(handle, line{std::move(transfer), std::move(what.done)});
  }

  void end_answered() {
    int others = 0;
    while (const auto* ended = curl_multi_info_read(multi_.get(), &others)) {
      const auto result = ended->data.result;  // it is gone with its handle
      auto of = take_out(ended->easy_handle);
      outcome what{no_answer{""}};
      try {
        what = of.transfer->answer(result);
      } catch (const no_answer& e) {
        what = e;
      }
      idle_.push_back(std::move(of.transfer));
      tell(of.done, std::move(what));
    }
  }

  void give_up(const char* why) {
    while (!busy_.empty()) {
      const auto of = take_out(busy_.begin()->first);
      tell(of.done, no_answer{why});
    }
  }

  line take_out(CURL* handle) {
    curl_multi_remove_handle(multi_.get(), handle);
    return std::move(busy_.extract(handle).mapped());
  }

  void tell(const told_fn& done, outcome what) {
    {
      const std::scoped_lock hold{lock_};
      --untold_;
    }
    done(std::move(what));
  }

  const outgoing_rules rules_;
  const std::size_t parallel_max_;
  libcurl_multi multi_;  // ends after the handles that it moves
  std::vector<std::unique_ptr<outgoing_transfer>> idle_;
  std::unordered_map<CURL*, line> busy_;
  std::mutex lock_;  // guards what follows
  std::condition_variable_any changed_;
  std::vector<job> asked_;
  std::size_t untold_{0};
  std::jthread thread_;  // ends before what it uses
};

outgoing_lines::outgoing_lines(outgoing_rules rules, std::size_t parallel_max)
    : loop_{std::make_unique<loop>(std::move(rules), parallel_max)} {}
outgoing_lines::~outgoing_lines() = default;

void outgoing_lines::ask(outgoing_request request, told_fn done) {
  loop_->ask(std::move(request), std::move(done));
}

}  // namespace boxoffice::http
