#include "config/settings.hpp"

#include "config/limits.hpp"

#include <array>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

using namespace std::chrono_literals;

constexpr const char* long_secret = "0123456789abcdef0123456789abcdef";

/// A TOML file of one test, gone with it.
class toml_file {
 public:
  explicit toml_file(std::string_view text)
      : path_{std::filesystem::path{testing::TempDir()} /
              (std::string{"boxoffice_"} +
               testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml")} {
    std::ofstream{path_} << text;
  }
  ~toml_file() { std::filesystem::remove(path_); }
  toml_file(const toml_file&) = delete;
  toml_file& operator=(const toml_file&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string at(std::string_view line_and_column) const {
    return path_.string() + ":" + std::string{line_and_column} + ": ";
  }

 private:
  std::filesystem::path path_;
};

settings_sources::flag set(const std::string& key, const std::string& value) {
  return {"--set " + key, key, value};
}

/// Sources that are in order as they are.
settings_sources sound() {
  settings_sources out;
  out.flags.push_back(set("auth.secret", long_secret));
  return out;
}

settings loaded(const settings_sources& sources) {
  const auto result = load_settings(sources);
  if (const auto* mistakes = std::get_if<settings_mistakes>(&result)) {
    for (const auto& each : *mistakes)
      ADD_FAILURE() << each;
    return {};
  }
  return std::get<settings>(result);
}

settings_mistakes refused(const settings_sources& sources) {
  const auto result = load_settings(sources);
  if (std::holds_alternative<settings>(result)) {
    ADD_FAILURE() << "the settings were accepted";
    return {};
  }
  return std::get<settings_mistakes>(result);
}

/// The only mistake of sources that are in order but for `flag`.
std::string mistake_of(const settings_sources::flag& flag) {
  auto sources = sound();
  sources.flags.push_back(flag);
  const auto mistakes = refused(sources);
  EXPECT_EQ(mistakes.size(), 1U);
  return mistakes.empty() ? "" : mistakes.front();
}

settings with(const settings_sources::flag& flag) {
  auto sources = sound();
  sources.flags.push_back(flag);
  return loaded(sources);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Settings, FlagsBeatEnvironmentBeatsFileBeatsDefaults) {
  const toml_file file{
      "[reservation]\nhold_seconds = 10\n"
      "[queue]\ntoken_seconds = 11\nsilence_seconds = 12\n"};
  auto sources = sound();
  sources.file = file.path();
  sources.environment = {{"BOXOFFICE_QUEUE__TOKEN_SECONDS", "21"},
                         {"BOXOFFICE_QUEUE__SILENCE_SECONDS", "22"}};
  sources.flags.push_back(set("queue.silence_seconds", "32"));

  const auto got = loaded(sources);

  EXPECT_EQ(got.payment.answer_time, 3000ms) << "default";
  EXPECT_EQ(got.reservation.hold_time, 10s) << "file";
  EXPECT_EQ(got.queue.token_time, 21s) << "environment";
  EXPECT_EQ(got.queue.silence, 32s) << "flag";
}

TEST(Settings, TheLastFlagOfAKeyCounts) {
  auto sources = sound();
  sources.flags.push_back(set("http.threads", "2"));
  sources.flags.push_back(set("http.threads", "3"));
  EXPECT_EQ(loaded(sources).http.threads, 3U);
}

TEST(Settings, WithoutSourcesOnlyTheSecretIsMissing) {
  const auto mistakes = refused({});
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_TRUE(contains(mistakes[0], "auth.secret must have at least 32 bytes")) << mistakes[0];
  EXPECT_TRUE(contains(mistakes[0], "BOXOFFICE_AUTH__SECRET")) << mistakes[0];
}

TEST(Settings, AllMistakesAreReportedAtOnceEachWithItsPlace) {
  const toml_file file{
      "[store]\n"
      "point = 3\n"
      "[auth]\n"
      "dev = \"yes\"\n"
      "secrt = 1\n"
      "[http]\n"
      "listen = \"0.0.0.0\"\n"
      "threads = 0.5\n"
      "[node]\n"
      "roles = [\"gateway\", \"gatway\"]\n"};
  auto sources = sound();
  sources.file = file.path();
  sources.environment = {{"BOXOFFICE_HTTP__THREADS", "65"}};
  sources.flags.push_back(set("point.charge_max", "ten"));

  const auto got = refused(sources);

  ASSERT_EQ(got.size(), 8U);
  const auto begins = [](const std::string& text, const std::string& with) {
    return text.starts_with(with) ? testing::AssertionSuccess()
                                  : testing::AssertionFailure() << text << "\nnot: " << with;
  };
  EXPECT_TRUE(begins(got[0], file.at("2:1") + "\"store.point\" is a section"));
  EXPECT_TRUE(begins(got[1], file.at("4:7") + "auth.dev: expected true or false, got \"yes\""));
  EXPECT_TRUE(begins(got[2], file.at("5:1") + "key \"auth.secrt\" is unknown"));
  EXPECT_TRUE(begins(got[3], file.at("7:10") + "http.listen: expected \"HOST:PORT\""));
  EXPECT_TRUE(begins(got[4], file.at("8:11") +
                                 "http.threads: expected a whole number of threads from 1 to 64, "
                                 "got a number with a fraction"));
  EXPECT_TRUE(begins(got[5], file.at("10:9") + "node.roles: expected"));
  EXPECT_TRUE(begins(got[6], "BOXOFFICE_HTTP__THREADS: http.threads: expected"));
  EXPECT_TRUE(begins(got[7], "--set point.charge_max: point.charge_max: expected"));
}

TEST(Settings, AnOverriddenMistakeIsStillAMistake) {
  auto sources = sound();
  sources.environment = {{"BOXOFFICE_HTTP__THREADS", "none"}};
  sources.flags.push_back(set("http.threads", "2"));
  EXPECT_EQ(refused(sources).size(), 1U);
}

TEST(Settings, UnknownKeysComeWithTheNearestKnownOne) {
  EXPECT_TRUE(contains(mistake_of(set("http.thread", "1")), "did you mean \"http.threads\"?"));
  EXPECT_TRUE(
      contains(mistake_of(set("hold_seconds", "1")), "did you mean \"reservation.hold_seconds\"?"));
  EXPECT_FALSE(contains(mistake_of(set("zzz", "1")), "did you mean"));
}

TEST(Settings, AnUnknownSectionIsReportedOnce) {
  const toml_file file{"[reservations]\na = 1\nb = 2\n"};
  auto sources = sound();
  sources.file = file.path();
  const auto mistakes = refused(sources);
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_TRUE(contains(mistakes[0], "did you mean \"reservation\"?")) << mistakes[0];
}

TEST(Settings, AQuotedKeyWithADotIsNotASection) {
  const toml_file file{"\"http.threads\" = 2\n"};
  auto sources = sound();
  sources.file = file.path();
  EXPECT_EQ(refused(sources).size(), 1U);
}

TEST(Settings, VariablesAreNamedAfterTheirKeys) {
  settings_sources sources;
  sources.environment = {{"BOXOFFICE_AUTH__SECRET", long_secret},
                         {"BOXOFFICE_HTTP__IN_FLIGHT_MAX", "7"},
                         {"BOXOFFICE_QUEUE_RANKING__KIND", "embedded"},
                         {"BOXOFFICE_STORE__POINT__URL", "postgres://point"}};
  const auto got = loaded(sources);
  EXPECT_EQ(got.auth.secret.reveal(), long_secret);
  EXPECT_EQ(got.http.in_flight_max, 7U);
  EXPECT_EQ(got.store.point.url.reveal(), "postgres://point");
}

TEST(Settings, UnknownVariablesComeWithTheNearestKnownOne) {
  auto sources = sound();
  sources.environment = {{"BOXOFFICE_AUTH__SECRETS", "hush-hush"}};
  const auto mistakes = refused(sources);
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_TRUE(contains(mistakes[0], "BOXOFFICE_AUTH__SECRETS")) << mistakes[0];
  EXPECT_TRUE(contains(mistakes[0], "did you mean \"BOXOFFICE_AUTH__SECRET\"?")) << mistakes[0];
  EXPECT_FALSE(contains(mistakes[0], "hush-hush")) << mistakes[0];
}

TEST(Settings, OnlyOurVariablesAreTaken) {
  constexpr std::array<const char*, 4> environ{"PATH=/bin", "BOXOFFICE_LOG__LEVEL=a=b", "BOXOFFICE",
                                               nullptr};
  const auto got = boxoffice_environment(environ.data());
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].name, "BOXOFFICE_LOG__LEVEL");
  EXPECT_EQ(got[0].value, "a=b");
}

