#include "http/server/json_reader.hpp"
#include "http/server/json_text.hpp"

#include <gtest/gtest.h>

namespace boxoffice::http {
namespace {

using nlohmann::json;

bool is_json(std::string_view text) { return std::holds_alternative<json>(parse_json(text)); }
json value_of(std::string_view text) { return std::get<json>(parse_json(text)); }

TEST(JsonText, TakesWhatTheStandardAllows) {
  for (const auto* text : {"{}", "[]", "null", " \t\r\n1 ", R"({"a":{"b":[1,2.5,-0,1e3]}})",
                           R"("\u00e4\ud83d\ude00")", R"({"":1,"a":1})"})
    EXPECT_TRUE(is_json(text)) << text;
  EXPECT_EQ(value_of(R"({"a":[1,{"b":"c"}],"d":{"e":[]}})"),
            json::parse(R"({"a":[1,{"b":"c"}],"d":{"e":[]}})"));
}

TEST(JsonText, RefusesEverythingElse) {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "{}{}",
                                 "{}x",
                                 "{} ,",
                                 "[1,]",
                                 "{\"a\":1,}",
                                 "{a:1}",
                                 "{'a':1}",
                                 "NaN",
                                 "Infinity",
                                 "-",
                                 "01",
                                 "+1",
                                 ".5",
                                 "1.",
                                 "0x1",
                                 "tru",
                                 "TRUE",
                                 "\"a",
                                 "\"\n\"",
                                 R"("\x")",
                                 R"("\u12")",
                                 "// x\n1",
                                 "/* */1",
                                 "\"\xff\"",
                                 "\"\xc0\xaf\"",
                                 "\"\xed\xa0\x80\"",
                                 R"("\ud800")",
                                 R"("\ud800x")",
                                 R"("\udc00")",
                                 "1e999",
                                 R"({"a":1,"a":1})",
                                 R"({"a":{"b":1,"b":2}})",
                                 R"([{"a":1,"\u0061":2}])"})
    EXPECT_FALSE(is_json(text)) << text;
}

