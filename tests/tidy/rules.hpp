#pragma once

#include "tests/tidy/source_tree.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace boxoffice::tidy {

struct violation {
  std::string path;
  std::size_t line;  ///< 0: the file or folder as a whole
  std::string what;
};

using violations = std::vector<violation>;

// Each rule looks at the whole tree and returns what breaks it. The tables that the rules read
// stand at the top of the file that implements them.

// layering.cpp
violations our_includes_follow_the_layers(const source_tree& tree);
violations domains_meet_through_protocols(const source_tree& tree);
violations public_values_stay_pure(const source_tree& tree);
violations packages_stay_in_their_layer(const source_tree& tree);
violations includes_are_written_from_the_root(const source_tree& tree);

// sizes_and_names.cpp
violations files_are_short(const source_tree& tree);
violations folders_have_a_short_readme(const source_tree& tree);
violations names_say_what_is_inside(const source_tree& tree);
violations readmes_list_their_files(const source_tree& tree);
violations comments_fit_the_page(const source_tree& tree);

// words.cpp
violations no_banned_words(const source_tree& tree);
violations no_unfinished_work(const source_tree& tree);
violations headers_guard_themselves(const source_tree& tree);

// citations.cpp
violations cited_pages_exist(const source_tree& tree);
violations cited_files_exist(const source_tree& tree);
violations cited_promises_exist(const source_tree& tree);
violations links_lead_somewhere(const source_tree& tree);
violations named_tests_exist(const source_tree& tree);
violations named_meters_exist(const source_tree& tree);

/// One line per violation, `path:line: what`, as a compiler writes it.
std::string to_text(const violations& found);

}  // namespace boxoffice::tidy
