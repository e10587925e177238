#include "documents/code/code_loader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "documents/chunker.h"
#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

using ::testing::ElementsAre;

/// "2 int cost() const", with what explains it in front: "1 [// A bridge.] class Bridge".
std::vector<std::string> outline_of(const std::string& name, std::string_view source) {
  const ParsedDocument document = load_document(name, source);
  expect_sound(document);
  EXPECT_EQ(document.text, source) << "code stays exactly as it is";
  EXPECT_TRUE(document.is_code);
  std::vector<std::string> outline;
  for (const Heading& heading : document.headings) {
    std::string lead(text_at(document, {heading.text.begin - heading.lead, heading.text.begin}));
    lead.resize(lead.find_last_not_of(" \n") + 1);
    outline.push_back(fmt::format("{} {}{}", heading.level, lead.empty() ? "" : "[" + lead + "] ", text_at(document, heading.text)));
  }
  return outline;
}

TEST(CodeLoader, CAndCpp) {
  EXPECT_THAT(
      outline_of("a.c", "#include <a.h>\n/* What it costs. */\nint cost(int year);\nint cost(int year) {\n  return year;\n}\nstruct bridge { int year; };\n"),
      ElementsAre("1 int cost(int year)", "1 struct bridge"));
  EXPECT_THAT(
      outline_of(
          "a.cpp",
          "namespace kern {\n\n/// A bridge.\n/// Of steel.\nclass Bridge : public Thing {\n public:\n  int cost() const { return 1; }\n};\n\ntemplate <class T>\nT "
          "twice(T x) {\n  return x + x;\n}\n\n}  // namespace kern\n"),
      ElementsAre("1 namespace kern", "2 [/// A bridge.\n/// Of steel.] class Bridge : public Thing", "3 int cost() const",
                  "2 template <class T>\nT twice(T x)"));
}
TEST(CodeLoader, ANamespaceWithoutANameIsNoHeading) {
  EXPECT_THAT(outline_of("a.cpp", "namespace kern {\nnamespace {\nint f() { return 1; }\n}\n}\n"), ElementsAre("1 namespace kern", "2 int f()"));
}
TEST(CodeLoader, Python) {
  EXPECT_THAT(
      outline_of(
          "a.py",
          "import a\n\n# Of steel.\n@frozen\nclass Bridge(Thing):\n    year = 1932\n\n    @property\n    def cost(self) -> int:\n        def inner(): pass\n        return "
          "4\n\nasync def build(): ...\n"),
      ElementsAre("1 [# Of steel.\n@frozen] class Bridge(Thing)", "2 [@property] def cost(self) -> int", "1 async def build()"));
}
TEST(CodeLoader, JavaScriptAndTypeScript) {
  EXPECT_THAT(
      outline_of(
          "a.js",
          "/**\n * A bridge.\n */\nexport class Bridge {\n  cost(year) { return 4 }\n}\nexport const build = async (x) => {\n  return x\n}\nconst n = 1\nfunction f() {}\n"),
      ElementsAre("1 [/**\n * A bridge.\n */] export class Bridge", "2 cost(year)", "1 export const build = async (x)", "1 function f()"));
  EXPECT_THAT(outline_of("a.ts", "// Of steel.\nexport interface Bridge {\n  year: number\n}\nenum Kind { A }\nabstract class B<T> { go(): void {} }\n"),
              ElementsAre("1 [// Of steel.] export interface Bridge", "1 enum Kind", "1 abstract class B<T>", "2 go(): void"));
  EXPECT_THAT(outline_of("a.tsx", "export function View({ a }: Props) {\n  return <b>{a}</b>\n}\n"), ElementsAre("1 export function View({ a }: Props)"));
}
TEST(CodeLoader, GoAndRust) {
  EXPECT_THAT(
      outline_of("a.go",
                 "package a\n\n// Bridge is one.\ntype Bridge struct {\n\tYear int\n}\n\nfunc (b Bridge) Cost(year int) (int, error) {\n\treturn 1, nil\n}\n"),
      ElementsAre("1 [// Bridge is one.] type Bridge struct", "1 func (b Bridge) Cost(year int) (int, error)"));
  EXPECT_THAT(
      outline_of(
          "a.rs",
          "/// One.\n#[derive(Clone)]\npub struct Bridge { year: u32 }\n\nimpl Bridge {\n    pub fn cost(&self) -> u32 { 1 }\n}\nmacro_rules! m { () => {} }\n"),
      ElementsAre("1 [/// One.\n#[derive(Clone)]] pub struct Bridge", "1 impl Bridge", "2 pub fn cost(&self) -> u32", "1 macro_rules! m"));
}
TEST(CodeLoader, JavaCSharpAndBash) {
  EXPECT_THAT(
      outline_of(
          "A.java",
          "package a;\n\n/** A bridge. */\n@Entity\npublic class Bridge {\n    @Override\n    public int cost(int year) { return 1; }\n    Bridge() {}\n}\n"),
      ElementsAre("1 [/** A bridge. */\n@Entity] public class Bridge", "2 [@Override] public int cost(int year)", "2 Bridge()"));
  EXPECT_THAT(
      outline_of(
          "a.cs",
          "namespace Kern\n{\n    /// <summary>One.</summary>\n    [Serializable]\n    public class Bridge\n    {\n        public int Cost(int year) { return 1; }\n    }\n}\n"),
      ElementsAre("1 namespace Kern", "2 [/// <summary>One.</summary>\n    [Serializable]] public class Bridge", "3 public int Cost(int year)"));
  EXPECT_THAT(outline_of("a.sh", "#!/bin/bash\n# Builds it.\nbuild() {\n  echo \"$1\"\n}\nfunction stop { exit; }\n"),
              ElementsAre("1 [# Builds it.] build()", "1 function stop"));
}
TEST(CodeLoader, WhatIsBrokenHasTheHeadingsThatWereUnderstood) {
  EXPECT_THAT(outline_of("a.py", "def one():\n    return (\n\ndef two(:\n\nclass Three:\n    pass\n"), ::testing::Contains("1 class Three"));
  EXPECT_THAT(outline_of("a.c", "%% no code at all\n"), ElementsAre());
}
TEST(CodeLoader, ALanguageIsKnownByEndingNameOrProgram) {
  EXPECT_EQ(load_document("run", "#!/usr/bin/env python3\nprint(1)\n").media_type, "text/x-python");
  EXPECT_EQ(load_document("run", "#!/bin/sh -e\nls\n").media_type, "text/x-shellscript");
  EXPECT_EQ(load_document("Makefile", "all:\n\tmake it\n").media_type, "text/x-source");
  EXPECT_EQ(load_document("a.SQL", "select 1;\n").media_type, "text/x-source");
  EXPECT_EQ(load_document("run", "no code\n").media_type, "text/plain");
  EXPECT_EQ(load_document("a.sh", std::string("\xC4\xE3\xBA\xC3 # \xB9\xAB\xCB\xBE\n")).text, "你好 # 公司\n") << "GBK";
}
TEST(CodeLoader, CodeOnOneLineOrWithoutEndIsReadInTime) {
  std::string squeezed;
  for (int i = 0; i < 20'000; ++i) squeezed += fmt::format("function f{}(a){{return a+{}}}", i, i);
  EXPECT_EQ(load_document("a.min.js", squeezed).headings.size(), 20'000U);
  EXPECT_EQ(load_document("a.c", std::string(200'000, '(')).text.size(), 200'000U);
  std::string nested;
  for (int i = 0; i < 20'000; ++i) nested += "namespace a {\n";
  EXPECT_FALSE(load_document("a.cpp", nested).text.empty());
}

TEST(CodeLoader, AFunctionIsCutWithItsCommentAndBetweenLines) {
  std::string source;
  for (int function = 0; function < 8; ++function) {
    source += fmt::format("/// Number {}: what it costs.\nint cost_{}(int year) {{\n", function, function);
    for (int line = 0; line < 30; ++line) source += fmt::format("    year += {} * {};  // e.g. this. And more\n", line, function);
    source += "  return year;\n}\n";
  }
  const ParsedDocument document = load_document("a.cpp", source);
  const auto count = [](std::string_view text) { return text.size() / 4 + 1; };
  std::size_t begins = 0;
  for (const Chunk& chunk : chunk_document(document, {.target_tokens = 200, .max_tokens = 300, .count_tokens = count})) {
    const std::string_view text = text_at(document, chunk.text);
    EXPECT_TRUE(text.ends_with('}') || text.ends_with("And more") || text.ends_with(';')) << text;
    EXPECT_TRUE(chunk.heading_path.starts_with("int cost_")) << chunk.heading_path;
    if (text.starts_with("/// Number")) ++begins;
    const std::size_t comment = text.rfind("/// Number");
    EXPECT_TRUE(comment == std::string_view::npos || text.find("int cost_", comment) != std::string_view::npos) << text;
  }
  EXPECT_EQ(begins, 8U);
}

}  // namespace
}  // namespace panduan::documents