TEST(Settings, DevTokensAreForLoopbackOnly) {
  settings_sources sources;
  sources.flags = {set("auth.dev", "true"), {"--listen", "http.listen", "0.0.0.0:8080"}};
  const auto mistakes = refused(sources);
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_TRUE(contains(mistakes[0], "http.listen (--listen) is 0.0.0.0:8080")) << mistakes[0];

  for (const char* loopback : {"127.0.0.1:0", "127.1.2.3:80", "[::1]:80", "localhost:80"}) {
    sources.flags[1].value = loopback;
    EXPECT_TRUE(loaded(sources).auth.dev) << loopback;
  }
  for (const char* open : {"[::]:80", "10.0.0.1:80", "128.0.0.1:80", "[fe80::1]:80"}) {
    sources.flags[1].value = open;
    EXPECT_EQ(refused(sources).size(), 1U) << open;
  }
}

TEST(Settings, ShortSecretsAreForDevOnly) {
  settings_sources sources;
  sources.flags = {set("auth.secret", std::string(limits::auth_secret_bytes_min - 1, 'x'))};
  EXPECT_EQ(refused(sources).size(), 1U);
  sources.flags.push_back(set("auth.dev", "true"));
  EXPECT_TRUE(loaded(sources).auth.dev);
}

TEST(Settings, EdDsaNeedsAPublicKeyAndNoDevTokens) {
  settings_sources sources;
  sources.flags = {set("auth.algorithm", "EdDSA")};
  EXPECT_EQ(refused(sources).size(), 1U);
  sources.flags.push_back(
      set("auth.public_key", "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n"));
  EXPECT_EQ(loaded(sources).auth.algorithm, auth_algorithm::eddsa);
  sources.flags.push_back(set("auth.dev", "true"));
  EXPECT_EQ(refused(sources).size(), 1U);
}

