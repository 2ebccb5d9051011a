#include "bench/streams/readers.hpp"

#include "bench/streams/event_text.hpp"
#include "bench/streams/socket_queues.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::load {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using clock = change_times::clock;

constexpr std::chrono::milliseconds slow_pause{100};
constexpr std::size_t small_window_bytes = 4096;

/// What a delta says, read once for all who are sent it.
struct read_delta {
  std::uint64_t from{0}, to{0};
  std::vector<clock::time_point> asked;  ///< when each of its changes was
};

read_delta parse(std::string_view data, const change_times& times) {
  const auto all = nlohmann::json::parse(data);
  read_delta out{all.at("from"), all.at("to"), {}};
  const auto add = [&](const char* member, change_times::to state) {
    const auto& runs = all.at(member);
    for (std::size_t i = 0; i + 1 < runs.size(); i += 2)
      for (std::size_t seat = runs[i];
           seat < runs[i].get<std::size_t>() + runs[i + 1].get<std::size_t>(); ++seat)
        out.asked.push_back(times.at(seat, state));
  };
  add("a", change_times::to::available);
  add("h", change_times::to::held);
  return out;
}

}  // namespace

class readers::crowd {
 public:
  crowd(const readers_plan& plan, const change_times& times) : plan_{plan}, times_{times} {
    const auto all = plan.count + (plan.slow > 0 ? 1 : 0);
    for (std::size_t i = 0; i < all; ++i) {
      const bool slow = i == plan.count;
      all_.push_back(std::make_unique<reader>(context_, slow || i < plan.timed_max));
      auto& it = *all_.back();
      if (slow) slow_ = &it;
      connect(it, slow);
    }
    for (auto& each : all_)
      read(*each);
    if (slow_ != nullptr) read_slowly();
    thread_ = std::thread{[this] { context_.run(); }};
    auto all_there = greeted_.get_future();
    if (all_there.wait_for(std::chrono::minutes{1}) == std::future_status::ready) return;
    end();
    throw std::runtime_error{"not every reader got the map or a summary"};
  }
  ~crowd() { end(); }
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  void measure() {
    on_thread([this] {
      seen_ = {};
      measuring_ = true;
    });
  }

  seen_changes stop() {
    on_thread([this] { measuring_ = false; });
    if (slow_ != nullptr) recover();
    seen_changes out;
    on_thread([&] { out = std::exchange(seen_, {}); });
    return out;
  }

 private:
  struct reader {
    reader(asio::io_context& context, bool timed) : socket{context}, is_timed{timed} {}
    tcp::socket socket;
    const bool is_timed;
    bool greeted{false};
    std::uint64_t version{0};
    std::string begun{};  // of an event whose end has not come
  };

  void connect(reader& it, bool slow) {
    it.socket.open(plan_.server.protocol());
    if (slow) it.socket.set_option(asio::socket_base::receive_buffer_size{small_window_bytes});
    it.socket.connect(plan_.server);
    // HTTP/1.0, so that events come without chunks.
    asio::write(it.socket,
                asio::buffer("GET " + plan_.target + " HTTP/1.0\r\n" + plan_.fields + "\r\n"));
    it.socket.non_blocking(true);
  }

