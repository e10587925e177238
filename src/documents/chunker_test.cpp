#include "documents/chunker.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <random>

#include "base/file.h"
#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

/// A stand-in for a subword tokenizer: about four letters a token, each other character one.
std::size_t count_roughly(std::string_view text) {
  std::size_t tokens = 0;
  std::size_t letters = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    offset += c.bytes;
    if (c.code_point < 0x250 && is_letter_or_digit(c.code_point)) {
      tokens += letters++ % 4 == 0 ? 1 : 0;
    } else {
      letters = 0;
      tokens += is_white_space(c.code_point) ? 0 : 1;
    }
  }
  return tokens;
}

/// Makes more tokens of a whole than of its parts, as no sum of counts would tell.
std::size_t count_badly(std::string_view text) { return count_roughly(text) + text.size() * text.size() / 10'000; }

ChunkOptions options(std::size_t target = 60, std::size_t max = 100) { return {.target_tokens = target, .max_tokens = max, .count_tokens = count_roughly}; }

std::string_view chunk_text(const ParsedDocument& document, const Chunk& chunk) { return text_at(document, chunk.text); }

void expect_sound_chunks(const ParsedDocument& document, const ChunkOptions& with) {
  const std::vector<Chunk> chunks = chunk_document(document, with);
  std::size_t end = 0;
  std::string held;
  for (const Chunk& chunk : chunks) {
    ASSERT_GE(chunk.text.begin, end) << "chunks overlap or are out of order";
    ASSERT_LT(chunk.text.begin, chunk.text.end);
    ASSERT_LE(chunk.text.end, document.text.size());
    end = chunk.text.end;
    const std::string_view text = chunk_text(document, chunk);
    ASSERT_TRUE(is_valid_utf8(text));
    ASSERT_FALSE(is_white_space(character_at(text, 0).code_point));
    std::size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0U) == 0x80U) --last;
    ASSERT_FALSE(is_white_space(character_at(text, last).code_point));
    ASSERT_EQ(chunk.tokens, with.count_tokens(text));
    ASSERT_LE(chunk.tokens, with.max_tokens);
    ASSERT_TRUE(is_valid_utf8(chunk.heading_path));
    ASSERT_LE(chunk.heading_path.size(), 200U);
    held.append(text);
  }
  EXPECT_EQ(remove_white_space(held), remove_white_space(document.text)) << "text is lost";
  const std::vector<Chunk> again = chunk_document(document, with);
  ASSERT_EQ(again.size(), chunks.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(again[i].text, chunks[i].text);
    EXPECT_EQ(again[i].heading_path, chunks[i].heading_path);
  }
}

ParsedDocument random_document(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"word ",
                                                   "Sentence ends. ",
                                                   "判断",
                                                   "是人的事。",
                                                   "！",
                                                   "\n",
                                                   "\n\n",
                                                   "\n \n",
                                                   "\t",
                                                   "# Title\n\n",
                                                   "## Part\n\n",
                                                   "```\ncode\n```\n",
                                                   "e\u0301",
                                                   "👩\u200D🔬",
                                                   "\u3000",
                                                   "a_very_long_identifier_without_any_space",
                                                   "....................",
                                                   "“引文”",
                                                   "3.14 ",
                                                   "x"};
  std::string text = "start ";
  std::uniform_int_distribution<std::size_t> pick(0, kPieces.size() - 1);
  const std::size_t count = std::uniform_int_distribution<std::size_t>(0, 600)(random);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& piece = kPieces[pick(random)];
    const std::size_t times = random() % 40 == 0 ? 200 : 1;
    for (std::size_t j = 0; j < times; ++j) text += piece;
  }
  return load_document(random() % 2 == 0 ? "a.md" : "a.txt", text);
}

TEST(ChunkDocument, CutsRandomTextWithoutLosingAnything) {
  std::mt19937 random(20240601);
  for (int round = 0; round < 150; ++round) {
    const ParsedDocument document = random_document(random);
    expect_sound_chunks(document, options(5 + random() % 100, 120));
    expect_sound_chunks(document, {.target_tokens = 60, .max_tokens = 60, .count_tokens = count_badly});
    if (HasFatalFailure()) FAIL() << "in round " << round;
  }
}

