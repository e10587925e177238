#include "rag/answerer.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/unicode.h"
#include "rag/citation.h"
#include "rag/extract_choice.h"
#include "rag/phrase.h"
#include "rag/prompt.h"

namespace panduan::rag {
namespace {

constexpr std::size_t kBytesOfTheTurnBefore = 512;

/// What is searched for. A follow-up rarely names its subject, the question before it does.
std::string search_query(const Question& question) {
  const auto before =
      std::find_if(question.history.rbegin(), question.history.rend(), [](const llm::ChatMessage& message) { return message.role == llm::Role::User; });
  return before == question.history.rend() ? question.text : fmt::format("{}\n{}", question.text, truncate_utf8(before->content, kBytesOfTheTurnBefore));
}

std::string reason_without_passages(bool chinese) { return chinese ? "没有找到任何段落。" : "No passage was found."; }
std::string reason_without_sufficient(bool chinese, std::size_t passages) {
  return chinese ? fmt::format("读了 {} 个段落，没有一个包含回答所需的内容。", passages)
                 : fmt::format("None of the {} passages that were read says what an answer needs.", passages);
}
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
std::optional<PlacedRange> find_evidence(const Question& question, std::string_view answer, std::span<const retrieval::Hit> hits) {
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
std::optional<PlacedRange> find_support(std::string_view copied, std::string_view answer, std::span<const retrieval::Hit> hits) {
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (const auto range = locate_support(copied, hits[i].passage.text, answer)) return PlacedRange{i, *range};
  }
  return std::nullopt;
}

/// What the model is asked about one question, with its cost.
class Reading {
 public:
  Reading(llm::ChatModel& model, const Question& question, int max_tokens, Done& cost, const std::stop_token& stop)
      : model_(model), question_(question), max_tokens_(max_tokens), cost_(cost), stop_(stop) {}

  /// How likely nothing at all is said to suffice; nullopt for a model that does not tell.
  std::optional<double> leaning() { return log_odds(make_sufficiency_prompt_without_passage(question_)); }
  bool is_sufficient(const PassageRead& passage, double least_log_odds) {
    const auto odds = log_odds(make_sufficiency_prompt(question_, passage));
    return odds && *odds >= least_log_odds;
  }
  /// The words of the passages that the model would answer with; nullopt for one that does not tell, or would answer otherwise.
  std::optional<std::string> copy(const Prompt& prompt, std::span<const PassageRead> passages) {
    std::string text;
    for (const PassageRead& passage : passages) text += passage.text + "\n\n";
    const auto extraction = model_.extract(prompt.messages, text, {.begun = prompt.begun}, stop_);
    throw_if_stopped();
    if (!extraction) return std::nullopt;
    add(extraction->usage);
    return choose_extract(extraction->extracts, short_characters(question_));
  }
  std::string write(const Prompt& prompt) {
    auto generation = model_.generate(prompt.messages, {.max_tokens = max_tokens_, .grammar = prompt.grammar}, {}, stop_);
    throw_if_stopped();
    add(generation.usage);
    return std::move(generation.text);
  }

 private:
  std::optional<double> log_odds(const SufficiencyPrompt& prompt) {
    std::vector<std::string> beginnings = prompt.yes;
    beginnings.insert(beginnings.end(), prompt.no.begin(), prompt.no.end());
    const auto likelihoods = model_.likelihoods(prompt.messages, {}, beginnings, stop_);
    throw_if_stopped();
    if (!likelihoods) return std::nullopt;
    add(likelihoods->usage);
    std::vector<double> log_probs;
    for (const auto& tokens : likelihoods->log_probs) log_probs.push_back(std::accumulate(tokens.begin(), tokens.end(), 0.0));
    const auto no = log_probs.begin() + static_cast<std::ptrdiff_t>(prompt.yes.size());
    return *std::max_element(log_probs.begin(), no) - *std::max_element(no, log_probs.end());
  }
  void throw_if_stopped() const {
    if (stop_.stop_requested()) throw Error(ErrorKind::Cancelled, "the question was stopped");
  }
  void add(const llm::Usage& usage) {
    cost_.prompt_tokens += usage.prompt_tokens;
    cost_.reused_tokens += usage.reused_tokens;
    cost_.completion_tokens += usage.completion_tokens;
    cost_.prefill_ms += usage.prefill_ms;
    cost_.decode_ms += usage.decode_ms;
  }

  llm::ChatModel& model_;
  const Question& question_;
  int max_tokens_;
  Done& cost_;
  const std::stop_token& stop_;
};

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

  // Read: the best passage that holds what is needed, alone; what the others say leads a small model astray. A model that cannot
  // be asked that, or whose word on it is worth nothing, reads them all. Nothing of what it writes is shown yet.
  done.model = model_.name();
  Reading reading(model_, question, options_.max_tokens, done, stop);
  std::span<const PassageRead> read(passages);
  std::span<const retrieval::Hit> hits(found.hits);
  if (const auto leaning = options_.least_log_odds ? reading.leaning() : std::nullopt) {
    const double least = *leaning + (chinese ? options_.least_log_odds->chinese : options_.least_log_odds->english);
    const auto chosen = std::ranges::find_if(passages, [&](const PassageRead& passage) { return reading.is_sufficient(passage, least); });
    if (chosen == passages.end()) return finish(false, reason_without_sufficient(chinese, passages.size()));
    const auto index = static_cast<std::size_t>(chosen - passages.begin());
    read = read.subspan(index, 1);
    hits = hits.subspan(index, 1);
  }
  const Prompt prompt = make_answer_prompt(question, read);
  const auto copied = reading.copy(prompt, read);
  const std::string reply = copied ? *copied : reading.write(prompt);
  done.first_event_ms = watch.elapsed_ms();
  std::string answer = parse_line(reply);
  if (answer.empty()) return finish(false, reason_without_quote(chinese, passages.size()));

  // Find what the answer rests on: a byte range of a stored text, or there is no answer. Only for one in words of its own is the
  // model asked which sentence that is.
  auto evidence = find_evidence(question, answer, hits);
  if (evidence) {
    const std::string_view sentence = std::string_view(hits[evidence->hit].passage.text).substr(evidence->range.begin, evidence->range.size());
    if (!copied && !is_short(question, answer)) {
      // Asked again, it often names the part that was asked for; that is only taken where it stands word for word in the same sentence.
      std::string shorter = parse_line(reading.write(make_shorter_prompt(prompt, question, reply)));
      if (is_short(question, shorter) && locate_line(shorter, sentence)) answer = std::move(shorter);
      if (is_cut_off(question, answer)) answer = sentence;
    }
    answer = complete_phrase(answer, sentence, copied ? Complete::Meaning : Complete::Phrase);
  }
  if (!evidence && !copied && !is_cut_off(question, answer)) {
    evidence = find_support(parse_line(reading.write(make_quote_prompt(prompt, question, reply))), answer, hits);
  }
  if (!evidence) return finish(false, reason_without_quote(chinese, passages.size()));
  Quote quote = make_quote(caller, hits[evidence->hit], evidence->range);
  if (quote.text.empty()) return finish(false, reason_without_quote(chinese, passages.size()));
  quote.number = 1;
  quote.passage = read[evidence->hit].number;
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