TEST(Settings, WorkOnDataAloneNeedsNoSecret) {
  settings_sources sources;
  sources.use = settings_use::data_only;
  EXPECT_EQ(loaded(sources), settings{});
}

TEST(Settings, EveryDatabaseOfPostgresIsNamed) {
  settings_sources sources;
  sources.use = settings_use::data_only;
  sources.flags = {{"--store", "store.kind", "postgres"},
                   {"--set store.point.url", "store.point.url", "postgresql://db/point"}};
  const auto got = refused(sources);
  ASSERT_EQ(got.size(), 3U);
  EXPECT_TRUE(contains(got[0], "store.concert.url must say where the database is")) << got[0];
  for (const auto* key : {"store.concert.url", "store.reservation.url", "store.payment.url"})
    sources.flags.push_back({std::string{"--set "} + key, key, "postgresql://db/x"});
  EXPECT_EQ(loaded(sources).store.kind, store_kind::postgres);
}

TEST(Settings, RedisIsNamedWhenItKeepsTheQueue) {
  settings_sources sources;
  sources.use = settings_use::data_only;
  sources.flags = {{"--queue", "queue_ranking.kind", "redis"}};
  const auto got = refused(sources);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_TRUE(contains(got[0], "queue_ranking.url must say where Redis is")) << got[0];
  sources.flags.push_back(set("queue_ranking.url", "redis://127.0.0.1"));
  EXPECT_EQ(loaded(sources).queue_ranking.kind, ranking_store_kind::redis);
}

TEST(Settings, WhatIsGoneSaysWhatTookItsPlace) {
  const auto mistake = mistake_of(set("events.kind", "kafka"));
  EXPECT_TRUE(contains(mistake, "is gone: every broker has keys of its own")) << mistake;
  auto sources = sound();
  sources.environment = {{"BOXOFFICE_EVENTS__KIND", "kafka"}};
  const auto got = refused(sources);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_TRUE(contains(got[0], "is gone")) << got[0];
}

