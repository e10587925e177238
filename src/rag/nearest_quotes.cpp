#include "rag/nearest_quotes.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/unicode.h"
#include "rag/evidence.h"
#include "rag/quote.h"
#include "rag/readable.h"
#include "rag/standalone.h"

namespace panduan::rag {
namespace {

constexpr std::size_t kMostQuotes = 3;

std::string reason(bool found, bool chinese) {
  if (!found) return chinese ? "没有找到与问题相近的句子。" : "No sentence was found that is near the question.";
  return chinese
             ? "没有安装对话模型，所以没有作答，也没有判断这些句子是否回答了问题：它们是与问题最接近的原文。“panduan models pull”可获取模型。"
             : "No chat model is installed, so nothing was answered, and nothing judged whether these sentences answer: they are what comes nearest to the question. "
               "'panduan models pull' fetches a model.";
}

}  // namespace

void quote_nearest(const store::Store& store, retrieval::Retriever& retriever, const identity::Caller& caller, const Question& question, std::size_t passages,
                   const EventSink& sink, const std::stop_token& stop) {
  const Stopwatch watch;
  identity::require(caller, identity::Right::Read);
  if (question.risk && *question.risk < 1) {
    throw Error(ErrorKind::InvalidInput,
                fmt::format("without a chat model nothing has a probability, so a risk of {} cannot be kept: ask without one", *question.risk));
  }
  Done done;
  const std::string query = query_with_the_one_before(question);
  sink(Searching{question.text, query});
  const auto found = retriever.search(caller, query, {.limit = passages}, stop);
  done.search_ms = watch.elapsed_ms();
  auto found_passages = passages_of(store, caller.workspace_id, found.hits);
  leave_out_addressed_text(found_passages, question.text);
  sink(Passages{found_passages});
  const bool chinese = is_mostly_chinese(question.text);
  const Readable to_read = readable(found_passages, found.hits);
  std::vector<std::string_view> texts;
  for (const auto& hit : to_read.hits) texts.emplace_back(hit.passage.text);
  std::size_t quotes = 0;
  for (const RelatedSentence& sentence : related_sentences(question.text, texts)) {
    if (quotes == kMostQuotes) break;
    Quote quote = make_quote(store, caller.workspace_id, to_read.hits[sentence.passage].passage, sentence.range);
    if (quote.text.empty()) continue;
    quote.number = ++quotes;
    quote.passage = to_read.passages[sentence.passage].number;
    sink(quote);
  }
  sink(Verdict{.answered = quotes > 0, .reason = reason(quotes > 0, chinese), .note = left_out_note(found_passages, chinese)});
  done.total_ms = watch.elapsed_ms();
  sink(done);
}

}  // namespace panduan::rag
