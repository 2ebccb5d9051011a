#include "logging/log_line.hpp"

#include "config/settings.hpp"
#include "logging/log_limits.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace boxoffice {
namespace {

static_assert(!std::is_constructible_v<log_field, const char*, secret_text>,
              "a secret must not fit into a log line");

TEST(LogLine, JsonEscapesWhatWouldEndAStringOrALine) {
  EXPECT_EQ(escape_json("a\"b\\c\n\r\t"), R"(a\"b\\c\n\r\t)");
  EXPECT_EQ(escape_json(std::string_view{"\0\x1b[2J\x7f", 6}), R"(\u0000\u001b[2J\u007f)");
  EXPECT_EQ(escape_json("\xC2\x9B"), R"(\u009b)") << "C1: control sequence introducer";
}

TEST(LogLine, NothingThatIsSaidSteersATerminal) {
  EXPECT_EQ(for_terminal("\x1b[31mdata\r\x07"), R"(\u001b[31mdata\r\u0007)");
  EXPECT_EQ(for_terminal("\xC2\x9B"
                         "2J\xFF\x7f"),
            "\\u009b2J\xEF\xBF\xBD\\u007f");
  EXPECT_EQ(for_terminal("\"a\\b\"\n좌석"), "\"a\\b\"\n좌석") << "and nothing else changes";
}

TEST(LogLine, Utf8StaysAndWhatIsNoneIsReplaced) {
  EXPECT_EQ(escape_json("좌석 é 🎫"), "좌석 é 🎫");
  EXPECT_EQ(escape_json("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(escape_json("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
  EXPECT_EQ(escape_json("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut off";
  EXPECT_EQ(escape_json("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "surrogate";
  EXPECT_EQ(escape_json("\xF4\x90\x80\x80").size(), 12U) << "beyond U+10FFFF";
}

TEST(LogLine, LongTextsAreCut) {
  const auto text = escape_json(std::string(limits::log_field_bytes_max + 1, 'x'));
  EXPECT_EQ(text, std::string(limits::log_field_bytes_max, 'x') + "…");
  const std::string whole(limits::log_field_bytes_max, 'x');
  EXPECT_EQ(escape_json(whole), whole);
}

TEST(LogLine, JsonKeepsTheTypeOfEveryField) {
  const std::string request_id{"r\"1"};  // a field only looks at its text
  const std::vector<log_field> fields{{"request_id", request_id},
                                      {"status", 201},
                                      {"low", std::numeric_limits<std::int64_t>::min()},
                                      {"high", std::numeric_limits<std::uint64_t>::max()},
                                      {"seconds", 0.25},
                                      {"broken", std::numeric_limits<double>::quiet_NaN()},
                                      {"yes", true},
                                      {"text", "literal"}};
  EXPECT_EQ(format_json("http", "request done", fields),
            R"("component":"http","message":"request done","request_id":"r\"1","status":201,)"
            R"("low":-9223372036854775808,"high":18446744073709551615,"seconds":0.25,)"
            R"("broken":null,"yes":true,"text":"literal")");
}

TEST(LogLine, TextQuotesWhatCouldBeTakenForSomethingElse) {
  const std::vector<log_field> fields{{"a", "plain"},         {"b", "two words"},  {"c", ""},
                                      {"d", "x=1 admin=yes"}, {"e", "line\nfeed"}, {"f", 3}};
  EXPECT_EQ(format_text("http", "done\n2026 forged", fields),
            R"(http: done\n2026 forged a=plain b="two words" c="" d="x=1 admin=yes" )"
            R"(e="line\nfeed" f=3)");
}

}  // namespace
}  // namespace boxoffice