TEST(Settings, ADataPlatformStandsAloneAndHearsFromABroker) {
  auto sources = sound();
  sources.flags.push_back(set("node.roles", "data_platform"));
  auto got = refused(sources);
  EXPECT_EQ(got.size(), 2U) << got.front();
  sources.flags.push_back(set("data_platform.url", "http://127.0.0.1:1/"));
  sources.flags.push_back(set("ranking.source", "kafka"));
  got = refused(sources);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_TRUE(contains(got[0], "events.kafka.brokers must say where the broker is")) << got[0];
  sources.flags.push_back(set("events.kafka.brokers", "127.0.0.1:9092"));
  EXPECT_TRUE(loaded(sources).keeps_nothing());
  sources.flags.push_back(set("node.roles", "data_platform,point"));
  EXPECT_TRUE(contains(refused(sources)[0], "must have data_platform alone"));
}

TEST(Settings, ChoicesAreNamedWhenAnotherWasWritten) {
  EXPECT_TRUE(contains(mistake_of(set("store.kind", "mysql")), "expected one of \"sqlite\""));
}

// What is wrong with these settings, each on a line.
std::string mistakes_of(std::vector<std::pair<std::string, std::string>> flags) {
  auto sources = sound();
  for (auto& [key, value] : flags)
    sources.flags.push_back(set(key, value));
  const auto read = load_settings(sources);
  std::string text;
  if (const auto* all = std::get_if<settings_mistakes>(&read))
    for (const auto& each : *all)
      text += each + '\n';
  return text;
}

TEST(Settings, ANodeOfSomeServicesSaysWhomItAsksAndWhereItIsAsked) {
  const std::string secret(32, 's');
  EXPECT_TRUE(contains(mistakes_of({{"node.roles", "gateway"}}), "cluster.peers"));
  EXPECT_TRUE(contains(mistakes_of({{"node.roles", "point"}}), "cluster.listen"));
  EXPECT_TRUE(contains(mistakes_of({{"node.roles", "reservation"},
                                    {"cluster.secret", secret},
                                    {"cluster.listen", "127.0.0.1:0"}}),
                       "cluster.peers"));
  EXPECT_TRUE(contains(mistakes_of({{"cluster.peers", "a:1"}}), "cluster.secret"));
  EXPECT_EQ(
      mistakes_of(
          {{"node.roles", "point"}, {"cluster.secret", secret}, {"cluster.listen", "127.0.0.1:0"}}),
      "");
  EXPECT_EQ(mistakes_of({{"node.roles", "gateway"},
                         {"cluster.secret", secret},
                         {"cluster.peers", "concert.example:9081,10.0.0.2:9082,[::1]:9083"}}),
            "");
  for (const auto* wrong :
       {"a", "a:0", "a:70000", ":1", "1.2.3:4", "a b:1", "a:1,a:1", "http://a:1"})
    EXPECT_NE(mistakes_of({{"cluster.peers", wrong}, {"cluster.secret", secret}}), "") << wrong;
}

TEST(Settings, NobodyStandsByForEmbeddedStores) {
  EXPECT_TRUE(contains(mistakes_of({{"cluster.takeover_ms", "3000"}}), "embedded"));
  EXPECT_TRUE(contains(mistakes_of({{"cluster.takeover_ms", "10"}}), "at least 1000"));
  EXPECT_EQ(mistakes_of({{"cluster.takeover_ms", "3000"},
                         {"node.roles", "queue_ranking"},
                         {"queue_ranking.kind", "redis"},
                         {"queue_ranking.url", "redis://127.0.0.1:1"},
                         {"cluster.secret", std::string(32, 's')},
                         {"cluster.listen", "127.0.0.1:0"},
                         {"cluster.peers", "127.0.0.1:9081"}}),
            "");
}