TEST(ChunkDocument, CutsRealDocumentsInBothLanguages) {
  for (const std::string language : {"en", "zh-cn"}) {
    const std::string path = "/usr/share/debian-reference/debian-reference." + language + ".pdf";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing: run tools/setup test";
    const ParsedDocument document = load_document(path, read_file(path, 64U << 20U));
    const ChunkOptions with = options(256, 400);
    expect_sound_chunks(document, with);
    const std::vector<Chunk> chunks = chunk_document(document, with);
    const auto tokens = count_roughly(document.text);
    EXPECT_LT(chunks.size(), 2 * tokens / with.target_tokens) << "chunks are much smaller than the target";
    RecordProperty("chunks_" + language, std::to_string(chunks.size()));
  }
}

TEST(ChunkDocument, CountsEachTextAboutTwice) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "A paragraph of a few words, number " + std::to_string(i) + ", that says little.\n\n";
  const ParsedDocument document = load_document("a.txt", text);
  std::size_t counted = 0;
  ChunkOptions with = options(256, 400);
  with.count_tokens = [&](std::string_view piece) {
    counted += piece.size();
    return count_roughly(piece);
  };
  chunk_document(document, with);
  EXPECT_LT(counted, 5 * text.size() / 2);
}

TEST(ChunkDocument, CutsALineWithoutEndAtNoMoreCostThanOthers) {
  constexpr std::size_t kBytes = 8U << 20U;
  for (const std::string_view piece : {"bridge of kern 1932 ", "x", "判断桥梁", "， ", "a,", "1 "}) {
    ParsedDocument document;
    while (document.text.size() < kBytes) document.text += piece;
    std::size_t counted = 0;
    ChunkOptions with = options(256, 400);
    with.count_tokens = [&](std::string_view text) {
      counted += text.size();
      return count_roughly(text);
    };
    const std::vector<Chunk> chunks = chunk_document(document, with);
    EXPECT_LT(counted, 5 * document.text.size()) << piece;
    ASSERT_FALSE(chunks.empty());
    for (const Chunk& chunk : chunks) ASSERT_LE(chunk.tokens, with.max_tokens) << piece;
  }
}

TEST(ChunkDocument, KeepsAHeadingWithItsTextAndNamesThePath) {
  std::string text = "# Packages\n\nAbout packages.\n\n## Dependencies\n\n";
  for (int i = 0; i < 20; ++i) text += "Every package may depend on others, in several ways. ";
  text += "\n\n# Network\n\nOther things.";
  const ParsedDocument document = load_document("a.md", text);
  const std::vector<Chunk> chunks = chunk_document(document, options());
  ASSERT_GE(chunks.size(), 3U);
  EXPECT_EQ(chunks.front().heading_path, "Packages");
  EXPECT_TRUE(chunk_text(document, chunks.front()).starts_with("Packages\n\nAbout packages.\n\nDependencies\n\nEvery"));
  EXPECT_EQ(chunks[1].heading_path, "Packages › Dependencies");
  EXPECT_EQ(chunks.back().heading_path, "Network");
  EXPECT_EQ(chunk_text(document, chunks.back()), "Network\n\nOther things.");
}

TEST(ChunkDocument, NeverJoinsAShortSectionAcrossAHigherHeading) {
  const ParsedDocument document = load_document("a.md", "# A\n\n## A1\n\nshort\n\n# B\n\nshort too");
  const std::vector<Chunk> chunks = chunk_document(document, options());
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_EQ(chunk_text(document, chunks[0]), "A\n\nA1\n\nshort");
  EXPECT_EQ(chunk_text(document, chunks[1]), "B\n\nshort too");
}

TEST(ChunkDocument, OverlapsByWholeSentencesWithinAChapter) {
  std::string text = "# A\n\n";
  for (int i = 0; i < 40; ++i) text += "The sentence number " + std::to_string(i) + " says so. ";
  text += "\n\n# B\n\nAnother chapter begins.";
  const ParsedDocument document = load_document("a.md", text);
  ChunkOptions overlapping = options(60, 100);
  overlapping.overlap_tokens = 20;
  const std::vector<Chunk> chunks = chunk_document(document, overlapping);
  ASSERT_GT(chunks.size(), 3U);
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    const bool same_chapter = chunks[i].heading_path == chunks[i - 1].heading_path;
    EXPECT_EQ(chunks[i].text.begin < chunks[i - 1].text.end, same_chapter) << i;
    EXPECT_EQ(chunks[i].tokens, overlapping.count_tokens(chunk_text(document, chunks[i])));
    EXPECT_LE(chunks[i].tokens, overlapping.max_tokens);
    if (!same_chapter) continue;
    EXPECT_TRUE(chunk_text(document, chunks[i]).starts_with("The sentence")) << chunk_text(document, chunks[i]);
    EXPECT_LE(overlapping.count_tokens(std::string_view(document.text).substr(chunks[i].text.begin, chunks[i - 1].text.end - chunks[i].text.begin)), 20U);
  }
  EXPECT_EQ(chunk_document(document, options(60, 100)).size(), chunks.size()) << "where it is cut does not depend on it";
}

