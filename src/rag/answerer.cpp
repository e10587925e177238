#include "rag/answerer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/unicode.h"
#include "rag/citation.h"
#include "rag/prompt.h"

namespace panduan::rag {
namespace {

/// What is searched for. A follow-up rarely names its subject, the question before it does.
std::string search_query(const Question& question) {
  const auto before =
      std::find_if(question.history.rbegin(), question.history.rend(), [](const llm::ChatMessage& message) { return message.role == llm::Role::User; });
  return before == question.history.rend() ? question.text : fmt::format("{}\n{}", before->content, question.text);
}

std::string reason_without_passages(bool chinese) { return chinese ? "没有找到任何段落。" : "No passage was found."; }
std::string reason_without_quote(bool chinese, std::size_t passages) {
  return chinese ? fmt::format("读了 {} 个段落，其中没有能逐字支持答案的句子。", passages)
                 : fmt::format("Of the {} passages that were read, none holds words that an answer could rest on.", passages);
}
std::string reason_with_quotes(bool chinese, std::size_t quotes) {
  return chinese ? fmt::format("答案依据 {} 处引文，已逐字核对。", quotes)
                 : fmt::format("The answer rests on {} {}, checked word for word.", quotes, quotes == 1 ? "quote" : "quotes");
}

/// A range of a hit's passage.
struct PlacedRange {
  std::size_t hit = 0;
  documents::ByteRange range;
};

/// The sentence that holds the answer's words and is nearest to the question; of equals the one in the better hit.
std::optional<PlacedRange> find_sentence(std::string_view question, std::string_view answer, const std::vector<retrieval::Hit>& hits) {
  std::optional<PlacedRange> best;
  std::size_t most = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto sentence = locate_sentence_with(answer, hits[i].passage.text, question);
    if (!sentence || (best && sentence->shared_terms <= most)) continue;
    best = PlacedRange{i, sentence->range};
    most = sentence->shared_terms;
  }
  return best;
}

}  // namespace

void Answerer::answer(const identity::Caller& caller, const Question& question, const EventSink& sink, const std::stop_token& stop) {
  const Stopwatch watch;
  const bool chinese = is_mostly_chinese(question.text);
  Done done;
  auto finish = [&](bool answered, std::string reason) {
    sink(Verdict{answered, std::move(reason)});
    done.total_ms = watch.elapsed_ms();
    sink(done);
  };

  // Retrieve what the caller may read.
  const std::string query = search_query(question);
  sink(Searching{question.text, query});
  const auto found = retriever_.search(caller, query, {.limit = options_.passages}, stop);
  done.search_ms = watch.elapsed_ms();
  const auto passages = read_passages(caller, found.hits);
  sink(Passages{passages});
  if (passages.empty()) return finish(false, reason_without_passages(chinese));

  // Let the model quote and answer. Nothing of it is shown yet: it is not an answer before its quotes are checked.
  const Prompt prompt = make_prompt(question, passages);
  std::string written;
  auto on_text = [&](std::string_view text) {
    if (written.empty()) done.first_event_ms = watch.elapsed_ms();
    const bool line_ended = written.empty() ? false : text.find('\n') != std::string_view::npos;
    written += text;
    // With an answer whose words stand in a passage no quote need be written.
    return !line_ended || find_sentence(question.text, parse_reply(written).answer, found.hits) == std::nullopt;
  };
  const auto generation = model_.generate(prompt.messages, {.max_tokens = options_.max_tokens, .grammar = prompt.grammar}, on_text, stop);
  if (generation.finish == llm::FinishReason::Cancelled) throw Error(ErrorKind::Cancelled, "the question was stopped");
  done.model = model_.name();
  done.prompt_tokens = generation.usage.prompt_tokens;
  done.reused_tokens = generation.usage.reused_tokens;
  done.completion_tokens = generation.usage.completion_tokens;
  done.prefill_ms = generation.usage.prefill_ms;
  done.decode_ms = generation.usage.decode_ms;

  // Check: a quote is a byte range of a stored text, or it is dropped.
  const Reply reply = parse_reply(generation.text);
  const auto quotes = check_quotes(caller, question, reply, found.hits);

  // Decide: no answer without words that stand in a source.
  if (quotes.empty() || reply.answer.empty()) return finish(false, reason_without_quote(chinese, passages.size()));
  Statement statement{reply.answer, {}};
  for (const Quote& quote : quotes) {
    sink(quote);
    statement.quotes.push_back(quote.number);
  }
  sink(statement);
  sink(AnswerText{reply.answer});
  finish(true, reason_with_quotes(chinese, quotes.size()));
}

std::vector<PassageRead> Answerer::read_passages(const identity::Caller& caller, const std::vector<retrieval::Hit>& hits) const {
  std::vector<PassageRead> passages;
  for (const retrieval::Hit& hit : hits) {
    const auto place = store_.place(caller.workspace_id, hit.passage.content_id, hit.passage.range);
    passages.push_back({.number = passages.size() + 1,
                        .document_id = hit.passage.document_id,
                        .source = hit.passage.source,
                        .title = hit.passage.title,
                        .heading_path = hit.passage.heading_path,
                        .page = place ? place->label : "",
                        .score = hit.score,
                        .text = hit.passage.text});
  }
  return passages;
}

std::vector<Quote> Answerer::check_quotes(const identity::Caller& caller, const Question& question, const Reply& reply,
                                          const std::vector<retrieval::Hit>& hits) const {
  std::vector<Quote> quotes;
  auto take = [&](const PlacedRange& place) {
    Quote quote = make_quote(caller, hits[place.hit], place.range);
    if (quote.text.empty()) return;
    quote.number = quotes.size() + 1;
    quote.passage = place.hit + 1;
    quotes.push_back(std::move(quote));
  };
  if (const auto sentence = find_sentence(question.text, reply.answer, hits)) {
    take(*sentence);
    return quotes;
  }
  // An answer in the model's own words rests on what it quoted, wherever that stands: it may have miscounted the passages.
  for (const auto& quoted : reply.quotes) {
    for (std::size_t hit = 0; hit < hits.size(); ++hit) {
      const auto range = locate_quote(quoted.text, hits[hit].passage.text);
      if (!range) continue;
      take({hit, *range});
      break;
    }
  }
  return quotes;
}

Quote Answerer::make_quote(const identity::Caller& caller, const retrieval::Hit& hit, documents::ByteRange in_passage) const {
  const auto& passage = hit.passage;
  const documents::ByteRange range{passage.range.begin + in_passage.begin, passage.range.begin + in_passage.end};
  // Read again from the store: what is shown is the stored text, whatever the model wrote.
  auto text = store_.text(caller.workspace_id, passage.content_id, range);
  if (!text) return {};
  Quote quote{.text = *std::move(text),
              .document_id = passage.document_id,
              .source = passage.source,
              .title = passage.title,
              .heading_path = passage.heading_path,
              .content_sha256 = to_hex(passage.content_sha256),
              .range = range,
              .page = {},
              .boxes = {}};
  if (auto place = store_.place(caller.workspace_id, passage.content_id, range)) {
    quote.page = place->label;
    quote.boxes = std::move(place->words);
  }
  return quote;
}

}  // namespace panduan::rag
