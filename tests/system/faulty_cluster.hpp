#pragma once

#include "tests/rush/audit_run.hpp"
#include "tests/rush/blocking_client.hpp"
#include "tests/rush/books.hpp"
#include "tests/rush/postgres_databases.hpp"
#include "tests/rush/redis_keys.hpp"
#include "tests/rush/service_nodes.hpp"
#include "tests/servers/test_servers.hpp"
#include "tests/system/checking_client.hpp"
#include "tests/system/cluster_network.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::system_test {

/// A cluster with two nodes for each service and a gateway, on PostgreSQL and Redis, whose nodes
/// fail; and four clients who buy and give back, and compare each answer with what they know.
class faulty_cluster {
 public:
  explicit faulty_cluster(cluster_network& network) {
    const auto data = scratch_.path() / "data";
    databases_.write_settings(rush::settings_beside(data));
    keys_.append_settings(rush::settings_beside(data));
    nodes_ = std::make_unique<rush::service_nodes>(
        server_binary(), scratch_.path(), std::vector<std::string>{},
        rush::service_nodes::each_runs::twice,
        [&](const std::string& node) { return network.around(node); });
    gateway_ = std::make_unique<rush::server_process>(rush::server_setup{
        .program = server_binary(), .data_dir = data, .settings = nodes_->gateway_settings()});
    for (const auto& name : rush::service_nodes::names())
      serving_[name] = name;
    for (int i = 0; i < 4; ++i)
      clients_.push_back(std::make_unique<checking_client>(gateway_->url(),
                                                           "checking_client" + std::to_string(i)));
  }
  ~faulty_cluster() {
    end_clients();
    for (auto& [service, each] : endings_)
      each.watch.join();
  }

  faulty_cluster(const faulty_cluster&) = delete;
  faulty_cluster& operator=(const faulty_cluster&) = delete;

  /// What is done to a node before it is started again.
  std::function<void(const std::string& node)> heal{[](const std::string& /*node*/) {}};

  /// Whether this process can speak HTTP with the nodes.
  bool reaches_nodes{true};

  /// The clients begin.
  void begin() {
    for (const auto& each : clients_)
      threads_.emplace_back([this, who = each.get()] {
        try {
          while (!over_) {
            if (who->step()) ++steps_;
            let_pass(std::chrono::milliseconds{20});  // as somebody who reads what is there
          }
        } catch (const std::exception& e) {
          ADD_FAILURE() << "somebody got no answer: " << e.what();
        }
      });
  }
  void end_clients() {
    over_ = true;
    for (auto& each : threads_)
      each.join();
    threads_.clear();
  }

  /// The node that serves a service.
  [[nodiscard]] const std::string& serving(const std::string& service) const {
    return serving_.at(service);
  }
  [[nodiscard]] std::size_t steps() const { return steps_; }
  [[nodiscard]] int fenced() const { return fenced_; }
  [[nodiscard]] rush::server_process& node(const std::string& name) {
    return nodes_->process(name);
  }
  [[nodiscard]] std::string other_of(const std::string& service) const {
    return rush::service_nodes::other_of(serving_.at(service));
  }
  /// The other node serves `service` now; the one that did is named.
  std::string await_other(const std::string& service) {
    const auto other = other_of(service);
    node(other).await_ready();
    if (reaches_nodes) {
      EXPECT_TRUE(ready_on(other)) << other;
    }
    return std::exchange(serving_.at(service), other);
  }
  bool ready_on(const std::string& name) {
    const auto ready = rush::blocking_client{node(name).url()}.get("/readyz");
    return ready.status == 200 && !ready.value().value("standby", false);
  }
  [[nodiscard]] std::string last_answers() const {
    std::string text;
    for (const auto& each : clients_)
      text += each->last() + "\n";
    for (const auto& [service, at] : serving_)
      text += service + " on " + at + "\n";
    visitor op{gateway_->url(), "op1", "operator"};
    for (const auto* each : {"/v1/admin/nodes", "/v1/admin/sagas?state=PARKED"})
      text += op.get(each).body + "\n";
    return text;
  }
  /// What has just healed serves again.
  void expect_back() {
    constexpr std::chrono::seconds back_within_max{5};
    const auto began = std::chrono::steady_clock::now();
    const auto until = steps_ + 4 * clients_.size();
    EXPECT_TRUE(eventually([&] { return steps_ >= until; }, std::chrono::seconds{30}));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    slowest_ = std::max(slowest_, took.count());
    EXPECT_LT(took, back_within_max) << last_answers();
  }
  /// It was replaced, and has to know it: it ends with code 4, which takes ten seconds. Looked at
  /// beside the next rounds, and what the fence refuses of it until then is counted.
  void watch_end(const std::string& service, const std::string& name) {
    endings_[service] = {
        name, std::thread{[this, &at = node(name)] {
          const std::chrono::seconds patience{40};
          eventually(
              [&] {
                if (reaches_nodes) note_fenced(at.url());
                return at.process().wait(std::chrono::milliseconds{200}).has_value();
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
    heal(name);
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
    for (const auto& each : rush::service_nodes::names())
      await_end(each);
    end_clients();
    std::size_t purchases = 0, later = 0;
    for (const auto& each : clients_) {
      EXPECT_EQ(each->faults_at_rest(), "");
      EXPECT_GT(each->purchases(), 0U);
      purchases += each->purchases();
      later += each->times_later();
    }
    const auto drained = [&] {
      return rush::audit(server_binary(), scratch_.path() / "data", {"--drained"});
    };
    EXPECT_TRUE(eventually([&] { return drained().code == 0; }, std::chrono::seconds{30}))
        << drained().faults();
    const auto books = rush::read_books(scratch_.path() / "data");
    EXPECT_EQ(books.payments.size(), purchases) << "done twice, or done and not told";
    std::cout << purchases << " purchases, " << later << " times later; back after at most "
              << slowest_ << " s; refused of the woken: seen " << fenced_ << " times\n";
  }

 private:
  rush::scratch_directory scratch_{"boxoffice-matrix"};
  rush::postgres_databases databases_{test::postgres_server_url()};
  rush::redis_keys keys_{test::redis_server_url()};
  std::unique_ptr<rush::service_nodes> nodes_;
  std::unique_ptr<rush::server_process> gateway_;
  std::map<std::string, std::string> serving_;  // service → node
  std::vector<std::unique_ptr<checking_client>> clients_;
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

}  // namespace boxoffice::system_test
