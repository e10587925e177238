#include "documents/markup/rst_loader.h"

#include <gmock/gmock.h>

#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ParsedDocument rst(std::string_view bytes) {
  ParsedDocument document = load_document("a.rst", bytes);
  expect_sound(document);
  EXPECT_EQ(document.media_type, "text/x-rst");
  return document;
}
std::string text_of(std::string_view bytes) { return rst(bytes).text; }

TEST(RstLoader, SectionsAreHeadingsByTheOrderOfTheirMarks) {
  const ParsedDocument document =
      rst("=======\nBridges\n=======\n\nOf Kern.\n\nAurora\n======\n\nIts *cost*.\n\n极光大桥\n--------\n\nText.\n\nBo\n==\n\nMore.\n");
  EXPECT_EQ(document.text, "Bridges\n\nOf Kern.\n\nAurora\n\nIts cost.\n\n极光大桥\n\nText.\n\nBo\n\nMore.");
  std::vector<int> levels;
  for (const Heading& heading : document.headings) levels.push_back(heading.level);
  EXPECT_THAT(levels, ElementsAre(1, 2, 3, 2));
  EXPECT_EQ(document.title, "Bridges");
}
TEST(RstLoader, InlineMarksAreNotText) {
  EXPECT_EQ(
      text_of(
          "It is **bold**, *slanted*, ``x = *y``, `a link <https://kern.example>`_, `another`_, word_ and\n:py:class:`~pack.Name`, :ref:`the part <label>`, `2`:sup: [1]_."),
      "It is bold, slanted, x = *y, a link, another, word and Name, the part, 2 [1].");
  EXPECT_EQ(text_of(R"(A \*star\*, 2 * 3 * 4, snake_case_name, *open, ``open, __init__ and H\ :sub:`2`\ O.)"),
            "A *star*, 2 * 3 * 4, snake_case_name, *open, ``open, __init__ and H2O.");
  EXPECT_EQ(text_of(".. |p| replace:: *panduan*\n\nUse |p| and |other|."), "Use panduan and |other|.");
}
TEST(RstLoader, ListsKeepTheirMarksAndNest) {
  EXPECT_EQ(text_of("Steps:\n\n#. One\n   goes on\n\n   - a\n   - b\n\n#. Two\n\nEnd."), "Steps:\n\n1. One goes on\n  - a\n  - b\n2. Two\n\nEnd.");
  EXPECT_EQ(text_of("1932. A year that began\nwith snow."), "1932. A year that began with snow.") << "no item: the next line is no other one";
  EXPECT_EQ(text_of("- \n- b"), "-\n- b");
}
TEST(RstLoader, DefinitionsFieldsAndOptions) {
  EXPECT_EQ(text_of("span\n   What a bridge crosses.\n\n   Second.\n\npier : noun\n   What bears it.\n"),
            "span\nWhat a bridge crosses.\n\nSecond.\n\npier : noun\nWhat bears it.");
  EXPECT_EQ(text_of(":Author: Ada Kern\n:Status:\n:Abstract: Of a bridge\n   and its cost.\n"),
            "Author: Ada Kern\nStatus:\nAbstract: Of a bridge and its cost.");
  EXPECT_EQ(text_of("-o FILE   writes there\n-v        says more,\n          and more\n"), "-o FILE writes there\n-v says more, and more");
}
TEST(RstLoader, LiteralsAndCodeStayAsTheyAre) {
  EXPECT_EQ(text_of("Run::\n\n    if x:\n        y *= 2\n\n    z\n\nThen."), "Run:\n\nif x:\n    y *= 2\n\nz\n\nThen.");
  EXPECT_EQ(text_of(".. code-block:: python\n   :linenos:\n\n   def f():\n       return *a\n\nEnd."), "def f():\n    return *a\n\nEnd.");
  EXPECT_EQ(text_of(">>> 1 + 1\n2\n\n| a line\n| another *one*"), ">>> 1 + 1\n2\n\na line\nanother one");
}
TEST(RstLoader, DirectivesShowWhatAReaderSees) {
  EXPECT_EQ(
      text_of(
          ".. note:: Keep *off*.\n\n   - a\n\n.. versionadded:: 3.2\n   The flag.\n\n.. image:: a.png\n   :alt: A bridge at dawn\n\n.. figure:: b.png\n\n   Its caption.\n"),
      "Note: Keep off.\n\n- a\n\nNew in version 3.2: The flag.\n\nA bridge at dawn\n\nIts caption.");
  EXPECT_EQ(text_of(".. function:: open(file, mode='r')\n\n   Opens *file*.\n\n   :param mode: how\n"),
            "open(file, mode='r')\n\nOpens file.\n\nparam mode: how")
      << "what is not known is text";
}
TEST(RstLoader, WhatNobodySeesIsNotText) {
  EXPECT_EQ(
      text_of(
          ".. A comment\n   of two lines\n\n.. _target: https://kern.example\n.. include:: other.rst\n.. toctree::\n   :maxdepth: 2\n\n   a\n   b\n\n..\n\nSeen.\n\n----\n\n.. [1] A *note*."),
      "Seen.\n\n[1] A note.");
}
TEST(RstLoader, FootnotesAreNumbered) {
  EXPECT_EQ(text_of("One [#]_ and two [#]_.\n\n.. [#] First.\n.. [#] Second.\n"), "One [1] and two [2].\n\n[1] First.\n\n[2] Second.");
}
TEST(RstLoader, GridTables) {
  const ParsedDocument document = rst(
      "+--------+------+\n| Name   | Year |\n+========+======+\n| Aurora | 1932 |\n| bridge |      |\n+--------+------+\n| 极光   | 1957 |\n+--------+------+\n| both columns  |\n+--------+------+\n\nEnd.");
  EXPECT_EQ(document.text, "Name | Year\nAurora bridge | 1932\n极光 | 1957\nboth columns\n\nEnd.");
  ASSERT_EQ(document.tables.size(), 1U);
  EXPECT_EQ(text_at(document, document.tables[0].header), "Name | Year");
}
TEST(RstLoader, ACellOverSeveralRowsStandsInTheFirst) { EXPECT_EQ(text_of("+---+---+\n| a | b |\n|   +---+\n|   | c |\n+---+---+\n"), "a | b\n| c"); }
TEST(RstLoader, SimpleTables) {
  const ParsedDocument document = rst("=====  =====\nName   Year\n=====  =====\nAda    1932\n       or so\nBo     1957, *or later*\n=====  =====\n\nEnd.");
  EXPECT_EQ(document.text, "Name | Year\nAda | 1932 or so\nBo | 1957, or later\n\nEnd.");
  ASSERT_EQ(document.tables.size(), 1U);
  EXPECT_EQ(text_at(document, document.tables[0].header), "Name | Year");
}
TEST(RstLoader, TablesOfListsAndOfRecords) {
  EXPECT_EQ(text_of(".. list-table:: Bridges\n   :header-rows: 1\n\n   * - Name\n     - Year\n   * - Aurora\n       bridge\n     - 1932\n"),
            "Bridges\n\nName | Year\nAurora bridge | 1932");
  EXPECT_EQ(text_of(".. csv-table::\n   :header: Name, Year\n\n   Aurora, \"1932, or later\"\n"), "Name | Year\nAurora | 1932, or later");
}
TEST(RstLoader, WhatIsBrokenIsNotCutInsideACharacter) {
  EXPECT_EQ(text_of(".. list-table::\n\n   * - a\n   桥桥\n"), "a 桥桥");
  EXPECT_EQ(text_of(".. csv-table::\n   :delim: 桥\n\n   a桥b\n"), "a桥b");
}
TEST(RstLoader, WhatNestsWithoutEndIsRead) {
  std::string nested;
  for (std::size_t depth = 0; depth < 400; ++depth) nested += std::string(depth, ' ') + "- a\n\n ";
  EXPECT_THAT(text_of(nested), HasSubstr("- a"));
  EXPECT_THAT(text_of(std::string(30'000, '*') + " `a" + std::string(30'000, '`')), HasSubstr("a"));
}

}  // namespace
}  // namespace panduan::documents
