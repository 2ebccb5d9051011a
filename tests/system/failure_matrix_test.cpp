// What docs/RELIABILITY.md says of nodes that fail, each line of it again and again: a house with
// two nodes for each service, whose links and stores are reached through proxies.
#include "tests/rush/audit_run.hpp"
#include "tests/rush/postgres_databases.hpp"
#include "tests/rush/redis_keys.hpp"
#include "tests/servers/tcp_proxy.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/service_nodes.hpp"
#include "tests/system/witness.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using direction = test::tcp_proxy::direction;

/// Whatever a node hears goes through here.
class proxied_house {
 public:
  void stall_links(const std::string& node, bool on) { links_.at(node)->stall(on); }
  void stall_links(const std::string& node, direction of, bool on) {
    links_.at(node)->stall(of, on);
  }
  void delay_links(const std::string& node, milliseconds by) { links_.at(node)->delay(by); }
  void stall_stores(const std::string& node, bool on) {
    for (const auto& each : stores_.at(node))
      each->stall(on);
  }

  service_nodes::detours detours() {
    return {.to_node =
                [this](const std::string& node, std::uint16_t port) {
                  auto& proxy = links_[node];
                  if (!proxy) proxy = std::make_unique<test::tcp_proxy>(port);
                  return static_cast<std::uint16_t>(proxy->port());
                },
            .to_stores =
                [this](const std::string& node, std::string settings) {
                  auto& proxies = stores_[node];
                  const bool first = proxies.empty();
                  std::size_t number = 0;
                  for (const auto& real :
                       {port_of(test::postgres_server_url()), port_of(test::redis_server_url())}) {
                    if (first)
                      proxies.push_back(std::make_unique<test::tcp_proxy>(std::stoi(real)));
                    const auto port = std::to_string(proxies.at(number++)->port());
                    for (auto at = settings.find(":" + real); at != std::string::npos;
                         at = settings.find(":" + real, at + 1))
                      settings.replace(at + 1, real.size(), port);
                  }
                  return settings;
                }};
  }

 private:
  static std::string port_of(const std::string& url) {
    const auto begin = url.rfind(':') + 1;
    return url.substr(begin, url.find_first_not_of("0123456789", begin) - begin);
  }

  std::map<std::string, std::unique_ptr<test::tcp_proxy>> links_;
  std::map<std::string, std::vector<std::unique_ptr<test::tcp_proxy>>> stores_;
};

class FailureMatrix : public testing::Test {
 protected:
  FailureMatrix() {
    const auto data = scratch_.path() / "data";
    databases_.write_settings(rush::settings_beside(data));
    keys_.append_settings(rush::settings_beside(data));
    nodes_ = std::make_unique<service_nodes>(server_binary(), scratch_.path(),
                                             std::vector<std::string>{},
                                             service_nodes::each_runs::twice, wires_.detours());
    gateway_ = std::make_unique<rush::server_process>(rush::server_setup{
        .program = server_binary(), .data_dir = data, .settings = nodes_->gateway_settings()});
    for (const auto& name : service_nodes::names())
      serving_[name] = name;
    for (int i = 0; i < 4; ++i)
      witnesses_.push_back(
          std::make_unique<witness>(gateway_->url(), "witness" + std::to_string(i)));
  }
  ~FailureMatrix() override {
    end_witnesses();
    for (auto& [service, each] : endings_)
      each.watch.join();
  }

  /// They buy and give back, all the time.
  void begin() {
    for (const auto& each : witnesses_)
      threads_.emplace_back([this, who = each.get()] {
        try {
          while (!over_) {
            if (who->step()) ++steps_;
            let_pass(milliseconds{20});
          }
        } catch (const std::exception& e) {
          ADD_FAILURE() << "somebody got no answer: " << e.what();
        }
      });
  }
  void end_witnesses() {
    over_ = true;
    for (auto& each : threads_)
      each.join();
    threads_.clear();
  }

