#pragma once

#include "actors/cluster/hub.hpp"
#include "config/cluster_limits.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace boxoffice::cluster::testing {

inline constexpr const char* shared_secret = "0123456789abcdef0123456789abcdef";

/// One process with its hub, whose bytes `two_nodes` carries.
struct test_node {
  struct heard {
    std::uint16_t type{0};
    std::string payload;
    boxoffice::fault fault{fault::none};
    bool asked_before{false};
  };

  test_node(std::string name, std::uint64_t life, std::vector<std::string> peers,
            std::string secret = shared_secret, std::uint16_t version = link_version,
            std::string installation = {})
      : links{{.secret = std::move(secret),
               .self = {.version = version,
                        .oldest = version,
                        .self = {1, life},
                        .node = std::move(name),
                        .build = "9.9"},
               .installation = std::move(installation),
               .peers = std::move(peers)},
              {.dial = [this](calls::peer at) { dials.push_back(at); },
               .cut =
                   [this](hub::link on) {
                     links.take_output(on, last_words);
                     cuts.push_back(on);
                   },
               .run = [this](execution e) { runs.push_back(std::move(e)); },
               .answered =
                   [this](const call& what, std::uint16_t type, std::string payload) {
                     answers[key_of(what)].push_back(
                         {type, std::move(payload), fault::none, what.asked_before});
                   },
               .failed =
                   [this](const call& what, fault why) {
                     answers[key_of(what)].push_back({0, {}, why, what.asked_before});
                   },
               .learned = [this](const std::string& id) { learned.push_back(id); },
               .unasked = [this] { ++times_unasked; }},
              measured} {}

  static std::uint64_t key_of(const call& what) {
    return *std::static_pointer_cast<const std::uint64_t>(what.asker);
  }
  void ask(std::uint64_t key, front to, std::string payload, time_point now,
           milliseconds within = seconds{5}, bool once = false) {
    links.ask(
        {std::make_shared<const std::uint64_t>(key), to, 7, now + within, std::move(payload), once},
        now);
  }

  metrics measured;
  std::vector<calls::peer> dials;
  std::vector<hub::link> cuts;
  std::string last_words;  ///< of the links that were cut
  std::vector<execution> runs;
  std::vector<std::string> learned;
  int times_unasked{0};
  std::map<std::uint64_t, std::vector<heard>> answers;
  hub links;
};

/// An asker and an answerer with one connection at a time, and a wire that cuts bytes into pieces,
/// stalls and breaks. One thread, virtual time.
class two_nodes {
 public:
  explicit two_nodes(std::uint64_t seed = 1) : random{seed} {}

  std::unique_ptr<test_node> asker, answerer;
  time_point now{milliseconds{1'000'000}};
  std::mt19937_64 random;
  std::size_t piece_max{1 << 20};
  bool connected{false}, reachable{true};
  bool stalled_forth{false}, stalled_back{false};

  void start() {
    asker->links.start(now);
    settle();
  }
  void pass(milliseconds time) {
    for (const auto end = now + time; now < end;) {
      now += milliseconds{50};
      asker->links.tick(now);
      answerer->links.tick(now);
      settle();
    }
  }
  /// Carries bytes until nothing moves any more.
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (const auto at : std::exchange(asker->dials, {})) {
        moved = true;
        if (!reachable || connected) {
          asker->links.dial_failed(at, "nobody there", now);
          continue;
        }
        connected = true;
        ++link_;
        forth_.clear();
        back_.clear();
        asker->links.dialed(at, link_, now);
        answerer->links.accepted(link_, now);
      }
      moved |= carry(*asker, *answerer, forth_, stalled_forth);
      moved |= carry(*answerer, *asker, back_, stalled_back);
      if (connected && (cut(*asker) || cut(*answerer))) {
        // What a side says last arrives, if anything does.
        if (!stalled_forth) answerer->links.received(link_, forth_ + asker->last_words, now);
        if (!stalled_back) asker->links.received(link_, back_ + answerer->last_words, now);
        break_link();
        moved = true;
      }
    }
  }
  /// Both sides see the end of the connection.
  void break_link() {
    if (!std::exchange(connected, false)) return;
    asker->links.closed(link_, now);
    answerer->links.closed(link_, now);
    for (auto* each : {asker.get(), answerer.get()}) {
      each->cuts.clear();
      each->last_words.clear();
    }
  }
  /// Bytes to the answerer that no hub has sent.
  void inject(std::string_view bytes) {
    answerer->links.received(link_, bytes, now);
    settle();
  }
  void come(hub::link by) { answerer->links.accepted(by, now); }
  [[nodiscard]] hub::link current() const { return link_; }

 private:
  bool carry(test_node& from, test_node& to, std::string& pipe, bool stalled) {
    if (!connected) return false;
    std::ignore = from.links.take_touched();
    if (from.links.has_output(link_)) from.links.take_output(link_, pipe);
    if (pipe.empty() || stalled) return false;
    const auto size = std::min<std::size_t>(pipe.size(), 1 + random() % piece_max);
    const auto piece = pipe.substr(0, size);
    pipe.erase(0, size);
    to.links.received(link_, piece, now);
    return true;
  }
  bool cut(test_node& at) {
    const bool wanted = std::ranges::find(at.cuts, link_) != at.cuts.end();
    at.cuts.clear();
    return wanted;
  }

  hub::link link_{0};
  std::string forth_, back_;
};

}  // namespace boxoffice::cluster::testing
