#include "bench/cluster/map_readers.hpp"

#include "bench/cluster/balanced_client.hpp"
#include "bench/compare/polling.hpp"
#include "bench/streams/event_text.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

namespace boxoffice::load {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds retry_default{1000};
constexpr std::string_view letters = "AHS";

// **Source**: docs/API.md, "Live streams": base64url, 2 bits a seat, the low bits of a byte first.
std::string unpack(std::string_view states, std::size_t seats) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string map;
  std::uint32_t bits = 0;
  unsigned kept = 0;
  for (const char each : states) {
    bits = bits << 6U | static_cast<std::uint32_t>(digits.find(each));
    for (kept += 6; kept >= 8; kept -= 8)
      for (unsigned k = 0; k < 4; ++k)
        map.push_back(letters[std::min(bits >> (kept - 8) >> (2 * k) & 3U, 2U)]);
  }
  map.resize(seats);
  return map;
}

void apply(const json& runs, char letter, std::string& to) {
  for (std::size_t i = 0; i + 1 < runs.size(); i += 2)
    to.replace(runs[i], runs[i + 1], runs[i + 1].get<std::size_t>(), letter);
}

}  // namespace

std::string map_in(const std::string& body, std::uint64_t& version) {
  const auto all = json::parse(body);
  version = all.at("version");
  std::string map;
  for (const auto& each : all.at("seats"))
    map.push_back(each.at("status").get<std::string>().front());
  return map;
}

class map_readers::crowd {
 public:
  explicit crowd(const plan& how) : how_{how}, readers_(how.count) {
    for (std::size_t i = 0; i < readers_.size(); ++i)
      asio::co_spawn(context_, follow(readers_[i], i), asio::detached);
    mark();
    thread_ = std::thread{[this] { context_.run(); }};
  }
  ~crowd() {
    context_.stop();
    thread_.join();
  }
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  // Only while the thread does not run, or on it.
  void mark() {
    const std::scoped_lock hold{lock_};
    marked_ = clock::now();
    all_right_.reset();
    for (auto& each : readers_)
      each.told = each.right = false;
    right_ = 0;
  }

  void note(clock::time_point asked, std::uint64_t version, std::string map) {
    auto& known = shown_[version];
    known = {std::max(known.asked, asked), std::move(map)};
    for (auto& each : readers_)
      if (each.version == version) judge(each);
  }

  std::optional<clock::duration> await_all_right(milliseconds patience) {
    std::unique_lock hold{lock_};
    changed_.wait_for(hold, patience, [this] { return all_right_.has_value(); });
    return all_right_;
  }

