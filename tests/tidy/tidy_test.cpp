// The house rules over the repository as it is. Run in the root of the repository.
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

namespace boxoffice::tidy {
namespace {

const source_tree& repository() {
  static const auto tree = read_tree(std::filesystem::current_path());
  return tree;
}

bool has_file(const std::string& path) {
  return std::ranges::find(repository().files, path, &source_file::path) !=
         repository().files.end();
}

void expect_none(const violations& found) { EXPECT_TRUE(found.empty()) << to_text(found); }

TEST(Tidy, RunsInTheRootOfTheRepository) {
  ASSERT_TRUE(has_file("CMakeLists.txt"));
  ASSERT_TRUE(has_file("tests/tidy/tidy_test.cpp"));
  EXPECT_GT(repository().files.size(), 50U);
}

TEST(Tidy, OurIncludesFollowTheLayers) {
  expect_none(our_includes_follow_the_layers(repository()));
}

TEST(Tidy, DomainsMeetThroughProtocols) {
  expect_none(domains_meet_through_protocols(repository()));
}

TEST(Tidy, PublicValuesStayPure) { expect_none(public_values_stay_pure(repository())); }

TEST(Tidy, PackagesStayInTheirLayer) { expect_none(packages_stay_in_their_layer(repository())); }

TEST(Tidy, IncludesAreWrittenFromTheRoot) {
  expect_none(includes_are_written_from_the_root(repository()));
}

TEST(Tidy, FilesAreShort) { expect_none(files_are_short(repository())); }

TEST(Tidy, FoldersHaveAShortReadme) { expect_none(folders_have_a_short_readme(repository())); }

TEST(Tidy, ReadmesListTheirFiles) { expect_none(readmes_list_their_files(repository())); }

TEST(Tidy, NamesSayWhatIsInside) { expect_none(names_say_what_is_inside(repository())); }

TEST(Tidy, CommentsFitThePage) { expect_none(comments_fit_the_page(repository())); }

TEST(Tidy, CitedPagesExist) { expect_none(cited_pages_exist(repository())); }

TEST(Tidy, CitedFilesExist) { expect_none(cited_files_exist(repository())); }

TEST(Tidy, CitedPromisesExist) { expect_none(cited_promises_exist(repository())); }

TEST(Tidy, LinksLeadSomewhere) { expect_none(links_lead_somewhere(repository())); }

TEST(Tidy, NamedMetersExist) { expect_none(named_meters_exist(repository())); }

TEST(Tidy, NamedTestsExist) { expect_none(named_tests_exist(repository())); }

TEST(Tidy, NoBannedWords) { expect_none(no_banned_words(repository())); }

TEST(Tidy, NoUnfinishedWork) { expect_none(no_unfinished_work(repository())); }

TEST(Tidy, HeadersGuardThemselves) { expect_none(headers_guard_themselves(repository())); }

TEST(Tidy, TheDocumentedSettingsExist) { EXPECT_TRUE(has_file("config/boxoffice.toml")); }

}  // namespace
}  // namespace boxoffice::tidy
