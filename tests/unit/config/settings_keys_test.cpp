#include "config/settings_keys.hpp"

#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

constexpr const char* documentation = "config/boxoffice.toml";

std::string read(const char* path) {
  std::ifstream in{path};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(SettingKeys, TheDocumentationIsTheOneTheTableWrites) {
  EXPECT_EQ(read(documentation), document_settings());
}

TEST(SettingKeys, TheDocumentationLoadedIsTheDefaults) {
  settings_sources sources;
  sources.use = settings_use::data_only;
  sources.file = documentation;
  const auto result = load_settings(sources);
  ASSERT_TRUE(std::holds_alternative<settings>(result))
      << std::get<settings_mistakes>(result).front();
  EXPECT_EQ(std::get<settings>(result), settings{});
}

/// Reads the file by itself, so that a mistake in `document_settings` shows.
TEST(SettingKeys, TheDocumentationHasEveryKeyOnceWithUnitAndDefaultAbove) {
  std::istringstream lines{read(documentation)};
  std::set<std::string> seen;
  std::string section;
  std::string above;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      above.clear();
    } else if (line.front() == '[') {
      section = line.substr(1, line.size() - 2) + ".";
    } else if (line.front() == '#') {
      above += line.substr(1);
    } else {
      const auto equals = line.find(" = ");
      const auto name = section + line.substr(0, equals);
      EXPECT_TRUE(seen.insert(name).second) << name << " twice";
      const auto* key = find_key(name);
      ASSERT_NE(key, nullptr) << name;
      EXPECT_NE(above.find("Default: " + line.substr(equals + 3) + "."), std::string::npos) << name;
      if (key->range.max > 0) {
        EXPECT_NE(above.find(std::string{key->unit}), std::string::npos) << name;
      }
      above.clear();
    }
  }
  EXPECT_EQ(seen.size(), setting_keys().size());
}

TEST(SettingKeys, EveryKeyHasItsOwnNameAndItsOwnMember) {
  settings of;
  std::set<std::string_view> names;
  for (const auto& key : setting_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_EQ(key_of(of, key.field(of)).name, key.name);
    EXPECT_FALSE(key.purpose.empty()) << key.name;
  }
}

TEST(SettingKeys, EveryDefaultIsAcceptedAsItsOwnText) {
  settings of;
  for (const auto& key : setting_keys()) {
    const auto field = key.field(of);
    auto text = to_toml(field);
    std::erase_if(text, [](char c) { return c == '"' || c == '[' || c == ']'; });
    EXPECT_EQ(assign(field, key.range, key.unit, untyped_text{text}), std::nullopt) << key.name;
  }
  EXPECT_EQ(of, settings{});
}

TEST(SettingKeys, TheContractsKeysAreThere) {
  for (const char* name : {"auth.dev",
                           "auth.secret",
                           "reservation.hold_seconds",
                           "queue.token_seconds",
                           "payment.answer_ms",
                           "payment.deadline_seconds",
                           "point.charge_max",
                           "http.in_flight_max",
                           "http.rate_limit_per_second",
                           "store.kind",
                           "store.concert.url",
                           "store.reservation.url",
                           "store.point.url",
                           "store.payment.url",
                           "queue_ranking.kind",
                           "queue_ranking.url",
                           "events.rabbitmq.url",
                           "events.rabbitmq.exchange",
                           "events.kafka.brokers",
                           "events.kafka.topic",
                           "events.redis_streams.url",
                           "events.redis_streams.stream",
                           "ranking.source",
                           "data_platform.url",
                           "demo.load"}) {
    EXPECT_NE(find_key(name), nullptr) << name;
  }
}

TEST(SettingKeys, SectionsAreThePrefixesOfKeys) {
  EXPECT_TRUE(is_section("store"));
  EXPECT_TRUE(is_section("store.point"));
  EXPECT_FALSE(is_section("store.point.url"));
  EXPECT_FALSE(is_section("sto"));
  EXPECT_FALSE(is_section(""));
}

}  // namespace
}  // namespace boxoffice
