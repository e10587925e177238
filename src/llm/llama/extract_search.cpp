#include "llm/llama/extract_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/error.h"

namespace panduan::llm {
namespace {

// What is 20 times less likely than the best is not followed any further.
const double kFarBehind = std::log(20.0);
constexpr std::size_t kMostExtracts = 12;

double log_add(double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); }

}  // namespace

ExtractSearch::ExtractSearch(llama_context& context, const llama_vocab& vocab, const VocabularyPieces& pieces, const CopyableText& text,
                             const ExtractOptions& options)
    : context_(context), vocab_(vocab), pieces_(pieces), text_(text), options_(options), best_(-std::numeric_limits<double>::infinity()) {}

bool ExtractSearch::run(llama_pos position, Batch& batch, const std::stop_token& stop) {
  llama_memory_t memory = llama_get_memory(&context_);
  const auto vocabulary_size = static_cast<std::size_t>(llama_vocab_n_tokens(&vocab_));
  std::vector<Beam> beams{{.ends = text_.beginnings(), .copied = {}}};
  for (int depth = 0; depth <= options_.max_tokens && !beams.empty(); ++depth) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < beams.size(); ++i) {
      const float* logits = llama_get_logits_ith(&context_, depth == 0 ? -1 : static_cast<int>(i));
      const double log_sum = log_sum_exp({logits, vocabulary_size});
      if (depth > 0) note_end(beams[i], logits, log_sum);
      if (depth < options_.max_tokens) add_steps(i, beams[i], logits, log_sum, steps);
    }
    keep_best(steps);
    // The beams of two steps in a row lie in different sequences, so that a parent is there until all its children are.
    const auto first = static_cast<llama_seq_id>(1 + (depth % 2 == 0 ? 0 : options_.width));
    std::vector<Beam> next;
    batch.clear();
    for (Step& step : steps) {
      const Beam& parent = beams[step.parent];
      const auto sequence = static_cast<llama_seq_id>(first + static_cast<llama_seq_id>(next.size()));
      llama_memory_seq_cp(memory, parent.sequence, sequence, -1, -1);
      batch.add(step.token, position + depth, sequence, true);
      next.push_back({.ends = std::move(step.ends), .copied = parent.copied + token_text(vocab_, step.token), .log_prob = step.log_prob, .sequence = sequence});
    }
    for (const Beam& beam : beams) {
      if (beam.sequence != 0) llama_memory_seq_rm(memory, beam.sequence, -1, -1);
    }
    beams = std::move(next);
    if (beams.empty()) break;
    const int result = llama_decode(&context_, batch.get());
    if (result == 2 || stop.stop_requested()) return false;
    if (result != 0) throw Error(ErrorKind::Internal, fmt::format("[llama.cpp] decoding failed with {}", result));
    decoded_tokens_ += batch.size();
  }
  for (const Beam& beam : beams) llama_memory_seq_rm(memory, beam.sequence, -1, -1);
  return true;
}

void ExtractSearch::add_steps(std::size_t parent, const Beam& beam, const float* logits, double log_sum, std::vector<Step>& steps) const {
  std::map<llama_token, std::vector<std::size_t>> next;
  const auto space = pieces_.narrow(pieces_.all(), ' ');  // the one behind the words that the reply began with
  for (const std::size_t end : beam.ends) {
    copy_on(end, pieces_.all(), next);
    if (beam.copied.empty()) copy_on(end, space, next);
  }
  // A model that splits numbers into digits writes the space before one by itself.
  if (const llama_token alone = pieces_.token(space); beam.copied.empty() && alone != LLAMA_TOKEN_NULL) next[alone] = beam.ends;
  for (auto& [token, ends] : next) {
    const double log_prob = beam.log_prob + logits[token] - log_sum;
    if (log_prob >= least_log_prob()) steps.push_back({.parent = parent, .token = token, .ends = std::move(ends), .log_prob = log_prob});
  }
}

void ExtractSearch::copy_on(std::size_t begin, VocabularyPieces::Range range, std::map<llama_token, std::vector<std::size_t>>& next) const {
  const std::string_view rest = std::string_view(text_.text()).substr(begin, text_.sentence_end(begin) - begin);
  pieces_.for_each_beginning(rest, range, [&](llama_token token, std::size_t bytes) { next[token].push_back(begin + bytes); });
}

void ExtractSearch::keep_best(std::vector<Step>& steps) const {
  const auto kept = static_cast<std::ptrdiff_t>(std::min(steps.size(), options_.width));
  std::ranges::partial_sort(steps, steps.begin() + kept, std::greater{}, &Step::log_prob);
  steps.resize(static_cast<std::size_t>(kept));
}

void ExtractSearch::note_end(const Beam& beam, const float* logits, double log_sum) {
  const std::size_t begin = beam.copied.find_first_not_of(' ');
  if (begin == std::string::npos) return;
  bool may_end = false;
  bool goes_on_with_a_mark = true;  // wherever it may end: then a full stop is copied as well and does not end it
  for (const std::size_t end : beam.ends) {
    if (!text_.may_end(end)) continue;
    may_end = true;
    const std::string_view rest = std::string_view(text_.text()).substr(end, text_.sentence_end(end) - end);
    goes_on_with_a_mark = goes_on_with_a_mark && (rest.starts_with(".") || rest.starts_with("。"));
  }
  if (!may_end) return;
  double ends = 0;
  for (const llama_token token : pieces_.line_ends()) ends += std::exp(logits[token] - log_sum);
  if (!goes_on_with_a_mark) {
    for (const llama_token token : pieces_.full_stops()) ends += std::exp(logits[token] - log_sum);
  }
  const double log_prob = beam.log_prob + std::log(ends);
  const std::string copied = beam.copied.substr(begin);
  const auto [found, is_new] = found_.try_emplace(copied, log_prob);
  if (!is_new) found->second = log_add(found->second, log_prob);  // the same words in other tokens
  best_ = std::max(best_, found->second);
}

double ExtractSearch::least_log_prob() const { return best_ - kFarBehind; }

std::vector<Extract> ExtractSearch::extracts() const {
  std::vector<Extract> extracts;
  for (const auto& [text, log_prob] : found_) extracts.push_back({text, log_prob});
  std::ranges::stable_sort(extracts, std::greater{}, &Extract::log_prob);
  extracts.resize(std::min(extracts.size(), kMostExtracts));
  return extracts;
}

}  // namespace panduan::llm
