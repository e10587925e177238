#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "base/clock.h"
#include "base/unicode.h"
#include "suite_run.h"

// The usual recipe, as most who build on a language model write it: the best passages in one prompt, "say so when you do not know", and
// whatever the model writes is the answer. It gets the same passages, the same model and the same engine as `panduan eval`, and its
// answers are judged by the same rule (app/judgement.cpp), and besides by one that lets a long answer count when it contains the right one.
//
//     recipe_bench SUITE.jsonl DOCUMENTS [PASSAGES]
//
// One line of JSON a question on standard error, and the sums on standard output.
namespace {

using namespace panduan;
using nlohmann::json;

constexpr std::array<std::string_view, 16> kSilent{"don't know",  "do not know", "not mention", "not provide", "no information", "not specif",
                                                   "not contain", "not state",   "不知道",      "没有提到",    "未提及",         "没有提供",
                                                   "没有提及",    "无法",        "没有明确",    "未提供"};

bool is_silent(const std::string& reply) {
  const std::string folded = nfkc_casefold(reply);
  return folded.empty() || std::ranges::any_of(kSilent, [&](std::string_view phrase) { return folded.find(phrase) != std::string::npos; });
}

std::vector<llm::ChatMessage> prompt_for(const std::string& question, std::span<const app::SearchHit> hits) {
  const bool chinese = is_mostly_chinese(question);
  std::string text =
      chinese
          ? "请根据以下资料回答最后的问题。如果资料中没有答案，就说不知道，不要编造。\n\n"
          : "Answer the question at the end from the following context. If the context does not hold the answer, say that you don't know; do not make one up.\n\n";
  for (const app::SearchHit& hit : hits) text += hit.text + "\n\n";
  text += (chinese ? "问题：" : "Question: ") + question;
  return {{llm::Role::System, chinese ? "你是一个有用的助手。" : "You are a helpful assistant."}, {llm::Role::User, std::move(text)}};
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Sums {
  std::size_t questions = 0, right = 0, contains = 0, silent = 0, rightly_silent = 0;
  std::vector<double> first_word_ms, end_ms, tokens_per_second;
};

void ask(bench::SuiteRun& bench, const app::SuiteQuestion& question, Sums& sums) {
  const Stopwatch watch;
  const auto hits = bench.passages_for(question);
  double first_word_ms = 0;
  const auto generation = bench.model().generate(prompt_for(question.question, hits), {.max_tokens = 256},
                                                 [&](std::string_view) {
                                                   if (first_word_ms == 0) first_word_ms = watch.elapsed_ms();
                                                   return true;
                                                 },
                                                 {});
  sums.first_word_ms.push_back(first_word_ms);
  sums.end_ms.push_back(watch.elapsed_ms());
  if (generation.usage.decode_ms > 0) sums.tokens_per_second.push_back(1000 * generation.usage.completion_tokens / generation.usage.decode_ms);
  ++sums.questions;
  const bool silent = is_silent(generation.text);
  const auto outcome = app::judge(question, silent ? std::nullopt : std::optional(generation.text));
  sums.right += outcome == app::Outcome::Right ? 1 : 0;
  sums.silent += outcome == app::Outcome::Silent ? 1 : 0;
  sums.rightly_silent += outcome == app::Outcome::RightlySilent ? 1 : 0;
  sums.contains += !silent && !question.unanswerable && app::contains_answer(question, generation.text) ? 1 : 0;
  fmt::print(stderr, "{}\n",
             json{{"question", question.question}, {"reply", generation.text}, {"silent", silent}, {"right", outcome == app::Outcome::Right}}.dump());
}

json report(Sums sums) {
  const auto share = [&](std::size_t part) { return static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(1, sums.questions)); };
  const double silent = share(sums.silent) + share(sums.rightly_silent);
  return {{"questions", sums.questions},
          {"right", share(sums.right)},
          {"wrong", 1 - silent - share(sums.right)},
          {"silent", share(sums.silent)},
          {"rightly_silent", share(sums.rightly_silent)},
          {"score", share(sums.right) + share(sums.rightly_silent) - (1 - silent - share(sums.right))},
          {"contains_right", share(sums.contains)},
          {"score_contains", share(sums.contains) + share(sums.rightly_silent) - (1 - silent - share(sums.contains))},
          {"first_word_ms_p50", median(std::move(sums.first_word_ms))},
          {"total_ms_p50", median(std::move(sums.end_ms))},
          {"tokens_per_second_p50", median(std::move(sums.tokens_per_second))}};
}

}  // namespace

int main(int argc, char** argv) {
  return bench::main("recipe_bench", argc, argv, 3, [](bench::SuiteRun& run) {
    Sums sums;
    for (const auto& question : run.questions()) ask(run, question, sums);
    fmt::print("{}\n", report(std::move(sums)).dump());
  });
}
