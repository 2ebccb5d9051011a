// Every rule over a planted violation, and over what comes close to one: a rule that cannot fail
// guards nothing.
#include "tests/tidy/rules.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::tidy {
namespace {

using rule = violations (*)(const source_tree&);

struct planted {
  std::string_view path;
  std::string_view text;
};

std::size_t count(rule apply, const planted& file) {
  return apply({{make_file(std::string{file.path}, file.text)}, {}}).size();
}

void expect_caught(rule apply, const std::vector<planted>& files) {
  for (const auto& file : files) {
    EXPECT_EQ(count(apply, file), 1U) << "not caught: " << file.path << ": " << file.text;
  }
}

void expect_passed(rule apply, const std::vector<planted>& files) {
  for (const auto& file : files) {
    EXPECT_EQ(count(apply, file), 0U) << "caught: " << file.path << ": " << file.text;
  }
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += "x\n";
  return text;
}

TEST(TidyPlanted, LayersAreCaught) {
  expect_caught(our_includes_follow_the_layers,
                {{"config/a.hpp", "#include \"actors/core/ids.hpp\""},
                 {"actors/core/a.hpp", "#include \"actors/caf/actor.hpp\""},
                 {"actors/core/a.hpp", "#include \"config/limits.hpp\""},
                 {"actors/commit/a.hpp", "#include \"actors/point/protocol.hpp\""},
                 {"actors/point/a.cpp", "#include \"storage/sqlite/a.hpp\""},
                 {"actors/point/a.cpp", "#include \"http/a.hpp\""},
                 {"storage/sqlite/a.cpp", "#include \"http/a.hpp\""},
                 {"storage/sqlite/a.cpp", "#include \"actors/point/protocol.hpp\""},
                 {"http/a.cpp", "#include \"storage/sqlite/a.hpp\""},
                 {"http/a.cpp", "#include \"actors/point/point_store.hpp\""},
                 {"main.cpp", "#include \"tests/actors/virtual_time.hpp\""},
                 {"elsewhere/a.cpp", "#include \"config/limits.hpp\""}});
  expect_passed(our_includes_follow_the_layers,
                {{"actors/point/a.cpp", "#include \"config/limits.hpp\""},
                 {"storage/sqlite/a.cpp", "#include \"actors/point/point_store.hpp\""},
                 {"http/a.cpp", "#include \"actors/point/protocol.hpp\""},
                 {"main.cpp", "#include \"storage/sqlite/a.hpp\"\n#include \"http/a.hpp\""}});
}

TEST(TidyPlanted, DomainBordersAreCaught) {
  expect_caught(domains_meet_through_protocols,
                {{"actors/payment/a.hpp", "#include \"actors/point/account.hpp\""},
                 {"actors/payment/a.cpp", "#include \"actors/point/point_store.hpp\""},
                 {"actors/point/a.cpp", "#include \"actors/node/node.hpp\""},
                 {"actors/outbox/a.cpp", "#include \"actors/point/point_store.hpp\""}});
  expect_passed(domains_meet_through_protocols,
                {{"actors/payment/a.hpp", "#include \"actors/point/protocol.hpp\""},
                 {"actors/payment/a.hpp", "#include \"actors/payment/saga.hpp\""},
                 {"actors/payment/a.hpp", "#include \"actors/commit/committer.hpp\""},
                 {"actors/reservation/a.hpp", "#include \"actors/concert/catalogue.hpp\""},
                 {"actors/outbox/a.cpp", "#include \"actors/payment/payment_store.hpp\""},
                 {"actors/node/a.cpp", "#include \"actors/point/account.hpp\""}});
}

TEST(TidyPlanted, ImpurePublicValuesAreCaught) {
  expect_caught(public_values_stay_pure,
                {{"actors/payment/payment.hpp", "#include \"actors/point/protocol.hpp\""},
                 {"actors/payment/payment.hpp", "#include \"actors/caf/values.hpp\""},
                 {"actors/concert/catalogue.hpp", "#include <caf/actor.hpp>"}});
  expect_passed(public_values_stay_pure,
                {{"actors/payment/payment.hpp", "#include \"actors/core/ids.hpp\"\n#include <map>"},
                 {"actors/payment/protocol.hpp", "#include <caf/actor.hpp>"}});
}

TEST(TidyPlanted, PackagesInTheWrongLayerAreCaught) {
  expect_caught(packages_stay_in_their_layer,
                {{"actors/core/a.hpp", "#include <caf/actor.hpp>"},
                 {"actors/core/a.hpp", "#include <spdlog/spdlog.h>"},
                 {"actors/point/a.cpp", "#include <sqlite3.h>"},
                 {"actors/point/a.cpp", "#include <nlohmann/json.hpp>"},
                 {"actors/point/a.cpp", "#include <unistd.h>"},
                 {"config/a.cpp", "#include <boost/asio/io_context.hpp>"},
                 {"storage/a.cpp", "#include <boost/asio/io_context.hpp>"},
                 {"storage/a.cpp", "#include <caf/actor.hpp>"},
                 {"storage/sqlite/a.hpp", "#include <SQLiteCpp/Database.h>"},
                 {"http/server/session.cpp", "#include <caf/actor.hpp>"},
                 {"http/server/session.cpp", "#include <pqxx/pqxx>"},
                 {"http/server/session.cpp", "#include <gtest/gtest.h>"},
                 {"http/server/session.cpp", "#include <unheard/of.hpp>"}});
  expect_passed(packages_stay_in_their_layer,
                {{"actors/core/a.hpp", "#include <vector>"},
                 {"actors/point/a.cpp", "#include <caf/actor.hpp>"},
                 {"storage/sqlite/a.cpp", "#include <SQLiteCpp/Database.h>"},
                 {"storage/precompiled.hpp", "#include <SQLiteCpp/Database.h>"},
                 {"http/api/bridge.hpp", "#include <caf/actor.hpp>"},
                 {"http/server/session.cpp", "#include <boost/beast/core.hpp>"}});
}

TEST(TidyPlanted, IncludesFromElsewhereAreCaught) {
  expect_caught(includes_are_written_from_the_root,
                {{"actors/point/a.cpp", "#include \"account.hpp\""},
                 {"actors/point/a.cpp", "#include \"../core/ids.hpp\""},
                 {"actors/point/a.cpp", "#include \"actors/precompiled.hpp\""}});
  expect_passed(includes_are_written_from_the_root,
                {{"actors/point/a.cpp", "#include \"actors/point/a.cpp\"\n#include <map>"}});
}

TEST(TidyPlanted, LongFilesAreCaught) {
  expect_caught(files_are_short, {{"main.cpp", lines(151)},
                                  {"http/a.cpp", lines(401)},
                                  {"dev", lines(401)},
                                  {"tests/http/a.cpp", lines(501)}});
  expect_passed(files_are_short, {{"main.cpp", lines(150)},
                                  {"http/a.cpp", lines(400)},
                                  {"LICENSE", lines(600)},
                                  {"tests/http/a.cpp", lines(500)}});
}

TEST(TidyPlanted, MissingAndLongReadmesAreCaught) {
  expect_caught(folders_have_a_short_readme, {{"actors/point/a.cpp", ""},
                                              {"storage/sqlite/deeper/a.cpp", ""},
                                              {"tests/http/a.cpp", ""},
                                              {"http/README.md", lines(61)}});
  expect_passed(folders_have_a_short_readme, {{"http/README.md", lines(60)},
                                              {"tests/unit/core/a.cpp", ""},
                                              {"docs/decisions/0001.md", ""},
                                              {"main.cpp", ""}});
}

TEST(TidyPlanted, FilesThatTheirReadmeDoesNotListAreCaught) {
  const auto found = [](std::string_view readme, std::string path) {
    return readmes_list_their_files(
               {{make_file("http/README.md", readme), make_file("http/README.md.txt", ""),
                 make_file(std::move(path), "")},
                {}})
        .size();
  };
  EXPECT_EQ(found("`router` finds a route", "http/token.hpp"), 1U);
  EXPECT_EQ(found("a token; `tokens` and `my_token`", "http/token.hpp"), 1U);
  EXPECT_EQ(found("`<domain>_routes.cpp`", "http/routes.cpp"), 1U);
  EXPECT_EQ(found("`token` verifies", "http/token.hpp"), 0U);
  EXPECT_EQ(found("`router.hpp`, `token.hpp`", "http/token.cpp"), 0U);
  EXPECT_EQ(found("`<domain>_routes.cpp`, one each", "http/point_routes.cpp"), 0U);
  EXPECT_EQ(found("nothing", "http/precompiled.hpp"), 0U);
  EXPECT_EQ(found("nothing", "tests/http/token_test.cpp"), 0U);
}

TEST(TidyPlanted, NamesThatSayNothingAreCaught) {
  expect_caught(names_say_what_is_inside, {{"http/utils.cpp", ""}, {"http/seat_helper.hpp", ""}});
  EXPECT_EQ(names_say_what_is_inside({{}, {"actors/common"}}).size(), 1U);
  expect_passed(names_say_what_is_inside, {{"http/commonwealth.cpp", ""}, {"http/status.cpp", ""}});
}

TEST(TidyPlanted, BannedWordsAreCaught) {
  expect_caught(no_banned_words, {{"actors/node/a.cpp", "request(x, caf::infinite, y);"},
                                  {"actors/point/a.cpp", "auto t = system_clock::now();"},
                                  {"actors/point/a.cpp", "auto t = steady_clock::now();"},
                                  {"tests/actors/a.cpp", "auto t = system_clock::now();"},
                                  {"http/a.cpp", "std::this_thread::sleep_for(1s);"},
                                  {"tests/http/a.cpp", "std::this_thread::sleep_for(1ms);"},
                                  {"http/a.hpp", "using namespace std;"},
                                  {"actors/point/a.cpp", "std::random_device seed;"},
                                  {"actors/point/a.cpp", "int n = rand();"},
                                  {"http/a.cpp", "if (boost::beast::iequals(a, b)) return;"},
                                  {"http/a.cpp", "send(\"http://x\", caf::infinite);"}});
  expect_passed(no_banned_words,
                {{"actors/point/a.cpp", "// never caf::infinite"},
                 {"actors/point/a.cpp", "operand(1);"},
                 {"actors/node/a.cpp", "auto t = system_clock::now();"},
                 {"http/a.cpp", "using namespace std::chrono_literals;"},
                 {"tests/system/eventually.hpp", "std::this_thread::sleep_for(p);"}});
}

TEST(TidyPlanted, UnfinishedWorkIsCaught) {
  expect_caught(no_unfinished_work, {{"http/a.cpp", "// FIXME later"}, {"docs/a.md", "TODO"}});
  expect_passed(no_unfinished_work, {{"http/a.cpp", "HACKNEY_XXXL"}});
}

TEST(TidyPlanted, UnguardedHeadersAreCaught) {
  expect_caught(headers_guard_themselves, {{"http/a.hpp", "int x;"}});
  expect_passed(headers_guard_themselves, {{"http/a.hpp", "#pragma once\n"}, {"http/a.cpp", ""}});
}

TEST(TidyPlanted, AViolationIsReportedAsACompilerWould) {
  const auto found = no_banned_words({{make_file("http/a.hpp", "\nusing namespace std;\n")}, {}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(
      to_text(found),
      "http/a.hpp:2: using namespace is banned here: it reaches every file that includes this "
      "one\n");
}

}  // namespace
}  // namespace boxoffice::tidy
