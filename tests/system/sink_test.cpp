#include "http/outgoing/webhook_signature.hpp"
#include "tests/system/eventually.hpp"
#include "tests/system/running_server.hpp"
#include "tests/system/visitor.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>

#include <gtest/gtest.h>

namespace boxoffice::system_test {
namespace {

using std::chrono::seconds;

constexpr seconds patience{20};
constexpr auto secret = "whsec_d2hhdC1vbmx5LXRoZS1wbGF0Zm9ybS1rbm93cy1ub3c=";
constexpr auto older_secret = "whsec_d2hhdC1pdC1rbmV3LWJlZm9yZS10aGF0";
constexpr auto single_type = "application/cloudevents+json; charset=utf-8";
constexpr auto batch_type = "application/cloudevents-batch+json; charset=utf-8";

/// `boxoffice sink` with these words.
class running_sink {
 public:
  explicit running_sink(std::vector<std::string> words = {}) {
    words.insert(words.begin(), "sink");
    child_.emplace(server_binary(), words, scratch_.path() / "sink.err");
    const auto line = child_->read_line(patience);
    const std::string ready = "boxoffice sink ready on ";
    if (!line || !line->starts_with(ready))
      throw std::runtime_error{"no sink: " + child_->error_text()};
    url_ = line->substr(ready.size());
  }

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] listen_address address() const {
    const auto from = url_.find("//") + 2;
    return *parse_listen_address(url_.substr(from, url_.find('/', from) - from));
  }
  rush::child_process& process() { return *child_; }
  std::optional<int> stop() {
    child_->send_signal(SIGTERM);
    return child_->wait(patience);
  }
  plain_answer post(const std::string& body, const std::string& type = single_type,
                    header_list more = {}) {
    more.emplace_back("Content-Type", type);
    return plain_client{"http://" + to_text(address())}.send({"POST", "/events", more, body});
  }

 private:
  rush::scratch_directory scratch_{"boxoffice-sink"};
  std::optional<rush::child_process> child_;
  std::string url_;
};

json event(const std::string& id, const std::string& key, int sequence) {
  return {{"specversion", "1.0"},
          {"id", id},
          {"source", "/boxoffice/payments"},
          {"type", "t"},
          {"partitionkey", key},
          {"sequence", std::to_string(sequence)}};
}

header_list signed_with(const std::string& with, const std::string& body, seconds ago = {}) {
  const auto key = std::get<webhook_key>(parse_webhook_secret(with));
  const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  const auto stamp = http::stamp_webhook("evt_1", time_point{now.time_since_epoch() - ago});
  return {{"webhook-id", stamp.id},
          {"webhook-timestamp", stamp.at},
          {"webhook-signature", http::sign_webhook({key}, stamp, body)}};
}

std::vector<json> lines_of(const std::filesystem::path& file) {
  std::vector<json> out;
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);)
    out.push_back(json::parse(line));
  return out;
}

TEST(Sink, PrintsEachEventOnceAndTellsWhenOrderIsBroken) {
  running_sink sink;
  EXPECT_EQ(sink.post(event("e1", "k", 1).dump(2)).status, 204);
  EXPECT_EQ(sink.post(event("e1", "k", 1).dump()).status, 204);
  EXPECT_EQ(sink.post(json{event("e4", "k", 4), event("e1", "k", 1), event("f2", "l", 2)}.dump(),
                      batch_type)
                .status,
            204);
  EXPECT_EQ(sink.post(event("e3", "k", 3).dump()).status, 204);
  EXPECT_EQ(sink.stop(), 1) << "order was broken";
  std::vector<std::string> ids;
  while (const auto line = sink.process().read_line(patience))
    ids.push_back(json::parse(*line).at("id"));
  EXPECT_EQ(ids, (std::vector<std::string>{"e1", "e4", "f2", "e3"}));
  const auto errors = sink.process().error_text();
  EXPECT_NE(errors.find("an event came after a later one of its key"), std::string::npos) << errors;
  EXPECT_NE(errors.find(R"("events":4,"repetitions":2,"out_of_order":1,"refused_posts":0)"),
            std::string::npos)
      << errors;
}

TEST(Sink, TakesWhatOneOfItsSecretsHasSignedWithinFiveMinutes) {
  running_sink sink{{"--secret", secret, "--secret", older_secret}};
  const auto body = event("e1", "k", 1).dump();
  EXPECT_EQ(sink.post(body).status, 401) << "not signed";
  EXPECT_EQ(sink.post(body + " ", single_type, signed_with(secret, body)).status, 401);
  EXPECT_EQ(sink.post(body, single_type, signed_with(secret, body, seconds{400})).status, 401);
  EXPECT_EQ(sink.post(body, single_type, signed_with(secret, body, seconds{-400})).status, 401);
  const auto foreign = "whsec_YSBrZXkgb2YgdGhlIGRhdGEgcGxhdGZvcm0sIDMyIGI=";
  EXPECT_EQ(sink.post(body, single_type, signed_with(foreign, body)).status, 401);
  EXPECT_EQ(sink.post(body, single_type, signed_with(secret, body)).status, 204);
  const auto next = event("e2", "k", 2).dump();
  EXPECT_EQ(sink.post(next, single_type, signed_with(older_secret, next, seconds{200})).status,
            204);
  EXPECT_EQ(sink.stop(), 0);
  EXPECT_NE(sink.process().error_text().find(R"("events":2,"repetitions":0,)"), std::string::npos)
      << sink.process().error_text();
}

