#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>

#include "rag/prompt.h"
#include "suite_run.h"

// Everything that could be asked about the first passages of each question of a suite, whether it is asked in practice or not: what
// tools/fit-confidence fits the probability of an answer on. One line of JSON a question.
//
//     signals_bench SUITE.jsonl DOCUMENTS [PASSAGES]
namespace {

using namespace panduan;
using nlohmann::json;

constexpr double kLeastSufficiency = -2.5;  // less the leaning: below it a passage is hopeless, and nothing more is asked

class Asking {
 public:
  Asking(llm::ChatModel& model, const app::SuiteQuestion& question) : model_(model), suite_(question) { question_.text = question.question; }

  json about(std::span<const app::SearchHit> hits) {
    const double leaning = log_odds(rag::make_sufficiency_prompt(question_, nullptr));
    json line{{"question", suite_.question},
              {"unanswerable", suite_.unanswerable},
              {"leaning", leaning},
              {"question_alone", log_prob(rag::make_question_prompt(question_, nullptr))},
              {"passages", json::array()}};
    for (const app::SearchHit& hit : hits) line["passages"].push_back(about(hit, leaning));
    return line;
  }

 private:
  json about(const app::SearchHit& hit, double leaning) {
    const rag::PassageRead passage{.number = 1, .source = hit.source, .title = hit.title, .heading_path = hit.heading_path, .text = hit.text};
    const double sufficiency = log_odds(rag::make_sufficiency_prompt(question_, &passage));
    json about{{"sufficiency", sufficiency}};
    if (sufficiency - leaning < kLeastSufficiency) return about;
    about["question"] = log_prob(rag::make_question_prompt(question_, &passage));
    about["extracts"] = json::array();
    const rag::Prompt prompt = rag::make_answer_prompt(question_, std::span(&passage, 1));
    for (const llm::Extract& extract : told(model_.extract(prompt.messages, passage.text, {.begun = prompt.begun}, {})).extracts) {
      json one{{"text", extract.text}, {"log_prob", extract.log_prob}, {"right", app::judge(suite_, extract.text) == app::Outcome::Right}};
      about["extracts"].push_back(std::move(one));
    }
    return about;
  }

  template <class T>
  T told(std::optional<T> value) const {
    if (!value) throw Error(ErrorKind::Unsupported, fmt::format("'{}' does not tell how likely its replies are", model_.name()));
    return *std::move(value);
  }
  std::vector<double> log_probs(const rag::Prompt& prompt, std::span<const std::string> texts) const {
    std::vector<double> sums;
    for (const auto& tokens : told(model_.likelihoods(prompt.messages, prompt.begun, texts, {})).log_probs)
      sums.push_back(std::accumulate(tokens.begin(), tokens.end(), 0.0));
    return sums;
  }
  double log_prob(const rag::Prompt& prompt) const { return log_probs(prompt, std::span(&prompt.continues, 1)).front(); }
  double log_odds(const rag::Prompt& prompt) const { return std::ranges::max(log_probs(prompt, prompt.yes)) - std::ranges::max(log_probs(prompt, prompt.no)); }

  llm::ChatModel& model_;
  const app::SuiteQuestion& suite_;
  rag::Question question_;
};

}  // namespace

int main(int argc, char** argv) {
  return bench::main("signals_bench", argc, argv, 2, [](bench::SuiteRun& run) {
    std::size_t done = 0;
    for (const auto& question : run.questions()) {
      fmt::print("{}\n", Asking(run.model(), question).about(run.passages_for(question)).dump());
      std::fflush(stdout);
      fmt::print(stderr, "{} of {}\n", ++done, run.questions().size());
    }
  });
}
