#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/evaluation.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/terminal.h"

namespace panduan::cli {
namespace {

std::filesystem::path cache_folder(const Config& config) { return config.models_dir.parent_path() / "eval"; }

nlohmann::ordered_json as_json(const app::EvaluationReport& r) {
  nlohmann::ordered_json object{{"questions", r.questions},
                                {"recall@1", r.recall_1},
                                {"recall@5", r.recall_5},
                                {"recall@20", r.recall_20},
                                {"mrr", r.mrr},
                                {"passage_recall@1", r.passage_recall_1},
                                {"passage_recall@5", r.passage_recall_5},
                                {"passage_recall@20", r.passage_recall_20},
                                {"passage_mrr", r.passage_mrr},
                                {"embedding_model", r.embedding_model}};
  // A run that asks no model has the same keys, so that a script need not branch.
  auto rate = [&](const char* key, double value) { object[key] = r.asked_model ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr); };
  rate("right", r.right);
  rate("wrong", r.wrong);
  rate("silent", r.silent);
  rate("rightly_silent", r.rightly_silent);
  rate("contains_right", r.contains_right);
  rate("score", r.score);
  rate("f1", r.f1);
  rate("quote_validity", r.quote_validity);
  rate("citation_precision", r.citation_precision);
  rate("ttft_ms_p50", r.ttft_ms_p50);
  rate("total_ms_p50", r.total_ms_p50);
  rate("tokens_read_mean", r.tokens_read_mean);
  rate("tokens_written_mean", r.tokens_written_mean);
  rate("risk", r.risk);
  auto curve = nlohmann::ordered_json::array();
  for (const auto& point : r.risk_coverage)
    curve.push_back({{"least_probability", point.least_probability}, {"coverage", point.coverage}, {"risk", point.risk}});
  const bool is_measured = !r.risk_coverage.empty();
  object["calibration_error"] = is_measured ? nlohmann::ordered_json(r.calibration_error) : nlohmann::ordered_json(nullptr);
  object["risk_coverage"] = std::move(curve);
  object["quotes"] = r.quotes;
  object["chat_model"] = r.chat_model;
  return object;
}

void print_table(const app::EvaluationReport& r) {
  auto row = [](const std::string& name, const std::string& value) { fmt::print("  {:<34} {:>8}\n", name, value); };
  auto rate = [&](const std::string& name, double value) { row(name, fmt::format("{:.3f}", value)); };
  fmt::print("{}\n", styled(fmt::format("{} questions, {}", r.questions, r.embedding_model), Style::Bold));
  rate("right document first", r.recall_1);
  rate("among the first 5", r.recall_5);
  rate("among the first 20", r.recall_20);
  rate("mean reciprocal rank", r.mrr);
  rate("passage with the answer first", r.passage_recall_1);
  rate("among the first 5", r.passage_recall_5);
  if (!r.asked_model) return;
  fmt::print("{}\n", styled(r.chat_model, Style::Bold));
  rate("right", r.right);
  rate("answer shown that contains it", r.contains_right);
  rate("wrong", r.wrong);
  rate("silent", r.silent);
  rate("rightly silent", r.rightly_silent);
  rate("score", r.score);
  rate("F1", r.f1);
  rate(fmt::format("quotes that stand ({} shown)", r.quotes), r.quote_validity);
  rate("quotes from the right document", r.citation_precision);
  if (!r.risk_coverage.empty()) {
    rate("shown up to a risk of", r.risk);
    rate("calibration error", r.calibration_error);
  }
  row("first word, median", human_duration(r.ttft_ms_p50));
  row("whole answer, median", human_duration(r.total_ms_p50));
  row("tokens read, mean", fmt::format("{:.0f}", r.tokens_read_mean));
  row("tokens written, mean", fmt::format("{:.0f}", r.tokens_written_mean));
}

}  // namespace

int run_eval(const Session& session) {
  const Arguments& arguments = session.arguments;
  StatusLine status;
  const Stopwatch watch;
  auto on_progress = [&](const app::EvaluationProgress& p) {
    std::string text = fmt::format("{} {}/{}", p.step, p.done, p.total);
    if (p.right + p.wrong + p.silent + p.rightly_silent > 0) {
      text += fmt::format("  right {} wrong {} silent {} rightly silent {}, {} left", p.right, p.wrong, p.silent, p.rightly_silent,
                          human_duration(watch.elapsed_ms() / static_cast<double>(p.done) * static_cast<double>(p.total - p.done)));
    }
    status.set(text);
  };
  const auto report = app::evaluate(session.config,
                                    {.suite = arguments.suite,
                                     .documents = arguments.documents,
                                     .retrieval_only = arguments.retrieval_only,
                                     .sample = arguments.sample,
                                     .seed = arguments.seed,
                                     .records = arguments.records,
                                     .cache = cache_folder(session.config)},
                                    on_progress, session.stop);
  status.clear();
  if (arguments.json) print_json(as_json(report));
  else print_table(report);
  return 0;
}

}  // namespace panduan::cli
