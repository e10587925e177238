#include "rag/answer_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/unicode.h"
#include "rag/addressed_text.h"
#include "rag/detail/passage_finder.h"
#include "rag/evidence.h"

namespace panduan::rag {
namespace {

constexpr std::size_t kPassages = 3;

std::string summary_text(const CheckedAnswer& checked, bool chinese) {
  const auto supported = std::ranges::count(checked.statements, Grounding::Supported, &CheckedStatement::grounding);
  std::string text = chinese ? fmt::format("{} 个陈述中有 {} 个得到支持。", checked.statements.size(), supported)
                             : fmt::format("{} of {} statements {} supported.", supported, checked.statements.size(), supported == 1 ? "is" : "are");
  if (checked.done.model.empty()) {
    text += chinese ? "没有安装对话模型：只核对了数字、日期、名称、否定和用词。"
                    : " No chat model is installed: only numbers, dates, names, negations and words were compared.";
  }
  return text;
}

/// A statement's way through the check.
class StatementCheck {
 public:
  StatementCheck(detail::PassageFinder& finder, Entailment* model, const std::stop_token& stop) : finder_(finder), model_(model), stop_(stop) {}

  CheckedStatement check(const StatementText& statement) {
    auto passages = finder_.nearest(statement.text, kPassages, stop_);
    // What tells whoever checks how to reply bears nothing out.
    for (store::Passage& passage : passages) passage.text = blanked(passage.text, find_addressed_text(passage.text, statement.text));
    std::vector<std::string_view> texts;
    for (const store::Passage& passage : passages) texts.emplace_back(passage.text);
    const auto related = related_sentences(statement.text, texts);
    std::vector<std::string_view> sentences;
    for (const RelatedSentence& sentence : related) sentences.push_back(texts[sentence.passage].substr(sentence.range.begin, sentence.range.size()));

    const auto bearing = bearing_sentences(statement.text, texts, related);
    const std::string premise = in_text_order(bearing, texts);
    const auto context = context_of(passages);
    const Groundedness found = check_statement(statement.text, {.sentences = sentences, .context = context, .premise = premise}, model_);
    CheckedStatement checked{.statement = statement, .grounding = found.grounding, .shared_words = found.shared_words, .log_odds = found.log_odds};
    const bool chinese = is_mostly_chinese(statement.text);
    for (const Finding& finding : found.findings) checked.reasons.push_back({finding, reason_text(finding, chinese)});
    put_quotes(checked, bearing, passages);
    return checked;
  }

 private:
  /// The sentences as one text that can be read.
  static std::string in_text_order(std::vector<RelatedSentence> sentences, const std::vector<std::string_view>& texts) {
    std::ranges::sort(sentences, {}, [](const RelatedSentence& one) { return std::pair(one.passage, one.range.begin); });
    std::string text;
    for (const auto& [passage, range, shared] : sentences) {
      if (!text.empty()) text += ' ';
      text += texts[passage].substr(range.begin, range.size());
    }
    return text;
  }
  /// The passages and what they are called, which names what their sentences call "it".
  static std::vector<std::string_view> context_of(const std::vector<store::Passage>& passages) {
    std::vector<std::string_view> context;
    for (const store::Passage& passage : passages) context.insert(context.end(), {passage.text, passage.title, passage.heading_path, passage.source});
    return context;
  }

  void put_quotes(CheckedStatement& checked, std::span<const RelatedSentence> bearing, const std::vector<store::Passage>& passages) {
    if (checked.grounding != Grounding::Supported) bearing = bearing.first(std::min<std::size_t>(bearing.size(), 1));
    for (const RelatedSentence& sentence : bearing) {
      Quote quote = finder_.quote(passages[sentence.passage], sentence.range);
      if (quote.text.empty()) continue;
      quote.number = ++quotes_;
      quote.passage = sentence.passage + 1;
      checked.quotes.push_back(std::move(quote));
    }
  }

  detail::PassageFinder& finder_;
  Entailment* model_;
  const std::stop_token& stop_;
  std::size_t quotes_ = 0;
};

std::vector<StatementText> statements_of(const std::string& answer) {
  auto statements = split_statements(answer);
  if (statements.empty()) throw Error(ErrorKind::InvalidInput, "the answer states nothing that could be checked: give at least one sentence");
  if (statements.size() > kMaxStatements) {
    throw Error(ErrorKind::TooLarge, fmt::format("the answer makes {} statements, the limit is {}: check it in parts", statements.size(), kMaxStatements));
  }
  return statements;
}

}  // namespace

bool CheckedAnswer::is_grounded() const {
  return std::ranges::all_of(statements, [](const CheckedStatement& one) { return one.grounding == Grounding::Supported; });
}

CheckedAnswer AnswerChecker::check(const identity::Caller& caller, const AnswerToCheck& answer, retrieval::Retriever* retriever,
                                   const std::stop_token& stop) const {
  identity::require(caller, identity::Right::Read);
  const Stopwatch watch;
  const auto statements = statements_of(answer.text);
  if (!answer.sources && retriever == nullptr) throw Error(ErrorKind::Internal, "an answer without sources came without a retriever");
  const auto finder = answer.sources ? detail::find_in_sources(*answer.sources, models_.embedder) : detail::find_in_store(store_, *retriever, caller);
  CheckedAnswer checked;
  Account account;
  std::optional<Entailment> model;
  if (models_.chat != nullptr) {
    model.emplace(*models_.chat, account, stop);
    account.done.model = models_.chat->name();
  }
  StatementCheck check(*finder, model ? &*model : nullptr, stop);
  for (const StatementText& statement : statements) {
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the check was stopped");
    checked.statements.push_back(check.check(statement));
  }
  checked.done = std::move(account.done);
  checked.summary = summary_text(checked, is_mostly_chinese(answer.text));
  checked.done.total_ms = watch.elapsed_ms();
  return checked;
}

}  // namespace panduan::rag