  std::size_t count_other_than(const std::string& map) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        readers_, [&](const reader& each) { return !each.connected || each.map != map; }));
  }
  std::size_t count_without_a_map() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(readers_, [](const reader& each) { return !each.told; }));
  }

  template <class Work>
  auto on_thread(Work work) {
    std::packaged_task<decltype(work())()> task{std::move(work)};
    auto done = task.get_future();
    asio::post(context_, [&task] { task(); });
    return done.get();
  }

  seen seen_;

 private:
  struct reader {
    bool connected{false};
    bool told{false};   // of the map, since the mark
    bool right{false};  // since the mark
    std::size_t seats{0};
    std::uint64_t version{0};
    std::string map, last_id;
    milliseconds retry{retry_default};
  };
  struct shown {
    clock::time_point asked;
    std::string map;
  };

  asio::awaitable<void> follow(reader& it, std::size_t first) {
    const auto count = how_.gateways.size();
    std::size_t refused = 0;
    for (auto turn = first;; ++turn) {
      const bool reached = co_await read(it, how_.gateways[turn % count]);
      it.connected = false;
      if (reached) ++seen_.lost;
      // Whom a gateway refuses, the balancer sends to the next one at once.
      refused = reached ? 0 : refused + 1;
      if (refused % count == 0) co_await pause_for(it.retry);
    }
  }

  // Until the stream ends; false: there was none.
  asio::awaitable<bool> read(reader& it, tcp::endpoint from) {
    boost::system::error_code failed;
    tcp::socket socket{context_};
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    co_await socket.async_connect(from, token);
    if (failed) co_return false;
    // HTTP/1.0, so that events come without chunks.
    auto request = "GET /v1/schedules/" + how_.schedule + "/seats/stream HTTP/1.0\r\n";
    if (!it.last_id.empty()) request += "Last-Event-ID: " + it.last_id + "\r\n";
    request += "\r\n";
    co_await asio::async_write(socket, asio::buffer(request), token);
    std::string begun;
    std::array<char, 2048> part{};
    bool in_body = false;
    while (!failed) {
      const auto bytes = co_await socket.async_read_some(asio::buffer(part), token);
      begun.append(part.data(), bytes);
      if (!in_body) {
        const auto end = begun.find("\r\n\r\n");
        if (end == begun.npos) continue;
        if (!begun.starts_with("HTTP/1.1 200 ")) co_return true;
        begun.erase(0, end + 4);
        in_body = it.connected = true;
      }
      take_events(begun, [&](std::string_view event) { on_event(it, event); });
    }
    co_return in_body;
  }

  void on_event(reader& it, std::string_view event) {
    const auto name = event_field(event, "event: ");
    if (const auto retry = event_field(event, "retry: "); !retry.empty())
      it.retry = milliseconds{std::stoll(std::string{retry})};
    if (name != "hello" && name != "snapshot" && name != "delta") return;
    const auto data = json::parse(event_field(event, "data: "));
    if (name == "hello") {
      it.seats = data.at("seatCount");
      if (data.at("mode") == "resume") ++seen_.resumed;
      return;
    }
    if (name == "snapshot") {
      ++seen_.snapshots;
      it.map = unpack(data.at("states").get<std::string>(), it.seats);
      it.version = data.at("version");
    } else {
      if (data.at("from") != it.version) ++seen_.gaps;
      for (std::size_t i = 0; i < letters.size(); ++i)
        apply(data.at(std::array{"a", "h", "s"}[i]), letters[i], it.map);
      it.version = data.at("to");
    }
    it.last_id = event_field(event, "id: ");
    it.told = true;
    judge(it);
  }

  void judge(reader& it) {
    const auto found = shown_.find(it.version);
    if (found == shown_.end() || !it.connected) return;
    if (found->second.map != it.map) {
      ++seen_.wrong;
      return;
    }
    const std::scoped_lock hold{lock_};
    if (it.right || !it.told || found->second.asked < marked_) return;
    it.right = true;
    if (++right_ < readers_.size()) return;
    all_right_ = clock::now() - marked_;
    changed_.notify_all();
  }

  const plan how_;
  std::vector<reader> readers_;
  std::map<std::uint64_t, shown> shown_;
  std::mutex lock_;  // guards the next three
  std::condition_variable changed_;
  clock::time_point marked_;
  std::optional<clock::duration> all_right_;
  std::size_t right_{0};
  asio::io_context context_{1};
  std::thread thread_;
};

map_readers::map_readers(const plan& how) : crowd_{std::make_unique<crowd>(how)} {
  compare::seconds_until(
      "a reader without the map", milliseconds{20}, std::chrono::minutes{1},
      [&] { return crowd_->on_thread([this] { return crowd_->count_without_a_map(); }) == 0; });
}
map_readers::~map_readers() = default;

void map_readers::mark() {
  crowd_->on_thread([this] { crowd_->mark(); });
}
void map_readers::note(clock::time_point asked, std::uint64_t version, std::string map) {
  crowd_->on_thread([&] { crowd_->note(asked, version, std::move(map)); });
}
std::optional<map_readers::clock::duration> map_readers::await_all_right(milliseconds patience) {
  return crowd_->await_all_right(patience);
}
std::size_t map_readers::count_other_than(const std::string& map) {
  return crowd_->on_thread([&] { return crowd_->count_other_than(map); });
}
map_readers::seen map_readers::what_was_seen() {
  return crowd_->on_thread([this] { return crowd_->seen_; });
}

}  // namespace boxoffice::load
