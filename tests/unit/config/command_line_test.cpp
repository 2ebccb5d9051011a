#include "config/command_line.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

command_line_result parse(const std::vector<const char*>& arguments) {
  return parse_command_line(arguments, {{"BOXOFFICE_HTTP__THREADS", "2"}});
}

command_line accepted(const std::vector<const char*>& arguments) {
  auto result = parse(arguments);
  if (const auto* exit = std::get_if<early_exit>(&result)) {
    ADD_FAILURE() << exit->output << exit->error;
    return {};
  }
  return std::get<command_line>(result);
}

early_exit ended(const std::vector<const char*>& arguments) {
  auto result = parse(arguments);
  if (std::holds_alternative<command_line>(result)) {
    ADD_FAILURE() << "the command line was accepted";
    return {};
  }
  return std::get<early_exit>(result);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(CommandLine, FlagsOfServeBecomeSettings) {
  const auto got = accepted({"serve", "--data-dir", "/d", "--listen=127.0.0.1:0", "--roles",
                             "gateway,point", "--config", "f.toml"});
  EXPECT_EQ(got.what, command::serve);
  EXPECT_EQ(got.sources.use, settings_use::serve);
  EXPECT_EQ(got.sources.file, std::filesystem::path{"f.toml"});
  ASSERT_EQ(got.sources.environment.size(), 1U);
  std::vector<std::string> flags;
  for (const auto& flag : got.sources.flags) {
    flags.push_back(flag.written + "|" + flag.key + "|" + flag.value);
  }
  EXPECT_EQ(flags, (std::vector<std::string>{"--listen|http.listen|127.0.0.1:0",
                                             "--data-dir|node.data_dir|/d",
                                             "--roles|node.roles|gateway,point"}));
}

TEST(CommandLine, SetIsRepeatableAndKeepsItsOrderAndEveryLaterEqualsSign) {
  const auto got = accepted(
      {"serve", "--set", "auth.secret=a=b", "--set", "demo.file=", "--set", "auth.secret=[c]"});
  ASSERT_EQ(got.sources.flags.size(), 3U);
  EXPECT_EQ(got.sources.flags[0].key, "auth.secret");
  EXPECT_EQ(got.sources.flags[0].value, "a=b");
  EXPECT_EQ(got.sources.flags[1].value, "");
  EXPECT_EQ(got.sources.flags[2].value, "[c]");
  EXPECT_EQ(got.sources.flags[2].written, "--set auth.secret") << "without the value";
  EXPECT_EQ(got.sources.file, std::nullopt);
}

TEST(CommandLine, MigrateTakesWhatConcernsData) {
  const auto got = accepted({"migrate", "--data-dir", "/d"});
  EXPECT_EQ(got.what, command::migrate);
  EXPECT_EQ(got.sources.use, settings_use::data_only);
  EXPECT_EQ(ended({"migrate", "--listen", "127.0.0.1:0"}).code, exit_code::bad_usage);
}

TEST(CommandLine, VersionTakesNothing) {
  EXPECT_EQ(accepted({"version"}).what, command::version);
  EXPECT_TRUE(accepted({"version"}).sources.environment.empty());
  EXPECT_EQ(ended({"version", "--set", "a=b"}).code, exit_code::bad_usage);
}

TEST(CommandLine, SinkTakesSecretsOfItsFlagsOrOfTheSendersVariables) {
  const auto got = accepted({"sink", "--listen", "127.0.0.1:9000", "--secret", "whsec_a",
                             "--secret", "whsec_b", "--out", "f"});
  EXPECT_EQ(got.what, command::sink);
  EXPECT_EQ(got.arguments.listen, "127.0.0.1:9000");
  EXPECT_EQ(got.arguments.out, "f");
  ASSERT_EQ(got.arguments.secrets.size(), 2U);
  EXPECT_EQ(got.arguments.secrets[1].reveal(), "whsec_b");
  EXPECT_TRUE(got.sources.environment.empty()) << "it reads no settings";
  const std::vector<const char*> words{"sink"};
  const auto told = std::get<command_line>(
      parse_command_line(words, {{"BOXOFFICE_DATA_PLATFORM__PREVIOUS_SECRET", "old"},
                                 {"BOXOFFICE_DATA_PLATFORM__SECRET", "new"}}));
  ASSERT_EQ(told.arguments.secrets.size(), 2U);
  EXPECT_EQ(told.arguments.secrets[0].reveal(), "new");
  EXPECT_EQ(told.arguments.secrets[1].reveal(), "old");
}

TEST(CommandLine, BadUsageEndsWithTwoAndSaysWhy) {
  const std::vector<std::vector<const char*>> wrong{
      {},
      {"sirve"},
      {"serve", "extra"},
      {"serve", "--nothing"},
      {"serve", "--set", "novalue"},
      {"serve", "--set", "=x"},
      {"serve", "--set"},
      {"serve", "--set", "a=b", "c=d"},
      {"serve", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:2"},
      {"serve", "migrate"},
      {"sagas"},
      {"sagas", "list", "pay_1"},
      {"sagas", "list", "--older-than", "soon"},
      {"sagas", "list", "--older-than", ""},
      {"sagas", "list", "--older-than="},
      {"sagas", "list", "--older-than", "0x1f"},
      {"sagas", "list", "--older-than", "-1"},
      {"sagas", "list", "--older-than", "+1"},
      {"sagas", "list", "--older-than", "4294967296"},
      {"sagas", "show"},
      {"sagas", "show", "pay_1", "pay_2"},
      {"sagas", "abort", "pay_1"},
      {"sagas", "abort", "pay_1", "--reason", ""},
      {"sagas", "resume", "pay_1", "--reason", "r"},
      {"outbox", "list", "--older-than", "1"},
      {"audit", "--server", "http://127.0.0.1:1"},
      {"sink", "--config", "f.toml"},
      {"sink", "--secret", "a", "b"},
  };
  for (const auto& arguments : wrong) {
    const auto got = ended(arguments);
    EXPECT_EQ(got.code, exit_code::bad_usage) << testing::PrintToString(arguments);
    EXPECT_FALSE(got.error.empty()) << testing::PrintToString(arguments);
    EXPECT_TRUE(got.output.empty()) << testing::PrintToString(arguments);
  }
  EXPECT_TRUE(contains(ended({"sirve"}).error,
                       "there are: serve, migrate, backup, restore, audit, rebuild ranking"));
  EXPECT_TRUE(contains(ended({"sagas", "lst"}).error, "there is no command \"sagas lst\""));
}

TEST(CommandLine, WhatWasTypedCannotSteerTheTerminal) {
  const std::vector<std::vector<const char*>> wrong{
      {"serve", "--\x1b[31mred"},
      {"serve", "a\rb"},
      {"serve", "--set", "\x07"},
      {"audit", "--new-store", "\x1b]0;title\x07"},
  };
  for (const auto& arguments : wrong) {
    const auto got = ended(arguments);
    EXPECT_EQ(got.code, exit_code::bad_usage);
    for (const char c : got.error)
      EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << got.error;
  }
  EXPECT_TRUE(contains(ended({"serve", "--no\nthing"}).error, "--no\\nthing"));
  const auto set = accepted({"serve", "--set", "a\x1b]b=c"});
  ASSERT_EQ(set.sources.flags.size(), 1U);
  EXPECT_EQ(set.sources.flags[0].written, "--set a\\u001b]b");
}

TEST(CommandLine, AuditTakesTheDataAndWhatToExpect) {
  const auto plain = accepted({"audit", "--data-dir", "/d"});
  EXPECT_EQ(plain.what, command::audit);
  EXPECT_EQ(plain.sources.use, settings_use::data_only);
  EXPECT_EQ(plain.arguments.output, output_form::text);
  EXPECT_EQ(plain.arguments.books, books_state::in_use);
  const auto all = accepted({"audit", "--json", "--drained", "--config", "f.toml"});
  EXPECT_EQ(all.arguments.output, output_form::json);
  EXPECT_EQ(all.arguments.books, books_state::drained);
  EXPECT_EQ(all.sources.file, std::filesystem::path{"f.toml"});
}

TEST(CommandLine, OperatorsCommandsTakeAnIdAndAServer) {
  const auto list = accepted({"sagas", "list", "--state", "parked", "--older-than", "60"});
  EXPECT_EQ(list.what, command::sagas_list);
  EXPECT_EQ(list.arguments.state, "parked");
  EXPECT_EQ(list.arguments.older_than_seconds, 60U);
  EXPECT_EQ(accepted({"sagas", "list", "--older-than", "009"}).arguments.older_than_seconds, 9U);
  EXPECT_EQ(list.arguments.server, std::nullopt);
  const auto abort = accepted({"sagas", "abort", "pay_1", "--reason", "asked for", "--server",
                               "http://127.0.0.1:1", "--token", "t", "--json"});
  EXPECT_EQ(abort.what, command::sagas_abort);
  EXPECT_EQ(abort.arguments.id, "pay_1");
  EXPECT_EQ(abort.arguments.reason, "asked for");
  EXPECT_EQ(abort.arguments.server, "http://127.0.0.1:1");
  EXPECT_EQ(abort.arguments.token.reveal(), "t");
  EXPECT_EQ(abort.arguments.output, output_form::json);
  EXPECT_EQ(accepted({"sagas", "show", "pay_1"}).what, command::sagas_show);
  EXPECT_EQ(accepted({"sagas", "resume", "pay_1"}).what, command::sagas_resume);
  EXPECT_EQ(accepted({"outbox", "list", "--state", "pending"}).what, command::outbox_list);
  EXPECT_EQ(accepted({"outbox", "replay", "evt_1"}).arguments.id, "evt_1");
  EXPECT_EQ(accepted({"parked", "list", "--json"}).what, command::parked_list);
  EXPECT_EQ(accepted({"parked", "abandon", "qt_1_2"}).arguments.id, "qt_1_2");
}

TEST(CommandLine, TheTokenOfTheEnvironmentIsNoSetting) {
  const auto parse_with_token = [](const std::vector<const char*>& arguments) {
    auto result = parse_command_line(
        arguments, {{"BOXOFFICE_TOKEN", "secret"}, {"BOXOFFICE_HTTP__THREADS", "2"}});
    return std::get<command_line>(result);
  };
  const auto list = parse_with_token({"sagas", "list"});
  EXPECT_EQ(list.arguments.token.reveal(), "secret");
  ASSERT_EQ(list.sources.environment.size(), 1U);
  EXPECT_EQ(list.sources.environment.front().name, "BOXOFFICE_HTTP__THREADS");
  EXPECT_EQ(parse_with_token({"serve"}).sources.environment.size(), 1U);
  EXPECT_EQ(parse_with_token({"sagas", "list", "--token", "other"}).arguments.token.reveal(),
            "other");
}

TEST(CommandLine, EveryHelpHasAnExample) {
  const std::vector<std::vector<const char*>> helps{{"--help"},
                                                    {"serve", "--help"},
                                                    {"migrate", "--help"},
                                                    {"version", "--help"},
                                                    {"audit", "--help"},
                                                    {"sink", "--help"},
                                                    {"sagas", "--help"},
                                                    {"sagas", "list", "--help"},
                                                    {"sagas", "show", "--help"},
                                                    {"sagas", "resume", "--help"},
                                                    {"sagas", "abort", "--help"},
                                                    {"outbox", "--help"},
                                                    {"outbox", "list", "--help"},
                                                    {"outbox", "replay", "--help"},
                                                    {"parked", "--help"},
                                                    {"parked", "list", "--help"},
                                                    {"parked", "retry", "--help"},
                                                    {"parked", "abandon", "--help"}};
  for (const auto& arguments : helps) {
    const auto got = ended(arguments);
    EXPECT_EQ(got.code, exit_code::stopped);
    EXPECT_TRUE(contains(got.output, "Example:\n  boxoffice ")) << got.output;
    EXPECT_TRUE(got.error.empty());
  }
}

TEST(CommandLine, TheExampleOfServeIsInOrder) {
  const auto got = accepted({"serve", "--listen", "127.0.0.1:8080", "--data-dir", "./var/boxoffice",
                             "--set", "auth.dev=true"});
  EXPECT_TRUE(std::holds_alternative<settings>(load_settings(got.sources)));
}

}  // namespace
}  // namespace boxoffice
