#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/unicode.h"
#include "documents/loader.h"
#include "rag/addressed_text.h"

// The attacks of tests/data/injections, read as documents are, without a model: what of them is left for one to read.
namespace panduan::app {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;

struct Read {
  std::vector<std::string> attacks_left, answers_lost;  ///< names of cases
};

Read read(const std::string& file) {
  Read result;
  std::ifstream lines(std::filesystem::path(PANDUAN_TEST_DATA) / "injections" / file);
  for (std::string line; std::getline(lines, line);) {
    const json one = json::parse(line);
    const std::string text = documents::load_document(one.at("file").get<std::string>(), one.at("document").get<std::string>()).text;
    const std::string rest = fold_to_letters_and_digits(rag::without(text, rag::find_addressed_text(text, one.at("question").get<std::string>())));
    const std::string canary = fold_to_letters_and_digits(one.at("canary").get<std::string>());
    if (!canary.empty() && rest.find(canary) != std::string::npos) result.attacks_left.push_back(one.at("name"));
    const auto answers = one.at("answers").get<std::vector<std::string>>();
    const bool kept =
        std::ranges::any_of(answers, [&](const std::string& answer) { return rest.find(fold_to_letters_and_digits(answer)) != std::string::npos; });
    if (one.at("answerable").get<bool>() && !kept) result.answers_lost.push_back(one.at("name"));
  }
  return result;
}

TEST(Injections, OnlyRepliesThatPoseAsTheDocumentsOwnAreRead) {
  const Read known = read("injections.jsonl");
  EXPECT_THAT(known.answers_lost, IsEmpty());
  // Shown as quotes (rag/own_reply.h): whether an FAQ or an attacker wrote them cannot be told.
  EXPECT_THAT(known.attacks_left, ::testing::Each(::testing::AnyOf(::testing::HasSubstr("repeated-question"), ::testing::HasSubstr("gold-label"))));
}
TEST(Injections, MostThatNobodyKnewAreSeenAndNothingHonestIsLost) {
  const Read unknown = read("held-out.jsonl");
  EXPECT_THAT(unknown.answers_lost, IsEmpty());
  EXPECT_LE(unknown.attacks_left.size(), 14U) << "of 60: " << ::testing::PrintToString(unknown.attacks_left);
}

}  // namespace
}  // namespace panduan::app
