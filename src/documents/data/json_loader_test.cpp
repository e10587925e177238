#include "documents/data/json_loader.h"

#include <gmock/gmock.h>

#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

using ::testing::HasSubstr;

ParsedDocument json(std::string_view bytes) {
  ParsedDocument document = load_document("a.json", bytes);
  expect_sound(document);
  EXPECT_EQ(document.media_type, "application/json");
  return document;
}

TEST(JsonLoader, AValueStandsBehindTheNamesAboveIt) {
  const ParsedDocument document =
      json(R"({"name": "panduan", "server": {"host": "kern.example", "tls": {"port": 8443, "on": true}}, "tags": ["red", "绿"], "by": null})");
  EXPECT_EQ(document.text, "name: panduan\n\nserver › host: kern.example\n\nserver › tls › port: 8443\nserver › tls › on: true\n\ntags: red, 绿\nby: null");
  EXPECT_EQ(document.title, "panduan");
}
TEST(JsonLoader, ObjectsThatAreAlikeAreATable) {
  const ParsedDocument document =
      json(R"({"bridges": [{"name": "Aurora", "at": {"city": "Kern"}, "cost": 4.20}, {"name": "极光", "at": {"city": "Bo"}, "built": [1930, 1932]}], "n": 2})");
  EXPECT_EQ(document.text, "bridges:\n\nname | at › city | cost | built\nAurora | Kern | 4.20\n极光 | Bo | | 1930, 1932\n\nn: 2");
  ASSERT_EQ(document.tables.size(), 1U);
  EXPECT_EQ(text_at(document, document.tables[0].header), "name | at › city | cost | built");
}
TEST(JsonLoader, ObjectsThatAreNotAreCounted) {
  EXPECT_EQ(json(R"({"orders": [{"id": 1, "lines": [{"of": "steel"}, {"of": "stone"}]}, {"id": 2, "by": {"name": "Ada"}}]})").text,
            "orders[0] › id: 1\n\norders[0] › lines[0] › of: steel\n\norders[0] › lines[1] › of: stone\n\norders[1] › id: 2\n\norders[1] › by › name: Ada");
}
TEST(JsonLoader, ARecordIsAParagraph) {
  constexpr std::string_view kExpected = "id: 1\nby › name: Ada\n\nid: 2\nnotes: first, of two\nnotes: second";
  EXPECT_EQ(load_document("a.jsonl", "{\"id\": 1, \"by\": {\"name\": \"Ada\"}}\n\n{\"id\": 2, \"notes\": [\"first, of two\", \"second\"]}\n").text, kExpected);
  EXPECT_EQ(json("[{\"id\": 1, \"by\": {\"name\": \"Ada\"}},\n{\"id\": 2, \"notes\": [\"first, of two\", \"second\"]}]").text, kExpected);
}
TEST(JsonLoader, NumbersStandAsTheyAreWritten) {
  EXPECT_EQ(json(R"({"a": 123456789012345678901234567890, "b": 1.10, "c": -0, "d": 6.02E+23, "e": NaN})").text,
            "a: 123456789012345678901234567890\nb: 1.10\nc: -0\nd: 6.02E+23\ne: NaN");
}
TEST(JsonLoader, EscapesAreDecodedAndHalvesOfCharactersReplaced) {
  EXPECT_EQ(json(R"({"a": "\u5224\u65ad \ud83c\udf09 \"x\"", "b": "\ud83c!", "c": "\u0000\u200b.", "d": "one\n  two\n\nthree\n"})").text,
            "a: 判断 🌉 \"x\"\nb: \uFFFD!\nc: \uFFFD.\nd: one\n  two\n\nthree");
}
TEST(JsonLoader, WhatPeopleWriteInItsNameIsRead) {
  EXPECT_EQ(json("// settings\n{\"a\": [1, 2,], /* old */ \"b\": {},\n}").text, "a: 1, 2\nb: {}");
  EXPECT_EQ(json("\"just a text\"").text, "just a text");
}
TEST(JsonLoader, WhatIsNotJsonIsRefusedWithItsPlace) {
  const Error error = load_error("a.json", "{\"a\": 1,\n \"b\" 2}");
  EXPECT_EQ(error.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(error.what(), HasSubstr("line 2, column 6"));
  EXPECT_THAT(error.what(), HasSubstr("':' should stand there, not '2}'"));
  for (const std::string_view broken : {"{", "[1, 2", "{\"a\": \"b", "[tru]", "{'a': 1}", "[1 2]", "{\"a\": \"\\x\"}", "[\"\\ud8\"]", "/* a"})
    EXPECT_EQ(load_error("a.json", broken).kind(), ErrorKind::Corrupt) << broken;
}
TEST(JsonLoader, WhatNestsWithoutEndIsTooLarge) { EXPECT_EQ(load_error("a.json", std::string(100'000, '[')).kind(), ErrorKind::TooLarge); }
TEST(JsonLoader, ALongPathKeepsItsEnd) {
  std::string nested = "1";
  for (int depth = 0; depth < 50; ++depth) nested = "{\"a name of some length\": " + nested + "}";
  const std::string text = json(nested).text;
  EXPECT_LT(text.size(), 400U);
  EXPECT_TRUE(text.starts_with("… › a name of some length › "));
  EXPECT_TRUE(text.ends_with("a name of some length: 1"));
}

}  // namespace
}  // namespace panduan::documents