TEST(JsonText, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(is_json(nested(limits::json_depth_levels_max)));
  EXPECT_FALSE(is_json(nested(limits::json_depth_levels_max + 1)));
  EXPECT_FALSE(is_json(std::string(4'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 500'000; ++i)
    objects += "{\"a\":";
  EXPECT_FALSE(is_json(objects));
}

TEST(JsonText, DigestIsOfTheValue) {
  EXPECT_EQ(digest_of(value_of(R"({"a":1,"b":[1,2]})")),
            digest_of(value_of(" {\"b\" : [1,\n2],\"\\u0061\":1}")));
  for (const auto* other : {R"({"a":1,"b":[2,1]})", R"({"a":"1","b":[1,2]})", R"({"a":1})",
                            R"({"a":1.0,"b":[1,2]})", R"({"a":1,"b":[1,2],"c":null})"})
    EXPECT_NE(digest_of(value_of(R"({"a":1,"b":[1,2]})")), digest_of(value_of(other))) << other;
}

TEST(JsonText, RequestKeyTellsItsPartsApart) {
  const json body = json::object();
  const auto key = make_request_key(user_id{"u1"}, "POST", "/v1/x", "k", body);
  EXPECT_TRUE(key.present());
  EXPECT_EQ(key, make_request_key(user_id{"u1"}, "POST", "/v1/x", "k", body));
  EXPECT_NE(key.scope, make_request_key(user_id{"u2"}, "POST", "/v1/x", "k", body).scope);
  EXPECT_NE(key.scope, make_request_key(user_id{"u1"}, "PUT", "/v1/x", "k", body).scope);
  EXPECT_NE(key.scope, make_request_key(user_id{"u1"}, "POST", "/v1/", "xk", body).scope);
  EXPECT_NE(key.scope, make_request_key(user_id{"u1"}, "POST", "/v1/x", "l", body).scope);
  const auto other = make_request_key(user_id{"u1"}, "POST", "/v1/x", "k", json::array());
  EXPECT_EQ(key.scope, other.scope);
  EXPECT_NE(key.body, other.body);
}

std::string pointers(const std::optional<problem>& refused) {
  if (!refused) return "";
  std::string out{refused->kind().name};
  for (const auto& each : refused->members()["errors"])
    out += " " + each["pointer"].get<std::string>();
  return out;
}

TEST(JsonReader, ReadsEveryKind) {
  const auto body =
      value_of(R"({"t":"ä","n":-5,"b":true,"at":"2026-11-22T18:45:24.123+09:00","o":{"x":1},)"
               R"("l":[{"y":1},{"y":2}],"s":["a","b"],"id":"con_1"})");
  json_reader reader{body};
  EXPECT_EQ(reader.text("t", {1, 1}), "ä");
  EXPECT_EQ(reader.integer("n"), -5);
  EXPECT_TRUE(reader.boolean("b"));
  EXPECT_EQ(to_rfc3339(reader.time("at")), "2026-11-22T09:45:24.123Z");
  std::int64_t x = 0, sum = 0;
  EXPECT_TRUE(reader.object("o", [&](json_reader& o) { x = o.integer("x"); }));
  reader.array("l", {1, 2}, [&](json_reader& l) { sum += l.integer("y"); });
  EXPECT_EQ(reader.texts("s", {1, 2}).size(), 2U);
  EXPECT_EQ(reader.id_text("id"), "con_1");
  EXPECT_FALSE(reader.optional_text("absent"));
  EXPECT_FALSE(reader.optional_integer("absent2"));
  EXPECT_FALSE(reader.optional_boolean("absent3"));
  EXPECT_FALSE(reader.optional_time("absent4"));
  EXPECT_FALSE(reader.optional_object("absent5", [](json_reader&) {}));
  EXPECT_FALSE(reader.finish());
  EXPECT_EQ(x, 1);
  EXPECT_EQ(sum, 3);
}

struct bad_value_row {
  const char* kind;
  std::vector<const char*> values;
};

TEST(JsonReader, RefusesBadValues) {
  const std::vector<bad_value_row> rows{
      {"text",
       {"1", "null", "[]", "{}", "true", R"("")", R"("abcd")", R"("\u0000")", R"("\u001b")"}},
      {"integer",
       {"1.5", "1.0", "1e3", "1E0", "\"1\"", "null", "true", "[]", "{}", "-1", "101",
        "9007199254740993", "18446744073709551615", "18446744073709551616", "-9223372036854775809",
        "-1e400"}},
      {"boolean", {"0", "1", "\"true\"", "null", "[]"}},
      {"time",
       {"1", "null", R"("")", R"("now")", R"("2026-11-22")", R"("2026-02-30T00:00:00Z")",
        R"("2026-11-22T25:00:00Z")", R"("2026-11-22T18:45:24")"}},
      {"id",
       {"1", R"("")", R"("a b")", R"("ä")", R"("a/b")",
        R"("12345678901234567890123456789012345678901")"}},
      {"object", {"[]", "null", "\"x\"", "1"}},
      {"array", {"{}", "null", "[]", "[{},{},{},{}]", "[1]", "\"x\""}},
      {"texts", {"{}", "null", "[]", "[1]", R"(["a",""])", R"([["a"]])"}},
  };
  for (const auto& row : rows)
    for (const auto* value : row.values) {
      const auto parsed = parse_json(R"({"m":)" + std::string{value} + "}");
      if (std::holds_alternative<json_fault>(parsed)) continue;  // refused even earlier
      const auto& body = std::get<json>(parsed);
      json_reader reader{body};
      const std::string kind = row.kind;
      if (kind == "text") reader.text("m", {1, 3});
      if (kind == "integer") reader.integer("m", {0, 100});
      if (kind == "boolean") reader.boolean("m");
      if (kind == "time") reader.time("m");
      if (kind == "id") reader.id_text("m");
      if (kind == "object") reader.object("m", [](json_reader&) {});
      if (kind == "array") reader.array("m", {1, 3}, [](json_reader&) {});
      if (kind == "texts") reader.texts("m", {1, 3});
      EXPECT_TRUE(pointers(reader.finish()).starts_with("invalid_field /m")) << kind << value;
    }
}

TEST(JsonReader, NamesEverythingThatIsWrong) {
  const auto body =
      value_of(R"({"a":"","o":{"x":"1","a/b~c":1},"l":[{"y":1},{"y":"2"},3],"s":["a",""]})");
  json_reader reader{body};
  reader.text("a");
  reader.integer("missing");
  reader.object("o", [](json_reader& o) { o.integer("x"); });
  reader.array("l", {}, [](json_reader& l) { l.integer("y"); });
  reader.texts("s", {});
  EXPECT_EQ(pointers(reader.finish()),
            "unknown_field /a /missing /o/x /o/a~1b~0c /l/1/y /l/2 /s/1");
}

TEST(JsonReader, UnknownMembersAreNamed) {
  const auto body = value_of(R"({"amuont":1})");
  json_reader reader{body};
  reader.integer("amount");
  EXPECT_EQ(pointers(reader.finish()), "unknown_field /amount /amuont");
}

TEST(JsonReader, AMemberWithoutANameIsNamedByItsPointer) {
  const auto body = value_of(R"({"o":{"":1},"":2})");
  json_reader reader{body};
  reader.object("o", [](json_reader&) {});
  EXPECT_EQ(pointers(reader.finish()), "unknown_field /o/ /");
}

TEST(JsonText, FaultsAreTheRestOfASentence) {
  const auto fault = [](std::string_view text) {
    return std::get<json_fault>(parse_json(text)).detail;
  };
  EXPECT_EQ(fault("[2e999]"), "has a number that is out of range");
  EXPECT_EQ(fault(R"({"b":1,"b":2})"), "has the member \"b\" twice");
  EXPECT_EQ(fault("{]"), "is not JSON at byte 2");
}

TEST(TextRules, ALineShowsSomethingAndIsOneLine) {
  for (const auto* good : {"Tour", "봄 콘서트", "\u05d2 hebrew", "\u0645\u0631\u062d\u0628\u0627",
                           "😀", " a", "\u00a0b", "👨\u200d👩", "❤\ufe0f", "é", "\u0127"})
    EXPECT_EQ(fault_of_line(good, {}), "") << good;
  for (const auto* blank : {"  ", "\u00a0", "\u2003\u2009", "\u200b", "\u2060\ufeff", "\u3164",
                            "\u115f", "\u00ad", "\U000e0041", "\u2800"})
    EXPECT_EQ(fault_of_line(blank, {}), "must not be blank") << blank;
  for (const auto* broken : {"a\r", "\nb", "a\u2028b", "a\u2029"})
    EXPECT_EQ(fault_of_line(broken, {}), "must be one line") << broken;
  for (const auto* control : {"a\tb", "a\x7f", "\u0085", "\u009b31m", "\x1b[31m"})
    EXPECT_EQ(fault_of_line(control, {}), "must not hold control characters") << control;
  for (const auto* mark : {"a\u202bb", "\u2067x\u2069", "x\u200f", "\u061cx"})
    EXPECT_EQ(fault_of_line(mark, {}), "must not hold marks of writing direction") << mark;
  EXPECT_EQ(fault_of_line("", {}), "must not be empty");
  EXPECT_EQ(fault_of_line("", {0, 5}), "");
  EXPECT_EQ(fault_of_line("봄봄봄", {1, 2}), "must have at most 2 characters");
}

TEST(JsonReader, RefusesABodyThatIsNoObject) {
  for (const auto* text : {"[]", "1", "null", "\"x\"", "true"}) {
    const auto body = value_of(text);
    json_reader reader{body};
    reader.text("a");
    EXPECT_EQ(pointers(reader.finish()), "invalid_field ") << text;
  }
}

TEST(JsonReader, TakesErrorsOfTheHandler) {
  const auto body = value_of(R"({"a":1})");
  json_reader reader{body};
  reader.integer("a");
  EXPECT_TRUE(reader.clean());
  reader.reject("a", "must be even");
  reader.reject("", "is odd as a whole");
  EXPECT_FALSE(reader.clean());
  EXPECT_EQ(pointers(reader.finish()), "invalid_field /a ");
}

}  // namespace
}  // namespace boxoffice::http