TEST(ChunkDocument, OverlapsNoFurtherThanTheLongestChunk) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "第" + std::to_string(i) + "句话。";
  const ParsedDocument document = load_document("a.txt", text);
  ChunkOptions overlapping = options(50, 55);
  overlapping.overlap_tokens = 25;
  for (const Chunk& chunk : chunk_document(document, overlapping)) EXPECT_LE(chunk.tokens, 55U);
}

TEST(ChunkDocument, CutsLongSentencesBetweenWordsAndLongWordsBetweenCharacters) {
  std::string words;
  for (int i = 0; i < 500; ++i) words += "word" + std::to_string(i) + " ";
  const ParsedDocument spaced = load_document("a.txt", words);
  for (const Chunk& chunk : chunk_document(spaced, options())) EXPECT_TRUE(chunk_text(spaced, chunk).starts_with("word"));
  std::string characters;
  for (int i = 0; i < 5000; ++i) characters += "字";
  expect_sound_chunks(load_document("a.txt", characters), options());
  expect_sound_chunks(load_document("a.txt", std::string(200'000, 'a')), options());
}

TEST(ChunkDocument, CutsLongPathsOnACharacter) {
  ParsedDocument document;
  for (int level = 1; level <= 6; ++level) {
    const std::size_t begin = document.text.size();
    for (int i = 0; i < 60; ++i) document.text += "题";
    document.headings.push_back({.level = level, .text = {begin, document.text.size()}});
    document.text += "\n\n";
  }
  document.text += "text";
  const std::vector<Chunk> chunks = chunk_document(document, options(600, 900));
  ASSERT_FALSE(chunks.empty());
  for (const Chunk& chunk : chunks) {
    EXPECT_TRUE(is_valid_utf8(chunk.heading_path));
    EXPECT_LE(chunk.heading_path.size(), 200U);
  }
}

std::string many(std::string_view piece, std::size_t count) {
  std::string text;
  while (count-- > 0) text += piece;
  return text;
}

TEST(ChunkDocument, CutsATableBetweenItsRowsAndNamesItsColumns) {
  std::string text = "# Crossings\n\nBefore it.\n\n| Year | Ferry. Or bridge | 票价 |\n|---|---|---|\n";
  for (int year = 1900; year < 1960; ++year) text += fmt::format("| {} | Over the bridge. It was full {} times. | {} crowns |\n", year, year % 7, year % 11);
  const ParsedDocument document = load_document("a.md", text + "\nAfter it.\n");
  ASSERT_EQ(header_of(document, 0), "Year | Ferry. Or bridge | 票价");
  expect_sound_chunks(document, options());
  std::size_t inside = 0;
  for (const Chunk& chunk : chunk_document(document, options())) {
    const std::string_view chunked = chunk_text(document, chunk);
    const bool after_header = chunk.text.begin >= document.tables[0].header.end && chunk.text.begin < document.tables[0].text.end;
    EXPECT_EQ(chunk.heading_path, after_header ? "Crossings › Year | Ferry. Or bridge | 票价" : "Crossings");
    if (!after_header) continue;
    ++inside;
    EXPECT_TRUE(chunked.starts_with("19")) << chunked;
    EXPECT_TRUE(chunked.ends_with("crowns") || chunked.ends_with("After it.")) << chunked;
  }
  EXPECT_GT(inside, 5U);
}

TEST(ChunkDocument, CutsAnOverlongRowAndShortensItsHeader) {
  const ParsedDocument document = load_document(
      "a.html",
      fmt::format("<h1>{0}</h1><table><tr><th>{0}</th><th>{1}</th></tr><tr><td>{1}</td><td>b</td></tr></table>", many("桥梁", 100), many("名称 ", 200)));
  expect_sound_chunks(document, options());
}

TEST(ChunkDocument, GivesNoChunksForADocumentWithoutText) { EXPECT_TRUE(chunk_document({}, options()).empty()); }

}  // namespace
}  // namespace panduan::documents
