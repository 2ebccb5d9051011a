#pragma once

#include <string>

namespace boxoffice::system_test {

/// Notes which answers the server at `url` has given, by its metrics, for `tests/document/seen`; a
/// server that does not answer is passed over. An answer that is not declared fails the test.
void note_seen_answers(const std::string& url);

}  // namespace boxoffice::system_test
