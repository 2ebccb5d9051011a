// The rules about what is named, over planted violations and over what comes close to one.
#include "tests/tidy/rules.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice::tidy {
namespace {

using rule = violations (*)(const source_tree&);

/// A repository with a few things that can be named, and one file more.
source_tree with(std::string_view path, std::string_view text) {
  return {{make_file("README.md", "# Box office"),
           make_file("docs/PROMISES.md", "# Promises\n\n## G1: one\n## G2: two"),
           make_file("docs/decisions/0016-numbers.md", "# 16"),
           make_file("actors/point/account.hpp", "#pragma once"),
           make_file("actors/point/a.cpp", "m.count(\"boxoffice_charges_total\", \"\");"),
           make_file("tests/unit/seat_test.cpp",
                     "TEST(Seat, IsSmall) {}\nTEST_F(Contract,\n       IsKept) {}"),
           make_file(std::string{path}, text)},
          {"actors", "actors/point", "docs", "docs/decisions"}};
}

using file = std::pair<std::string_view, std::string_view>;

void expect_caught(rule apply, const std::vector<file>& files) {
  for (const auto& [path, text] : files)
    EXPECT_EQ(apply(with(path, text)).size(), 1U) << "not caught: " << path << ": " << text;
}
void expect_passed(rule apply, const std::vector<file>& files) {
  for (const auto& [path, text] : files) {
    const auto found = apply(with(path, text));
    EXPECT_TRUE(found.empty()) << path << ": " << text << "\n" << to_text(found);
  }
}

TEST(TidyPlanted, PagesThatAreNotThereAreCaught) {
  expect_caught(cited_pages_exist, {{"http/a.cpp", "// The table of API.md, in order."},
                                    {"http/a.cpp", "int x;  // see docs/DESIGN.md."},
                                    {"http/a.cpp", "  -- as docs/API.md says"},
                                    {"http/a.cpp", "// docs/decisions/0017 says why"},
                                    {"http/a.cpp", "// before decision 0017"},
                                    {"http/README.md", "docs/decisions/0017 says why"}});
  expect_passed(cited_pages_exist,
                {{"http/a.cpp", "// docs/PROMISES.md, G1"},
                 {"http/a.cpp", "// README.md buys a correlation"},
                 {"http/a.cpp", "// (docs/decisions/0016), as decision 0016 says."},
                 {"http/a.cpp", "open(\"docs/nothing.md\");"},
                 {"http/README.md", "every decision of 2016; docs/decisions/"}});
}

TEST(TidyPlanted, FilesThatAreNotThereAreCaught) {
  expect_caught(cited_files_exist, {{"http/README.md", "`actors/point/ledger.hpp` holds it"},
                                    {"docs/a.md", "the folder `actors/pointer`"}});
  expect_passed(cited_files_exist,
                {{"http/README.md", "`actors/point/account.hpp`, `actors/point/account`"},
                 {"http/README.md", "`actors/point/`, `actors/**`, `actors/<domain>/a.hpp`"},
                 {"http/README.md", "    `actors/point/ledger.hpp` in a block of code"}});
}

TEST(TidyPlanted, PromisesThatAreNotThereAreCaught) {
  expect_caught(cited_promises_exist, {{"http/a.cpp", "// docs/PROMISES.md, G3"},
                                       {"http/a.cpp", "// sold once (promise G1)"},
                                       {"docs/a.md", "kept by G21"}});
  expect_passed(cited_promises_exist, {{"http/a.cpp", "// docs/PROMISES.md, G1 and G2"},
                                       {"http/a.cpp", "// once (docs/PROMISES.md,\n// G1)"},
                                       {"http/a.cpp", "auto G7 = 1;"},
                                       {"docs/a.md", "G1, G2; EDG7; G1x"}});
}

TEST(TidyPlanted, LinksToNowhereAreCaught) {
  expect_caught(links_lead_somewhere, {{"docs/a.md", "[x](b.md)"},
                                       {"docs/a.md", "[x](docs/PROMISES.md)"},
                                       {"docs/a.md", "# One\n[x](#two)"},
                                       {"docs/a.md", "[x](PROMISES.md#g3)"}});
  expect_passed(links_lead_somewhere,
                {{"docs/a.md", "[x](PROMISES.md) [y](../README.md#box-office)"},
                 {"docs/a.md", "# Who asks, and why\n[x](#who-asks-and-why)"},
                 {"docs/a.md", "[x](https://example.org/) [y](decisions)"}});
}

TEST(TidyPlanted, TestsThatAreNotThereAreCaught) {
  expect_caught(named_tests_exist,
                {{"docs/a.md", "`Seat.IsLarge`"}, {"docs/a.md", "`Chair.*` and `Seat.*`"}});
  expect_passed(named_tests_exist,
                {{"docs/a.md", "`Seat.IsSmall`, `Contract.IsKept`, `Seat.*`"},
                 {"docs/a.md", "`auth.dev`, `README.md`, `Seat`, Seat.IsLarge"}});
}

TEST(TidyPlanted, MetersThatNobodyHasAreCaught) {
  expect_caught(named_meters_exist, {{"tests/actors/a.cpp", "m.level(\"boxoffice_charges\", \"\")"},
                                     {"docs/a.md", "`boxoffice_charges_totals`"}});
  expect_passed(named_meters_exist,
                {{"tests/actors/a.cpp", "find(\"boxoffice_charges_total_bucket{\")"},
                 {"docs/a.md", "`boxoffice_charges_total`, my_boxoffice_x, `boxoffice_…`"},
                 {"http/a.cpp", "m.level(\"boxoffice_open\", \"\")"}});
}

TEST(TidyPlanted, WideCommentsAreCaught) {
  const std::string wide = "// " + std::string(98, 'x');
  const std::string full = "  /// " + std::string(93, 'x') + "→";
  expect_caught(comments_fit_the_page, {{"http/a.hpp", wide}});
  expect_passed(comments_fit_the_page, {{"http/a.hpp", full}, {"http/a.md", wide}});
}

}  // namespace
}  // namespace boxoffice::tidy
