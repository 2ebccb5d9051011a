#pragma once

#include "http/server/problem.hpp"

#include <string_view>
#include <vector>

#include <boost/beast/http/status.hpp>

namespace boxoffice::http {

/// An answer of a route that is no problem.
struct good_answer {
  boost::beast::http::status status;
  std::string_view schema{};                ///< of the document's schemas; empty: no JSON body
  std::vector<std::string_view> headers{};  ///< of the document's headers
  std::vector<std::string_view> types{};    ///< of its body, where that is not JSON alone
  std::string_view remark{};                ///< when it is given, where there are several
};

/// What a line of the table of routes says for the API document. It names what is its own; what
/// the rules of the line bring with them (a token, a key, a body) is in declared_answers.hpp.
/// All texts are literals.
struct route_facts {
  std::string_view operation{};  ///< a name in camelCase; empty: the document leaves the route out
  std::string_view group{};      ///< of the document's groups
  std::string_view summary{};    ///< one line
  std::string_view remarks{};    ///< whole sentences; `code` in back quotes
  std::string_view body{};       ///< of the document's schemas
  std::vector<std::string_view> query{};  ///< of the document's parameters, one for each name
  std::vector<good_answer> answers{};
  std::vector<problem_code> problems{};
};

}  // namespace boxoffice::http
