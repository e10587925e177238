#include "documents/markdown_loader.h"

#include <gmock/gmock.h>

#include "base/clock.h"
#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

std::string text_of(std::string_view markdown) {
  const ParsedDocument document = load_document("notes.md", markdown);
  expect_sound(document);
  return document.text;
}

TEST(MarkdownLoader, RecordsHeadingsOfBothKinds) {
  const ParsedDocument document = load_document("a.md", "Title\n=====\n\nText.\n\n### Deep *one* ###\n\nSecond\n---\n");
  EXPECT_EQ(document.text, "Title\n\nText.\n\nDeep one\n\nSecond");
  ASSERT_EQ(document.headings.size(), 3U);
  EXPECT_EQ(document.headings[0].level, 1);
  EXPECT_EQ(document.headings[1].level, 3);
  EXPECT_EQ(text_at(document, document.headings[1].text), "Deep one");
  EXPECT_EQ(document.headings[2].level, 2);
  EXPECT_EQ(document.title, "Title");
}

TEST(MarkdownLoader, KeepsTheWordsAndDropsTheMarks) {
  EXPECT_EQ(text_of("Use **bold** and _this_ [link](http://x.y \"t\"), ![a picture](p.png) and `a*b`.\nNext  \nline &amp; end"),
            "Use bold and this link, a picture and a*b. Next\nline & end");
  EXPECT_EQ(text_of("> quoted\n> text\n\n---\n\n判断\n是事"), "quoted text\n\n判断是事");
}

TEST(MarkdownLoader, KeepsCodeAsItIs) {
  EXPECT_EQ(text_of("Run:\n\n```sh\n  # not a heading\nls *.md  \n```\n\n    indented <b>\n"), "Run:\n\n  # not a heading\nls *.md\n\nindented <b>");
}

TEST(MarkdownLoader, KeepsListsReadable) {
  EXPECT_EQ(text_of("- one\n- two\n  - inner\n- [x] done\n\ntext\n\n3. three\n4. four"), "- one\n- two\n  - inner\n- [x] done\n\ntext\n\n3. three\n4. four");
  EXPECT_EQ(text_of("- one\n\n- two\n\n  more"), "- one\n\n- two\n\nmore");
}

TEST(MarkdownLoader, WritesTableRowsAsLines) {
  EXPECT_EQ(text_of("| Name | *Size* |\n|---|--:|\n| mc | 1482 |\n| vim | |\n\nAfter"), "Name | Size\nmc | 1482\nvim\n\nAfter");
}

TEST(MarkdownLoader, DropsCommentsAndReadsEmbeddedHtmlAsHtml) {
  EXPECT_EQ(text_of("a <!-- no --> b<br>c\n\n<!-- hidden\n\nstill -->\n\n<details>\n<summary>More</summary>\n\ninside\n\n</details>"),
            "a b\nc\n\nMore\n\ninside");
}

TEST(MarkdownLoader, TakesTheTitleFromTheFrontMatterAndLeavesItOut) {
  const ParsedDocument document = load_document("a.md", "---\ntitle: \"The guide\"\ntags: [x]\n---\n# Other\ntext");
  EXPECT_EQ(document.title, "The guide");
  EXPECT_EQ(document.text, "Other\n\ntext");
  EXPECT_EQ(text_of("---\nno end\n\ntext"), "no end\n\ntext");
}

TEST(MarkdownLoader, ReadsHostileNestingInReasonableTime) {
  const auto repeat = [](std::string_view piece, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text.append(piece);
    return text;
  };
  // After cmark's own list of pathological input.
  for (const std::string& hostile : {repeat("*a **a ", 20'000), repeat("[", 50'000) + "a" + repeat("]", 50'000), repeat("> ", 20'000) + "a",
                                     repeat("- ", 20'000) + "a", repeat("![[]()", 20'000), repeat("`a", 30'000), repeat("<!--", 30'000), repeat("&", 50'000),
                                     repeat("a\n- - -\n", 10'000), "|" + repeat("x|", 3000) + "\n|" + repeat("-|", 3000) + "\n" + repeat("a\n", 3000)}) {
    const Stopwatch watch;
    try {
      expect_sound(load_document("hostile.md", hostile));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::InvalidInput) << error.what();
    }
    EXPECT_LT(watch.elapsed_ms(), 30'000) << hostile.substr(0, 20);
  }
}

}  // namespace
}  // namespace panduan::documents
