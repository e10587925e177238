#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <span>

#include "app/evaluation.h"
#include "app/models.h"
#include "app/workbench.h"
#include "base/config.h"
#include "base/error.h"
#include "base/file.h"
#include "llm/chat_model.h"
#include "rag/prompt.h"

// Everything that could be asked about the first passages of each question of a suite, whether it is asked in practice or not: what
// tools/fit-confidence fits the probability of an answer on. One line of JSON a question.
//
//     signals_bench SUITE.jsonl DOCUMENTS [PASSAGES]
namespace {

using namespace panduan;
using nlohmann::json;

constexpr std::size_t kAskedFor = 3;       // of a passage's answers, how many the question is asked for
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
      if (about["extracts"].size() < kAskedFor) one["question"] = log_prob(rag::make_question_prompt(question_, passage, extract.text));
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

std::vector<app::SearchHit> passages_for(app::Workbench& workbench, const app::SuiteQuestion& question, std::size_t count) {
  constexpr std::size_t kPassagesOfOne = 6;  // at most so many are of a document that is out of reach
  auto hits = workbench.search(workbench.local_caller(), question.question, count + question.without.size() * kPassagesOfOne, {});
  std::erase_if(hits,
                [&](const app::SearchHit& hit) { return std::ranges::count(question.without, std::filesystem::path(hit.source).filename().string()) > 0; });
  if (hits.size() > count) hits.resize(count);
  return hits;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw Error(ErrorKind::InvalidInput, "usage: signals_bench SUITE.jsonl DOCUMENTS [PASSAGES]");
    std::size_t passages = 2;
    if (argc > 3) std::from_chars(argv[3], argv[3] + std::string_view(argv[3]).size(), passages);
    const TemporaryFolder store;
    Config config = load_config();
    config.data_dir = store.path();
    const auto workbench = app::open_workbench(config);
    workbench->add(workbench->local_caller(), {argv[2]}, {}, {});
    app::Models models(config);
    const auto questions = app::read_suite(argv[1]);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      fmt::print("{}\n", Asking(models.chat(), questions[i]).about(passages_for(*workbench, questions[i], passages)).dump());
      std::fflush(stdout);
      fmt::print(stderr, "{} of {}\n", i + 1, questions.size());
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "signals_bench: {}\n", error.what());
    return 1;
  }
}