TEST(Settings, EveryRoleMayBeNamedOneByOne) {
  EXPECT_EQ(with({"--roles", "node.roles", "all"}).node.roles, every_role);
  EXPECT_EQ(
      with({"--roles", "node.roles", "gateway,concert,queue_ranking,reservation,point,payment"})
          .node.roles,
      every_role);
}

TEST(Settings, RangesIncludeTheirEndsAndNothingMore) {
  EXPECT_EQ(with(set("reservation.hold_seconds", "1")).reservation.hold_time, 1s);
  EXPECT_EQ(with(set("reservation.hold_seconds", "3600")).reservation.hold_time, 3600s);
  for (const char* wrong : {"0", "3601", "-1", "", "1s", " 1", "1.0", "99999999999999999999"}) {
    EXPECT_TRUE(contains(mistake_of(set("reservation.hold_seconds", wrong)),
                         "a whole number of seconds from 1 to 3600"))
        << wrong;
  }
}

TEST(Settings, AnEmptyMetricsAddressMeansNone) {
  EXPECT_EQ(with(set("http.metrics_listen", "")).http.metrics_listen, std::nullopt);
  EXPECT_EQ(with(set("http.metrics_listen", "127.0.0.1:9")).http.metrics_listen,
            (listen_address{"127.0.0.1", 9}));
}

TEST(Settings, TheDataPlatformIsAWebAddress) {
  for (const std::string url : {"", "http://h:1/x", "https://h/x"})
    EXPECT_EQ(with(set("data_platform.url", url)).data_platform.url, url);
  EXPECT_TRUE(contains(mistake_of(set("data_platform.url", "amqp://h/x")),
                       "data_platform.url must begin with http:// or https://"));
  const auto mistake = mistake_of(set("data_platform.url", "https://u:open-sesame@h/x"));
  EXPECT_TRUE(contains(mistake, "data_platform.url must not hold a user")) << mistake;
  EXPECT_FALSE(contains(mistake, "open-sesame")) << mistake;
}

TEST(Settings, TheAuthoritiesOfTheDataPlatformCanBeRead) {
  const auto expect_refused = [](const std::string& path) {
    const auto mistake = mistake_of(set("data_platform.ca_file", path));
    EXPECT_TRUE(contains(mistake, "data_platform.ca_file must name a readable file")) << mistake;
  };
  {
    const toml_file nothing{"# no certificate\n"};
    expect_refused(nothing.path().string());
  }
  const toml_file some{"# ours\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"};
  const auto good = some.path().string();
  EXPECT_EQ(with(set("data_platform.ca_file", good)).data_platform.ca_file, some.path());
  expect_refused(good + ".gone");
  expect_refused(some.path().parent_path().string());
}

TEST(Settings, SecretsOfTheWrongTypeAreNotQuoted) {
  const toml_file file{"[data_platform]\nsecret = 123454321\n"};
  auto sources = sound();
  sources.file = file.path();
  const auto mistakes = refused(sources);
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_TRUE(contains(mistakes[0], file.at("2:10") + "data_platform.secret"));
  EXPECT_FALSE(contains(mistakes[0], "123454321"));
}

TEST(Settings, AFileThatIsNoTomlIsRefusedWithItsLineAndTheRestStillChecked) {
  const toml_file file{"[http]\nthreads = = 2\n"};
  auto sources = sound();
  sources.file = file.path();
  sources.flags.push_back(set("nothing.like", "1"));
  const auto mistakes = refused(sources);
  ASSERT_EQ(mistakes.size(), 2U);
  EXPECT_TRUE(contains(mistakes[0], file.path().string() + ":2:")) << mistakes[0];
  EXPECT_TRUE(contains(mistakes[0], "not TOML")) << mistakes[0];
}

TEST(Settings, AMissingFileIsTheOnlyMistake) {
  settings_sources sources;  // the secret may stand in the file
  sources.file = "/nonexistent/boxoffice.toml";
  const auto mistakes = refused(sources);
  ASSERT_EQ(mistakes.size(), 1U);
  EXPECT_TRUE(contains(mistakes[0], "/nonexistent/boxoffice.toml: cannot be read"));
  sources.file = testing::TempDir();
  EXPECT_EQ(refused(sources).size(), 1U);
}

}  // namespace
}  // namespace boxoffice
