#include "http/sink/received_events.hpp"

#include "http/sink/event_lines.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace boxoffice::http {
namespace {

using nlohmann::json;

json event(const std::string& id, const std::string& key, std::uint64_t sequence) {
  return {{"specversion", "1.0"},      {"id", id},
          {"source", "/here"},         {"type", "t"},
          {"partitionkey", key},       {"sequence", std::to_string(sequence)},
          {"data", {{"text", "a\nb"}}}};
}

std::vector<received_event> read(const json& body, event_form form) {
  const auto got = read_received(body.dump(), form);
  if (const auto* fault = std::get_if<body_fault>(&got)) throw std::runtime_error{fault->detail};
  return std::get<std::vector<received_event>>(got);
}
std::string fault_of(const std::string& body, event_form form) {
  const auto got = read_received(body, form);
  const auto* fault = std::get_if<body_fault>(&got);
  return fault == nullptr ? "" : fault->detail;
}

TEST(ReceivedEvents, ComeAloneOrInABatch) {
  EXPECT_EQ(event_form_of("application/cloudevents+json"), event_form::single);
  EXPECT_EQ(event_form_of("Application/CloudEvents+JSON; charset=utf-8"), event_form::single);
  EXPECT_EQ(event_form_of("application/cloudevents-batch+json ; charset=utf-8"), event_form::batch);
  for (const auto* other : {"", "application/json", "application/cloudevents+json2"})
    EXPECT_EQ(event_form_of(other), std::nullopt) << other;
  const auto one = read(event("e1", "k", 7), event_form::single);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].id, "e1");
  EXPECT_EQ(one[0].key, "k");
  EXPECT_EQ(one[0].sequence, 7U);
  EXPECT_EQ(one[0].line.find('\n'), std::string::npos);
  EXPECT_EQ(json::parse(one[0].line), event("e1", "k", 7));
  EXPECT_EQ(read({event("e1", "k", 7), event("e2", "k", 8)}, event_form::batch).size(), 2U);
  EXPECT_EQ(read(json::array(), event_form::batch).size(), 0U);
}

TEST(ReceivedEvents, WhatIsNoEventIsNamed) {
  EXPECT_NE(fault_of("{", event_form::single), "");
  EXPECT_NE(fault_of("[]", event_form::single), "");
  EXPECT_NE(fault_of(event("e", "k", 1).dump(), event_form::batch), "");
  for (const auto* name : {"specversion", "id", "source", "type", "partitionkey", "sequence"}) {
    auto without = event("e", "k", 1);
    without.erase(name);
    EXPECT_NE(fault_of(without.dump(), event_form::single).find(name), std::string::npos) << name;
    EXPECT_NE(fault_of(json{event("e", "k", 1), without}.dump(), event_form::batch), "") << name;
  }
  auto wrong = event("e", "k", 1);
  wrong["sequence"] = "12x";
  EXPECT_NE(fault_of(wrong.dump(), event_form::single), "");
}

TEST(ReceivedEvents, CountOnceAndInTheOrderOfTheirKey) {
  received_events all{3};
  const auto take = [&](const std::vector<json>& batch) {
    std::vector<received_events::order> out;
    for (const auto& each : all.only_new(read(json(batch), event_form::batch)))
      out.push_back(all.add(each));
    return out;
  };
  using order = received_events::order;
  const std::vector<order> two_kept{order::kept, order::kept};
  EXPECT_EQ(take({event("a1", "a", 1), event("b2", "b", 2), event("a1", "a", 1)}), two_kept);
  EXPECT_TRUE(take({event("a1", "a", 1)}).empty());
  EXPECT_EQ(take({event("a5", "a", 5)}), std::vector<order>{order::kept});
  EXPECT_EQ(take({event("a4", "a", 4)}), std::vector<order>{order::broken});
  EXPECT_EQ(all.counted().events, 4U);
  EXPECT_EQ(all.counted().repetitions, 2U);
  EXPECT_EQ(all.counted().out_of_order, 1U);
  EXPECT_FALSE(take({event("a1", "a", 1)}).empty()) << "three are remembered, and this is a fourth";
}

class EventLines : public testing::Test {
 protected:
  EventLines() {
    if (mkdtemp(directory_.data()) == nullptr) throw std::runtime_error{"no directory"};
  }
  ~EventLines() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string text() const {
    std::ifstream in{file()};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  std::vector<std::string> found_;
  std::function<void(std::string_view)> finds_{
      [this](std::string_view line) { found_.emplace_back(line); }};
  std::string directory_{std::filesystem::temp_directory_path() / "boxoffice-lines-XXXXXX"};
  [[nodiscard]] std::filesystem::path file() const {
    return std::filesystem::path{directory_} / "events.jsonl";
  }
};

TEST_F(EventLines, AreKeptAndFoundAgain) {
  {
    event_lines lines{file(), finds_};
    lines.append("one\ntwo\n");
    lines.append("three\n");
  }
  EXPECT_TRUE(found_.empty());
  event_lines again{file(), finds_};
  EXPECT_EQ(found_, (std::vector<std::string>{"one", "two", "three"}));
  again.append("four\n");
  EXPECT_EQ(text(), "one\ntwo\nthree\nfour\n");
}

TEST_F(EventLines, WithoutTheirEndAreCutOff) {
  std::ofstream{file()} << "one\ntw";
  event_lines lines{file(), finds_};
  EXPECT_EQ(found_, std::vector<std::string>{"one"});
  lines.append("three\n");
  EXPECT_EQ(text(), "one\nthree\n");
}

TEST_F(EventLines, BelongToOneAtATime) {
  const event_lines lines{file(), finds_};
  EXPECT_THROW((event_lines{file(), finds_}), std::runtime_error);
  EXPECT_THROW((event_lines{std::filesystem::path{directory_} / "no" / "file", finds_}),
               std::runtime_error);
}

}  // namespace
}  // namespace boxoffice::http
