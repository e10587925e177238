#include "documents/html_loader.h"

#include <gmock/gmock.h>
#include <pthread.h>

#include "documents/detail/parser_memory.h"
#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

std::string text_of(std::string_view html) {
  const ParsedDocument document = load_document("page.html", html);
  expect_sound(document);
  return document.text;
}

std::string repeat(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text.append(piece);
  return text;
}

TEST(HtmlLoader, SeparatesBlocksAndCollapsesWhiteSpace) {
  EXPECT_EQ(text_of("<p>One  <b>bold</b>\n word.<p>Two.</p><div>Three<br>lines</div>"), "One bold word.\n\nTwo.\n\nThree\nlines");
  EXPECT_EQ(text_of("<ul><li>a<li>b</ul>tail"), "a\nb\n\ntail");
}

TEST(HtmlLoader, DecodesEntitiesAndDropsCharactersThatSplitWords) {
  EXPECT_EQ(text_of("<p>caf&eacute; &lt;b&gt; &#21028;&#26029;&nbsp;x infor&shy;mation"), "café <b> 判断 x information");
}

TEST(HtmlLoader, LeavesOutWhatAReaderDoesNotSee) {
  EXPECT_EQ(text_of("<head><style>p{}</style><title>T</title></head><body><script>a()</script><p>seen"
                    "<noscript>no</noscript><template>no</template><span hidden>no</span><div style='color:red; Display : NONE'>no</div><!-- no -->"
                    "<p style='color:#fff; background-color: White'>no</p><span style='font-size:0px'>no</span><b style='visibility:hidden'>no</b>"
                    "<i style='opacity:0.0'>no</i><i style='color:transparent'>no</i>"),
            "seen");
}

TEST(HtmlLoader, TakesTheTitleFromTheHeadOrElseTheFirstHeading) {
  EXPECT_EQ(load_document("a.html", "<title> A &amp;\n B </title><p>x").title, "A & B");
  EXPECT_EQ(load_document("a.html", "<h2>First <i>one</i></h2><p>x").title, "First one");
  EXPECT_EQ(load_document("a.html", "<svg><title>no</title></svg><p>x").title, "");
}

TEST(HtmlLoader, RecordsHeadingsWithTheirLevels) {
  const ParsedDocument document = load_document("a.html", "<h1>Packages</h1><p>Text</p><h3>依赖 <em>关系</em></h3>more<h2></h2>");
  ASSERT_EQ(document.headings.size(), 2U);
  EXPECT_EQ(document.headings[0].level, 1);
  EXPECT_EQ(text_at(document, document.headings[0].text), "Packages");
  EXPECT_EQ(document.headings[1].level, 3);
  EXPECT_EQ(text_at(document, document.headings[1].text), "依赖 关系");
}

TEST(HtmlLoader, WritesTableRowsAsLines) {
  EXPECT_EQ(text_of("<table><tr><th>Name<th>Size</tr><tr><td><p>mc</p></td><td><p>1482</p></td></tr><tr><td>vim<td></tr></table>After"),
            "Name | Size\nmc | 1482\nvim\n\nAfter");
  EXPECT_EQ(text_of("<table><tr><td></td><td>b</td></tr></table>"), "| b");
}

TEST(HtmlLoader, KnowsWhichRowNamesTheColumns) {
  const ParsedDocument marked = load_document("a.html",
                                              "<table><tr><td>2024</td></tr><tr><th>1900</th><th>1950</th></tr><tr><td>3</td><td>4</td></tr></table>"
                                              "<table><tr><td>City</td><td>People</td></tr><tr><td>Ghent</td><td>265,086</td></tr></table>"
                                              "<table><tr><td>Ghent</td><td>265,086</td></tr><tr><td>Bruges</td><td>118,656</td></tr></table>"
                                              "<table><tr><th>Only this</th><td>1</td></tr></table>");
  expect_sound(marked);
  ASSERT_EQ(marked.tables.size(), 4U);
  EXPECT_EQ(header_of(marked, 0), "1900 | 1950") << "it is marked as one";
  EXPECT_EQ(header_of(marked, 1), "City | People") << "it looks like one";
  EXPECT_EQ(text_at(marked, marked.tables[1].text), "City | People\nGhent | 265,086");
  EXPECT_EQ(header_of(marked, 2), "") << "there is a number in it";
  EXPECT_EQ(header_of(marked, 3), "") << "there is nothing below it";
}

