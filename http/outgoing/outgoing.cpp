#include "http/outgoing/outgoing.hpp"

#include "config/limits.hpp"
#include "http/outgoing/outgoing_transfer.hpp"

#include <atomic>
#include <utility>

namespace boxoffice::http {

/// What libcurl needs between two requests.
class outgoing_line::handles {
 public:
  explicit handles(outgoing_rules rules)
      : multi_{new_libcurl_multi()}, transfer_{std::move(rules)} {}

  outgoing_answer ask(const outgoing_request& request) {
    transfer_.prepare(request);
    return transfer_.answer(perform());
  }

  void give_up() {
    gave_up_ = true;
    curl_multi_wakeup(multi_.get());
  }

 private:
  CURLcode perform() {
    expect_ok(curl_multi_add_handle(multi_.get(), transfer_.handle()));
    const std::unique_ptr<handles, leaving> left{this};
    for (int running = 1; running > 0 && !gave_up_;) {
      expect_ok(curl_multi_perform(multi_.get(), &running));
      if (running > 0)
        expect_ok(curl_multi_poll(multi_.get(), nullptr, 0,
                                  static_cast<int>(limits::outgoing_poll_time.count()), nullptr));
    }
    int others = 0;
    const auto* ended = curl_multi_info_read(multi_.get(), &others);
    return ended == nullptr ? CURLE_ABORTED_BY_CALLBACK : ended->data.result;
  }
  struct leaving {
    void operator()(handles* self) const {
      curl_multi_remove_handle(self->multi_.get(), self->transfer_.handle());
    }
  };

  std::atomic<bool> gave_up_{false};
  libcurl_multi multi_;
  outgoing_transfer transfer_;  // ends before the multi handle that holds its connection
};

outgoing_line::outgoing_line(outgoing_rules rules)
    : handles_{std::make_unique<handles>(std::move(rules))} {}
outgoing_line::~outgoing_line() = default;

outgoing_answer outgoing_line::ask(const outgoing_request& request) {
  return handles_->ask(request);
}
void outgoing_line::give_up() { handles_->give_up(); }

}  // namespace boxoffice::http
