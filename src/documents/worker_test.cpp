#include "documents/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"
#include "base/process.h"
#include "documents/detail/wire.h"
#include "documents/testing/hostile_loader.h"

namespace panduan::documents {
namespace {

using ::testing::HasSubstr;

ParsedDocument sample() {
  ParsedDocument document;
  document.media_type = "application/pdf";
  document.title = "桥";
  document.text = "The bridge.\n\n大桥全长898米。";
  document.pages = {{.label = "1", .text = {0, 13}, .width = 595, .height = 842, .words = {{.text = {0, 3}, .left = 1, .top = 2, .right = 3, .bottom = 4}}},
                    {.label = "ii", .text = {13, document.text.size()}, .width = 595, .height = 842, .words = {}}};
  document.headings = {{.level = 1, .text = {4, 11}, .lead = 4}};
  document.is_code = true;
  document.tables = {{.text = {0, 11}, .header = {0, 4}}};
  document.hidden_words = 3;
  document.recognised_pages = 1;
  return document;
}

ErrorKind kind_of(const std::string& wire) {
  try {
    detail::from_wire(wire);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::Internal;
}

TEST(Wire, ADocumentArrivesAsItWas) {
  const ParsedDocument document = sample();
  const ParsedDocument back = detail::from_wire(detail::to_wire(document));
  EXPECT_EQ(back.media_type, document.media_type);
  EXPECT_EQ(back.title, document.title);
  EXPECT_EQ(back.text, document.text);
  ASSERT_EQ(back.pages.size(), 2U);
  EXPECT_EQ(back.pages[0].words[0].text, document.pages[0].words[0].text);
  EXPECT_EQ(back.pages[0].words[0].bottom, 4);
  EXPECT_EQ(back.pages[1].label, "ii");
  EXPECT_EQ(back.pages[1].text, document.pages[1].text);
  EXPECT_EQ(back.headings[0].text, document.headings[0].text);
  EXPECT_EQ(back.headings[0].lead, 4U);
  EXPECT_TRUE(back.is_code);
  ASSERT_EQ(back.tables.size(), 1U);
  EXPECT_EQ(back.tables[0].text, document.tables[0].text);
  EXPECT_EQ(back.tables[0].header, document.tables[0].header);
  EXPECT_EQ(back.hidden_words, 3U);
  EXPECT_EQ(back.recognised_pages, 1U);
}
TEST(Wire, AnErrorArrivesAsItWas) {
  try {
    detail::from_wire(detail::to_wire(Error(ErrorKind::Unsupported, "it is encrypted")));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Unsupported);
    EXPECT_STREQ(error.what(), "it is encrypted");
  }
}
TEST(Worker, HostileCodeInItFindsNoWayOut) {
  const ParsedDocument document = load_in_worker(testing::HostileLoader(), "x");
  const auto tried = static_cast<std::size_t>(std::ranges::count(document.text, '\n'));
  EXPECT_EQ(tried, panduan::testing::attempts().size());
  EXPECT_THAT(document.text, ::testing::Not(HasSubstr("GOT THROUGH"))) << "each line is a way out:\n" << document.text;
}

TEST(Wire, WhatIsNoDocumentIsRefused) {
  EXPECT_EQ(kind_of(""), ErrorKind::Corrupt);
  EXPECT_EQ(kind_of("hello"), ErrorKind::Corrupt);
  ParsedDocument document = sample();
  document.pages[0].text.end = 1000;
  EXPECT_EQ(kind_of(detail::to_wire(document)), ErrorKind::Corrupt) << "past the text";
  document = sample();
  document.headings[0].text = {15, 16};
  EXPECT_EQ(kind_of(detail::to_wire(document)), ErrorKind::Corrupt) << "within a character";
  document = sample();
  document.headings[0].lead = 5;
  EXPECT_EQ(kind_of(detail::to_wire(document)), ErrorKind::Corrupt) << "before the text";
  document = sample();
  std::swap(document.pages[0].text, document.pages[1].text);
  EXPECT_EQ(kind_of(detail::to_wire(document)), ErrorKind::Corrupt) << "out of order";
  document = sample();
  document.pages[0].words[0].left = std::nanf("");
  EXPECT_EQ(kind_of(detail::to_wire(document)), ErrorKind::Corrupt) << "no number";
  document = sample();
  document.text += "\xff";
  EXPECT_EQ(kind_of(detail::to_wire(document)), ErrorKind::Corrupt) << "no UTF-8";
}
TEST(Wire, WhateverAWorkerSaysIsADocumentOrRefused) {
  const std::string good = detail::to_wire(sample());
  std::mt19937 random(5);
  std::size_t refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string wire = good;
    for (std::size_t change = 0; change <= random() % 3; ++change) wire[random() % wire.size()] = static_cast<char>(random());
    try {
      const ParsedDocument document = detail::from_wire(wire);
      for (const Page& page : document.pages) {
        ASSERT_LE(page.text.end, document.text.size());
        for (const WordBox& word : page.words) ASSERT_LE(word.text.end, document.text.size());
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 10'000U);
}

Command worker(const std::string& format) {
  Command command;
  command.arguments = {"/proc/self/exe", "parse-document", format};
  command.environment = {{"PANDUAN_IS_WORKER", "1"}};
  command.inherits_environment = false;
  return command;
}
TEST(Worker, ItParsesWhatItIsGiven) {
  Command command = worker("text/plain");
  command.input = "A bridge.\n\nA tunnel.";
  const CommandResult result = run_command(command);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(detail::from_wire(result.output).text, "A bridge.\n\nA tunnel.");
}
TEST(Worker, AnUnknownFormatIsAMistakeOfTheCaller) { EXPECT_EQ(run_command(worker("application/x-nothing")).exit_code, 64); }
TEST(Worker, ItsErrorsAreThoseOfTheLoader) {
  try {
    load_document("empty.md", " \n \n");
    FAIL() << "there is no text in it";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::InvalidInput) << error.what();
  }
}

/// A format whose parser is not one of ours.
class StrangeLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/x-strange"; }
  std::string_view name() const override { return "strange"; }
  std::span<const std::string_view> endings() const override { return {}; }
  bool accepts(const std::filesystem::path&, std::string_view) const override { return true; }
  ParsedDocument load(std::string_view) const override { throw Error(ErrorKind::Internal, "called here"); }
};
TEST(Worker, NothingIsEverParsedHere) {
  try {
    load_in_worker(StrangeLoader(), "bytes");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("ended with 64"));
  }
}
TEST(Worker, AStopEndsIt) {
  std::stop_source source;
  source.request_stop();
  try {
    load_in_worker(loader_for("a.txt", "text"), "text", source.get_token());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Cancelled);
  }
}

}  // namespace
}  // namespace panduan::documents