TEST(HtmlLoader, TablesInsideTablesBelongToTheOuterOne) {
  const ParsedDocument document = load_document(
      "a.html", "<table><tr><th>A</th><th>B</th></tr><tr><td><table><tr><td>x</td><td>y</td></tr></table></td><td>z</td></tr></table><p>After.</p>");
  expect_sound(document);
  ASSERT_EQ(document.tables.size(), 1U);
  EXPECT_EQ(header_of(document, 0), "A | B");
  EXPECT_TRUE(text_at(document, document.tables[0].text).ends_with("z"));
}

TEST(HtmlLoader, KeepsParagraphsOfLayoutTablesApart) {
  EXPECT_EQ(text_of("<table><tr><td><p>One.</p><p>Two.</p></td><td>Side</td></tr></table>"), "One.\n\nTwo.\n\nSide");
}

TEST(HtmlLoader, KeepsLineBreaksOfPreformattedText) {
  EXPECT_EQ(text_of("<p>Run</p><pre>\nif x:\n    <b>y</b>\n\n  z\n</pre><p>End"), "Run\n\nif x:\n    y\n\n  z\n\nEnd");
}

TEST(HtmlLoader, PutsNoSpaceWhereALineEndsBetweenChineseCharacters) { EXPECT_EQ(text_of("<p>判断\n是\n“人”\n的 事\nABC\ndef"), "判断是“人”的 事 ABC def"); }

TEST(HtmlLoader, ParsesNestingThatWouldOverflowAStack) {
  struct Run {
    std::string html = repeat("<div><b>", 5000) + "deep";
    std::string text;
  } run;
  pthread_attr_t small_stack;
  pthread_attr_init(&small_stack);
  pthread_attr_setstacksize(&small_stack, 256U << 10U);
  pthread_t thread{};
  ASSERT_EQ(pthread_create(
                &thread, &small_stack,
                [](void* argument) -> void* {
                  auto& task = *static_cast<Run*>(argument);
                  task.text = text_of(task.html);
                  return nullptr;
                },
                &run),
            0);
  pthread_join(thread, nullptr);
  EXPECT_EQ(run.text, "deep");
}

TEST(HtmlLoader, StopsAtItsLimitsWithOneClearError) {
  detail::ParserMemory memory({.max_bytes = 1000, .max_cpu_seconds = 10});
  EXPECT_THROW(memory.allocate(1001), Error);
  EXPECT_NO_THROW(memory.allocate(900));
  EXPECT_THROW(memory.allocate(200), Error);
}

TEST(HtmlLoader, SimpleRulesOfItsStyleSheetHide) {
  const auto text_of = [](const std::string& style, const std::string& body) {
    return load_document("a.html", "<html><head><style>" + style + "</style></head><body><p>Seen.</p>" + body + "</body></html>").text;
  };
  EXPECT_EQ(text_of(".a, p.b { display: none }", "<p class='x a'>no</p><p class=b>no</p><div class=b>yes</div>"), "Seen.\n\nyes");
  EXPECT_EQ(text_of("/* .x{} */ #c{color:#fff;background:white} aside{visibility:hidden}", "<p id=c>no</p><aside>no</aside>"), "Seen.");
  EXPECT_EQ(text_of(".a{display:none} .a{display:block} .b .c{display:none} @media print{.d{display:none}} .e:hover{display:none}",
                    "<p class=a>1</p><p class=c>2</p><p class=d>3</p><p class=e>4</p>"),
            "Seen.\n\n1\n\n2\n\n3\n\n4")
      << "later rules, and rules with conditions";
  EXPECT_EQ(text_of(".a{display:none} body{visibility:hidden}", "<p class=a style='display:block'>shown</p>"), "Seen.\n\nshown");
}
TEST(HtmlLoader, WordsThatNobodySeesAreCounted) {
  const ParsedDocument document =
      load_document("a.html", "<style>.a{display:none}</style><p>Seen.</p><p hidden>one two</p><p class=a>three <b>four</b><script>x y z</script></p>");
  EXPECT_EQ(document.text, "Seen.");
  EXPECT_EQ(document.hidden_words, 4U);
}

}  // namespace
}  // namespace panduan::documents