  [[nodiscard]] rush::server_process& node(const std::string& name) {
    return nodes_->process(name);
  }
  [[nodiscard]] std::string other_of(const std::string& service) const {
    return serving_.at(service) == service ? service + "-2" : service;
  }
  /// The other node serves `service` now; the one that did is named.
  std::string await_other(const std::string& service) {
    const auto other = other_of(service);
    node(other).await_ready();
    EXPECT_TRUE(ready_on(other)) << other;
    return std::exchange(serving_.at(service), other);
  }
  bool ready_on(const std::string& name) {
    const auto ready = rush::blocking_client{node(name).url()}.get("/readyz");
    return ready.status == 200 && !ready.value().value("standby", false);
  }
  [[nodiscard]] std::string last_answers() const {
    std::string text;
    for (const auto& each : witnesses_)
      text += each->last() + "\n";
    for (const auto& [service, at] : serving_)
      text += service + " on " + at + "\n";
    return text;
  }
  /// What has just healed serves again.
  void expect_back() {
    constexpr seconds back_within_max{5};
    const auto began = std::chrono::steady_clock::now();
    const auto until = steps_ + 4 * witnesses_.size();
    EXPECT_TRUE(eventually([&] { return steps_ >= until; }, seconds{30}));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    slowest_ = std::max(slowest_, took.count());
    EXPECT_LT(took, back_within_max) << last_answers();
  }
  /// It was replaced, and has to know it: it ends with code 4, which takes ten seconds. Looked at
  /// beside the next rounds, and what the fence refuses of it until then is counted.
  void watch_end(const std::string& service, const std::string& name) {
    endings_[service] = {name, std::thread{[this, &at = node(name)] {
                           const seconds patience{40};
                           eventually(
                               [&] {
                                 note_fenced(at.url());
                                 return at.process().wait(milliseconds{200}).has_value();
                               },
                               patience);
                         }}};
  }
  /// The service has two nodes again.
  void await_end(const std::string& service) {
    const auto found = endings_.find(service);
    if (found == endings_.end()) return;
    found->second.watch.join();
    const auto name = found->second.node;
    endings_.erase(found);
    ASSERT_EQ(node(name).process().wait({}), 4) << name;
    wires_.stall_stores(name, false);
    nodes_->start(name);
  }
  void note_fenced(const std::string& url) {
    const std::string name = "boxoffice_store_fenced_total{";
    std::string metrics;
    try {
      metrics = rush::blocking_client{url}.get("/metrics").body;
    } catch (const std::exception&) {  // it has ended
    }
    for (auto at = metrics.find("\n" + name); at != std::string::npos;
         at = metrics.find("\n" + name, at + 1))
      fenced_ += std::stod(metrics.substr(metrics.find("} ", at) + 2)) > 0 ? 1 : 0;
  }
  std::string problems() {
    visitor op{gateway_->url(), "op1", "operator"};
    return op.get("/v1/admin/nodes").value().value("problems", json::array()).dump();
  }

  void expect_kept() {
    for (const auto& each : service_nodes::names())
      await_end(each);
    end_witnesses();
    std::size_t purchases = 0, later = 0;
    for (const auto& each : witnesses_) {
      EXPECT_EQ(each->faults_at_rest(), "");
      EXPECT_GT(each->purchases(), 0U);
      purchases += each->purchases();
      later += each->times_later();
    }
    const auto drained = [&] {
      return rush::audit(server_binary(), scratch_.path() / "data", {"--drained"});
    };
    EXPECT_TRUE(eventually([&] { return drained().code == 0; }, seconds{30})) << drained().faults();
    const auto books = rush::read_books(scratch_.path() / "data");
    EXPECT_EQ(books.payments.size(), purchases) << "done twice, or done and not told";
    std::cout << purchases << " purchases, " << later << " times later; back after at most "
              << slowest_ << " s; refused of the woken: seen " << fenced_ << " times\n";
  }

