#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/risk_coverage.h"
#include "base/config.h"

namespace panduan::app {

/// A line of a suite.
struct SuiteQuestion {
  std::string question;
  std::vector<std::string> answers;
  std::string document;  ///< file name of the right document; empty when the suite does not say
  bool unanswerable = false;
  std::vector<std::string> without;  ///< file names of documents that are out of reach for this question
};
/// Throws Error{InvalidInput} that names the line.
std::vector<SuiteQuestion> read_suite(const std::filesystem::path& file);

struct EvaluationOptions {
  std::filesystem::path suite;
  std::filesystem::path documents;
  bool retrieval_only = false;
  std::size_t sample = 0;  ///< 0: all
  std::uint64_t seed = 1;
  std::filesystem::path records;  ///< empty, or a file that is written with a line of JSON for each question
  std::filesystem::path cache;  ///< folder where done questions are kept; a stopped run goes on from there
};

enum class Outcome { Right, Wrong, Silent, RightlySilent };

/// How two answers are compared: right when it contains a gold answer (NFKC, case, spaces and punctuation folded) and is at most 20
/// characters longer than it in Chinese, 60 otherwise: echoing the passage is no answer.
Outcome judge(const SuiteQuestion& question, const std::optional<std::string>& answer);
/// Whether a text of any length contains a gold answer, likewise folded.
bool contains_answer(const SuiteQuestion& question, const std::string& text);
/// Word overlap with the best gold answer (Rajpurkar et al. 2016); a CJK character counts as a word.
double f1(const SuiteQuestion& question, const std::string& answer);

/// Rates are from 0 to 1; of all questions unless it says otherwise.
struct EvaluationReport {
  std::size_t questions = 0;
  // Of the questions that name their document.
  double recall_1 = 0, recall_5 = 0, recall_20 = 0, mrr = 0;                           ///< a passage of the right document
  double passage_recall_1 = 0, passage_recall_5 = 0, passage_recall_20 = 0, passage_mrr = 0;  ///< one that also holds an answer
  bool asked_model = false;
  double right = 0, wrong = 0, silent = 0, rightly_silent = 0;
  double contains_right = 0;      ///< answerable ones where what is shown contains a right answer, however long it is
  double score = 0;               ///< right + rightly_silent - wrong
  double f1 = 0;                  ///< mean over the answerable questions
  double quote_validity = 0;      ///< of all quotes shown: those that stand byte for byte in the document read anew
  double citation_precision = 0;  ///< of all quotes shown where the document is known: those from it
  std::size_t quotes = 0;
  // Of answers with a probability; the curve is of all answers there would be at any risk.
  double risk = 0;  ///< from which on an answer was not shown
  double calibration_error = 0;  ///< expected calibration error in 10 bins
  std::vector<RiskCoveragePoint> risk_coverage;  ///< empty when the model's probabilities were not measured
  double ttft_ms_p50 = 0, total_ms_p50 = 0;
  double tokens_read_mean = 0, tokens_written_mean = 0;
  std::string chat_model, embedding_model;
};

struct EvaluationProgress {
  std::string step;
  std::size_t done = 0, total = 0;
  std::size_t right = 0, wrong = 0, silent = 0, rightly_silent = 0;
};

/// Adds the documents to a throw-away store and asks each question, at any risk: what is not shown at config.risk is left out afterwards.
/// Throws Error: InvalidInput (suite), Cancelled.
EvaluationReport evaluate(const Config& config, const EvaluationOptions& options, const std::function<void(const EvaluationProgress&)>& on_progress,
                          const std::stop_token& stop);

}  // namespace panduan::app
