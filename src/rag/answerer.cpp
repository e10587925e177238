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
std::string reason_with_quote(bool chinese) { return chinese ? "答案依据的引文已逐字核对。" : "The answer rests on a quote that was checked word for word."; }

/// A range of a hit's passage.
struct PlacedRange {
  std::size_t hit = 0;
  documents::ByteRange range;
};

/// The sentence that the answer rests on; of equals the one in the better hit.
std::optional<PlacedRange> find_evidence(const Question& question, std::string_view answer, const std::vector<retrieval::Hit>& hits) {
  std::optional<Evidence> best;
  std::size_t where = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto evidence = locate_evidence(answer, hits[i].passage.text, question.text);
    if (!evidence || (best && !(*evidence > *best))) continue;
    best = evidence;
    where = i;
  }
  return best ? std::optional(PlacedRange{where, best->range}) : std::nullopt;
}

/// Where the words that the model copied stand.
std::optional<PlacedRange> find_quote(std::string_view copied, const std::vector<retrieval::Hit>& hits) {
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (const auto range = locate_quote(copied, hits[i].passage.text)) return PlacedRange{i, *range};
  }
  return std::nullopt;
}

void add_usage(Done& done, const llm::Usage& usage) {
  done.prompt_tokens += usage.prompt_tokens;
  done.reused_tokens += usage.reused_tokens;
  done.completion_tokens += usage.completion_tokens;
  done.prefill_ms += usage.prefill_ms;
  done.decode_ms += usage.decode_ms;
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

  // Let the model answer. Nothing of it is shown yet: it is not an answer before its evidence is found.
  done.model = model_.name();
  auto write = [&](const Prompt& prompt) {
    auto on_text = [&](std::string_view) {
      if (done.first_event_ms == 0) done.first_event_ms = watch.elapsed_ms();
      return true;
    };
    const auto generation = model_.generate(prompt.messages, {.max_tokens = options_.max_tokens, .grammar = prompt.grammar}, on_text, stop);
    if (generation.finish == llm::FinishReason::Cancelled) throw Error(ErrorKind::Cancelled, "the question was stopped");
    add_usage(done, generation.usage);
    return generation.text;
  };
  const Prompt prompt = make_answer_prompt(question, passages);
  const std::string reply = write(prompt);
  const std::string answer = parse_line(reply);
  if (answer.empty()) return finish(false, reason_without_quote(chinese, passages.size()));

  // Find what it rests on: a byte range of a stored text, or there is no answer. Only for an answer in words of its own is the
  // model asked which sentence that is.
  auto evidence = find_evidence(question, answer, found.hits);
  if (!evidence) evidence = find_quote(parse_line(write(make_quote_prompt(prompt, question, reply))), found.hits);
  if (!evidence) return finish(false, reason_without_quote(chinese, passages.size()));
  Quote quote = make_quote(caller, found.hits[evidence->hit], evidence->range);
  if (quote.text.empty()) return finish(false, reason_without_quote(chinese, passages.size()));
  quote.number = 1;
  quote.passage = evidence->hit + 1;
  sink(quote);
  sink(Statement{answer, {quote.number}});
  sink(AnswerText{answer});
  finish(true, reason_with_quote(chinese));
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