  void end() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  template <class Work>
  void on_thread(Work work) {
    std::promise<void> done;
    asio::post(context_, [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  // One buffer serves all, for a reader keeps nothing but the begin of an event.
  void read(reader& it) {
    it.socket.async_wait(tcp::socket::wait_read, [this, &it](const auto& failed) {
      if (failed) return lost(it);
      if (&it == slow_ && !recovering_) return;
      boost::system::error_code error;
      const auto bytes = it.socket.read_some(asio::buffer(part_), error);
      if (error && error != asio::error::would_block) return lost(it);
      took(it, {part_.data(), bytes});
      read(it);
    });
  }

  void read_slowly() {
    pause_.expires_after(slow_pause);
    pause_.async_wait([this](const auto&) {
      if (recovering_) return;
      const auto bytes = plan_.slow * static_cast<std::size_t>(slow_pause.count()) / 1000;
      boost::system::error_code error;
      // Until it has the map it reads as the others.
      const auto most = slow_->greeted ? bytes : part_.size();
      const auto got = slow_->socket.read_some(asio::buffer(part_.data(), most), error);
      if (error && error != asio::error::would_block) return lost(*slow_);
      took(*slow_, {part_.data(), got});
      const auto held = bytes_on_their_way(slow_->socket.remote_endpoint().port(),
                                           slow_->socket.local_endpoint().port());
      seen_.held_bytes = std::max(seen_.held_bytes, held);
      read_slowly();
    });
  }

  // It reads as fast as it can until it knows what the others know now.
  void recover() {
    std::promise<void> right;
    const auto began = clock::now();
    on_thread([&] {
      recovering_ = true;
      wanted_ = newest_;
      caught_up_ = [&] {
        seen_.recovery.add(clock::now() - began);
        right.set_value();
      };
      if (slow_->version >= wanted_)
        std::exchange(caught_up_, nullptr)();
      else
        read(*slow_);
    });
    if (right.get_future().wait_for(std::chrono::seconds{30}) != std::future_status::ready)
      throw std::runtime_error{"the slow reader did not recover"};
  }

  void lost(reader& it) {
    ++seen_.lost;
    boost::system::error_code ignored;
    it.socket.close(ignored);
  }

  void took(reader& it, std::string_view bytes) {
    if (measuring_) seen_.bytes += bytes.size();
    if (!it.is_timed && it.greeted) return;
    it.begun.append(bytes);
    take_events(it.begun, [&](std::string_view event) { on_event(it, event); });
  }

  void greet(reader& it) {
    if (std::exchange(it.greeted, true)) return;
    if (++greeted_count_ == all_.size()) greeted_.set_value();
  }

  void on_event(reader& it, std::string_view event) {
    const auto id = event_field(event, "id: ");
    if (id.empty()) {
      if (event_field(event, "event: ") == "summary") greet(it);
      return;
    }
    const std::uint64_t version = std::stoull(std::string{id.substr(id.find('.') + 1)});
    if (!it.greeted) {
      greet(it);
    } else if (event_field(event, "event: ") == "delta" && it.is_timed) {
      on_delta(it, event_field(event, "data: "));
    }
    it.version = version;
    newest_ = std::max(newest_, version);
    if (&it == slow_ && caught_up_ && version >= wanted_) std::exchange(caught_up_, nullptr)();
    if (!it.is_timed) std::string{}.swap(it.begun);
  }

  void on_delta(const reader& it, std::string_view data) {
    auto found = deltas_.find(std::hash<std::string_view>{}(data));
    if (found == deltas_.end()) {
      if (deltas_.size() > 1000) deltas_.clear();
      found = deltas_.emplace(std::hash<std::string_view>{}(data), parse(data, times_)).first;
    }
    if (!measuring_) return;
    const auto& delta = found->second;
    if (delta.from != it.version) ++seen_.gaps;
    if (&it == slow_) return;
    ++seen_.frames;
    const auto now = clock::now();
    for (const auto asked : delta.asked)
      seen_.latency.add(now - asked);
  }

  const readers_plan plan_;
  const change_times& times_;
  asio::io_context context_{1};
  asio::steady_timer pause_{context_};
  std::vector<std::unique_ptr<reader>> all_;
  reader* slow_{nullptr};
  std::array<char, 64 * 1024> part_{};
  std::promise<void> greeted_;
  std::size_t greeted_count_{0};
  std::unordered_map<std::size_t, read_delta> deltas_;
  std::uint64_t newest_{0}, wanted_{0};
  bool measuring_{false}, recovering_{false};
  std::function<void()> caught_up_;
  seen_changes seen_;
  std::thread thread_;
};

readers::readers(const readers_plan& plan, const change_times& times)
    : crowd_{std::make_unique<crowd>(plan, times)} {}
readers::~readers() = default;
void readers::measure() { crowd_->measure(); }
seen_changes readers::stop() { return crowd_->stop(); }

}  // namespace boxoffice::load