  static int rounds() {
    const char* given = std::getenv("TEST_ROUNDS");
    return given != nullptr ? std::stoi(given) : 10;
  }
  static const std::string& service(int number) {
    const auto& all = service_nodes::names();
    return all.at(static_cast<std::size_t>(number) % all.size());
  }

  rush::scratch_directory scratch_{"boxoffice-matrix"};
  rush::postgres_databases databases_{test::postgres_server_url()};
  rush::redis_keys keys_{test::redis_server_url()};
  proxied_house wires_;
  std::unique_ptr<service_nodes> nodes_;
  std::unique_ptr<rush::server_process> gateway_;
  std::map<std::string, std::string> serving_;  // service → node
  std::vector<std::unique_ptr<witness>> witnesses_;
  std::vector<std::thread> threads_;
  std::atomic<bool> over_{false};
  std::atomic<std::size_t> steps_{0};
  struct ending {
    std::string node;
    std::thread watch;
  };
  std::map<std::string, ending> endings_;  // by service
  double slowest_{0};
  std::atomic<int> fenced_{0};
};

// A process that stands still beyond its lease, and then goes on.
TEST_F(FailureMatrix, WhoStoodStillSaysNothingStaleAndEnds) {
  begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    await_end(what);
    node(serving_[what]).process().send_signal(SIGSTOP);
    const auto woken = await_other(what);
    expect_back();
    node(woken).process().send_signal(SIGCONT);
    watch_end(what, woken);
  }
  expect_kept();
  EXPECT_GT(fenced_, 0) << "nothing was refused of those who were woken";
}

// Nothing arrives at its database, nor from there; the links are well.
TEST_F(FailureMatrix, WhoIsCutFromItsStoreIsReplaced) {
  begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    await_end(what);
    wires_.stall_stores(serving_[what], true);
    const auto cut = await_other(what);
    expect_back();
    // Before it gives up, in every second round.
    if (round % 2 == 0) wires_.stall_stores(cut, false);
    watch_end(what, cut);
  }
  expect_kept();
}

// Nobody who asks reaches it, or it reaches nobody; its database is well.
TEST_F(FailureMatrix, WhoIsCutFromThoseWhoAskStepsDown) {
  begin();
  // Each service in each of the three ways: five at once, so that ten of each are six rounds.
  for (int round = 0; round < (3 * rounds() + 4) / 5; ++round) {
    std::map<std::string, std::string> cut;
    for (int number = 0; number < 5; ++number) {
      const auto& what = service(number);
      const auto& at = cut[what] = serving_[what];
      if ((number + round) % 3 != 1) wires_.stall_links(at, direction::to_server, true);
      if ((number + round) % 3 != 2) wires_.stall_links(at, direction::to_client, true);
    }
    EXPECT_TRUE(eventually([&] { return problems().find("is not reached") != std::string::npos; }));
    for (const auto& [what, at] : cut) {
      await_other(what);
      watch_end(what, at);
    }
    for (const auto& [what, at] : cut)
      await_end(what);
    for (const auto& [what, at] : cut)
      wires_.stall_links(at, false);
    expect_back();
  }
  expect_kept();
}

// A node whose answers take a while holds up what needs it, and nothing else.
TEST_F(FailureMatrix, WhoIsSlowIsWaitedFor) {
  begin();
  for (int round = 0; round < rounds(); ++round) {
    const auto& what = service(round);
    wires_.delay_links(serving_[what], milliseconds{40});
    let_pass(milliseconds{700});
    const auto before = steps_.load();
    EXPECT_TRUE(eventually([&] { return steps_ > before + 4; }, seconds{20}));
    wires_.delay_links(serving_[what], milliseconds{0});
    expect_back();
    EXPECT_TRUE(ready_on(serving_[what]));
  }
  expect_kept();
}

}  // namespace
}  // namespace boxoffice::system_test