TEST(Sink, RefusesWhatIsNoEvent) {
  running_sink sink;
  EXPECT_EQ(sink.post(event("e", "k", 1).dump(), "application/json").status, 415);
  EXPECT_EQ(sink.post("{").status, 400);
  EXPECT_EQ(sink.post("{}").status, 400);
  EXPECT_EQ(sink.post(json{event("e", "k", 1), 7}.dump(), batch_type).status, 400);
  EXPECT_EQ(sink.post(event("e", "k", 1).dump(), batch_type).status, 400);
  EXPECT_EQ(sink.stop(), 0);
  EXPECT_EQ(sink.process().read_line(patience), std::nullopt) << "nothing was received";
}

TEST(Sink, SaysWhatItCannotBeToldToDo) {
  const rush::scratch_directory scratch{"boxoffice-sink"};
  const auto ended = [&](std::vector<std::string> words) {
    words.insert(words.begin(), "sink");
    rush::child_process child{server_binary(), words, scratch.path() / "err"};
    const auto code = child.wait(patience);
    EXPECT_FALSE(child.error_text().empty());
    return code;
  };
  EXPECT_EQ(ended({"--listen", "nowhere"}), 2);
  EXPECT_EQ(ended({"--listen", "0.0.0.0:0"}), 2) << "it could not know who sends";
  EXPECT_EQ(ended({"--secret", "short"}), 2);
  EXPECT_EQ(ended({"--secret", secret, "--secret", secret, "--secret", secret}), 2);
  EXPECT_EQ(ended({"--out", (scratch.path() / "no" / "file").string()}), 1);
  std::ofstream{scratch.path() / "other"} << "a line\n";
  EXPECT_EQ(ended({"--out", (scratch.path() / "other").string()}), 1) << "that is not its file";
}

TEST(Sink, HearsEveryPaymentOnceAndInOrderThoughItIsKilled) {
  const rush::scratch_directory scratch{"boxoffice-sink"};
  const auto out = scratch.path() / "events.jsonl";
  std::vector<std::string> words{"--secret", secret, "--out", out.string()};
  std::optional<running_sink> sink{words};
  running_server server{
      {"data_platform.url=" + sink->url(), "data_platform.secret=" + std::string{secret}}};
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(4, 10));
  std::vector<std::string> told;
  const auto buy = [&] {
    visitor who{server.url(), "buyer" + std::to_string(told.size())};
    who.join(concert);
    EXPECT_EQ(who.charge(1000).status, 201);
    const auto held = who.hold(schedule, {{"bestAvailable", {{"count", 1}}}});
    const auto paid = who.pay(held.value().at("reservationId"));
    EXPECT_EQ(paid.status, 201) << paid.body;
    told.push_back(paid.value().at("paymentId"));
  };
  const auto heard = [&] {
    std::vector<std::string> payments;
    for (const auto& each : lines_of(out))
      payments.push_back(each.at("subject"));
    return payments;
  };
  for (int i = 0; i < 3; ++i)
    buy();
  ASSERT_TRUE(eventually([&] { return heard().size() >= 3; }, patience)) << heard().size();
  words.insert(words.end(), {"--listen", to_text(sink->address())});
  sink->process().send_signal(SIGKILL);
  sink->process().wait(patience);
  for (int i = 0; i < 3; ++i)
    buy();
  sink.reset();
  sink.emplace(words);
  ASSERT_TRUE(eventually([&] { return heard().size() >= 6; }, patience)) << heard().size();
  EXPECT_EQ(heard(), told);
  const auto last = lines_of(out).back().dump();
  EXPECT_EQ(sink->post(last, single_type, signed_with(secret, last)).status, 204);
  const auto first = lines_of(out).front().dump();
  EXPECT_EQ(sink->post(first, single_type, signed_with(secret, first)).status, 204);
  EXPECT_EQ(sink->stop(), 0);
  EXPECT_EQ(heard(), told) << "those of before the kill are recognised too";
}

TEST(Sink, VerifiesBatchesOfARealServer) {
  const rush::scratch_directory scratch{"boxoffice-sink"};
  const auto out = scratch.path() / "events.jsonl";
  std::vector<std::string> words{"--secret", secret, "--out", out.string()};
  std::optional<running_sink> sink{words};
  const auto where = to_text(sink->address());
  sink.reset();  // events gather while it is away
  running_server server{{"data_platform.url=http://" + where + "/events",
                         "data_platform.secret=" + std::string{secret}, "data_platform.batch=5"}};
  visitor admin{server.url(), "admin1", "admin"};
  const auto concert = admin.open_concert();
  const auto schedule = admin.open_schedule(concert, schedule_on_sale(4, 10));
  std::vector<std::string> told;
  for (int i = 0; i < 12; ++i) {
    visitor who{server.url(), "buyer" + std::to_string(i)};
    who.join(concert);
    EXPECT_EQ(who.charge(1000).status, 201);
    const auto held = who.hold(schedule, {{"bestAvailable", {{"count", 1}}}});
    const auto paid = who.pay(held.value().at("reservationId"));
    ASSERT_EQ(paid.status, 201) << paid.body;
    told.push_back(paid.value().at("paymentId"));
  }
  words.insert(words.end(), {"--listen", where});
  sink.emplace(words);
  ASSERT_TRUE(eventually([&] { return lines_of(out).size() >= told.size(); }, patience));
  EXPECT_EQ(sink->stop(), 0) << "in order";
  std::vector<std::string> heard;
  for (const auto& each : lines_of(out))
    heard.push_back(each.at("subject"));
  EXPECT_EQ(heard, told);
  const auto summary = sink->process().error_text();
  EXPECT_NE(summary.find(R"("events":12,"repetitions":0,)"), std::string::npos) << summary;
  EXPECT_NE(summary.find(R"("refused_posts":0,"batches":)"), std::string::npos) << summary;
  EXPECT_EQ(summary.find(R"("batches":0)"), std::string::npos) << summary;
}

}  // namespace
}  // namespace boxoffice::system_test
