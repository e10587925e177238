#include "rag/answerer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "base/clock.h"
#include "base/error.h"
#include "base/unicode.h"
#include "rag/citation.h"
#include "rag/confidence.h"
#include "rag/entailment.h"
#include "rag/full_statement.h"
#include "rag/own_reply.h"
#include "rag/phrase.h"
#include "rag/prompt.h"
#include "rag/quote.h"
#include "rag/readable.h"
#include "rag/reading.h"
#include "rag/sections.h"
#include "rag/standalone.h"

namespace panduan::rag {
namespace {

std::string reason_without_passages(bool chinese) { return chinese ? "没有找到任何段落。" : "No passage was found."; }
std::string reason_without_quote(bool chinese, std::size_t passages) {
  return chinese ? fmt::format("读了 {} 个段落，其中没有能逐字支持答案的句子。", passages)
                 : fmt::format("Of the {} passages that were read, none holds words that an answer could rest on.", passages);
}
std::string reason_with_quote(bool chinese) { return chinese ? "答案依据的引文已逐字核对。" : "The answer rests on a quote that was checked word for word."; }

std::string note_on_own_reply(bool chinese) {
  return chinese ? "文档自己提出并回答了这个问题，答案是它的原话。" : "The document asks this itself and replies in these words.";
}

std::string note_on_bare_answer(bool chinese) {
  return chinese ? "核对了引文的用词；它是否回答了问题，请您判断。"
                 : "That the quote stands there was checked; whether it answers the question is for you to judge.";
}

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

// From here on the passages behind are not read, if who asks is content with it: hardly ever is one of them surer, and each takes two seconds.
constexpr double kSureEnough = 0.4;
// From here on nothing more is asked about a passage and its answer, likewise: it tells hardly more, and takes a second.
constexpr double kSureAtOnce = 0.5;
// A passage whose answer is not likelier right than this, whatever else would be found, is asked for nothing more.
constexpr double kHopeless = 0.07;

/// A passage, and what the model would answer from it alone.
struct Candidate {
  std::size_t passage = 0;  ///< its index
  std::optional<ChosenExtract> copied = {};
  std::optional<Signals> signals = {};  ///< nullopt when it was found wanting at once, and nothing more was asked
  double probability = 0;  ///< that the answer is right
};

std::string reason_with_risk(bool chinese, std::span<const PassageRead> passages, const Candidate& nearest, double risk) {
  const PassageRead& passage = passages[nearest.passage];
  const std::string name = std::filesystem::path(passage.source).filename().string();
  if (chinese) {
    return fmt::format(
        "读了 {} 个段落。最接近的在“{}”{}中，但由它得出的答案只有 {:.0f}% 的可能是正确的，要求至少 {:.0f}%。换一种问法、添加包含答案的文档或接受更高的风险可能会有帮助。",
        passages.size(), name, passage.page.empty() ? "" : fmt::format("第 {} 页", passage.page), 100 * nearest.probability, 100 * (1 - risk));
  }
  return fmt::format(
      "{} passages were read. Nearest came '{}'{}, but an answer from there would be right with {:.0f} % only, and at least {:.0f} % are asked for. Other words, a document that says it, "
      "or a higher risk may help.",
      passages.size(), name, passage.page.empty() ? "" : fmt::format(", p. {}", passage.page), 100 * nearest.probability, 100 * (1 - risk));
}

/// A passage and the answer that the model would copy from it, judged by as few signals as it takes to be sure. nullopt when the model
/// does not tell what it makes of them.
std::optional<Candidate> judge(Reading& reading, const Question& question, std::span<const PassageRead> passages, std::size_t index,
                               const llm::LanguageCalibration& calibration, double sure_at_once) {
  const PassageRead& passage = passages[index];
  const auto sufficiency = reading.sufficiency(passage);
  if (!sufficiency) return std::nullopt;
  Candidate candidate{.passage = index};
  candidate.probability = confidence({.sufficiency = *sufficiency, .copied = 0, .agreement = 1}, calibration);
  if (candidate.probability < kHopeless) return candidate;

  const auto extracts = reading.copy(make_answer_prompt(question, passages.subspan(index, 1)), passages.subspan(index, 1));
  if (!extracts) return std::nullopt;
  candidate.copied = reading.choose(*extracts);
  Signals signals{.sufficiency = *sufficiency, .copied = candidate.copied->log_prob, .agreement = candidate.copied->agreement};
  candidate.probability = confidence(signals, calibration);
  if (candidate.probability >= kHopeless && candidate.probability < sure_at_once) {
    signals.leaning = reading.leaning();
    signals.question = reading.question_gain(passage);
    candidate.probability = confidence(signals, calibration);
  }
  candidate.signals = signals;
  return candidate;
}

/// The passage whose answer is likeliest right. What the others say leads a small model astray, so each is read alone. nullopt when the
/// model does not tell what it makes of them.
std::optional<Candidate> best_candidate(Reading& reading, const Question& question, std::span<const PassageRead> passages,
                                        const llm::LanguageCalibration& calibration, double wanted) {
  std::optional<Candidate> best;
  for (std::size_t i = 0; i < passages.size(); ++i) {
    const auto candidate = judge(reading, question, passages, i, calibration, std::max(kSureAtOnce, wanted));
    if (!candidate) return std::nullopt;
    if (!best || candidate->probability > best->probability) best = candidate;
    if (best->probability >= std::max(kSureEnough, wanted)) break;
  }
  return best;
}

}  // namespace

void Answerer::answer(const identity::Caller& caller, const Question& asked, const EventSink& sink, const std::stop_token& stop) {
  const Stopwatch watch;
  identity::require(caller, identity::Right::Read);
  const double risk = asked.risk.value_or(options_.risk);
  if (asked.risk && risk < 1 && !options_.calibration) {
    throw Error(ErrorKind::InvalidInput,
                fmt::format("the answers of '{}' have no probability, so a risk of {} cannot be kept: ask without one, or with a model that was measured",
                            model_.name(), risk));
  }
  Account account{.done = {}, .explain = asked.explain};
  Done& done = account.done;
  Verdict verdict;
  auto finish = [&](bool answered, std::string reason) {
    verdict.answered = answered;
    verdict.reason = std::move(reason);
    sink(verdict);
    done.total_ms = watch.elapsed_ms();
    sink(done);
  };

  // Understand: a follow-up is made to stand alone, and from here on the conversation is not needed.
  const auto [question, query] = make_standalone(asked, model_, account, stop);
  const bool chinese = is_mostly_chinese(question.text);

  // Retrieve what the caller may read.
  sink(Searching{asked.text, query});
  // Small passages are found best; what is read is the section around each.
  constexpr std::size_t kOfOneSection = 4;  // so many hits may lie in one
  const auto found = retriever_.search(caller, query, {.limit = options_.passages * kOfOneSection}, stop);
  const auto sections = sections_of(store_, caller.workspace_id, found.hits, {.passages = options_.passages, .max_tokens = options_.section_tokens});
  done.search_ms = watch.elapsed_ms() - done.rewrite_ms;
  auto found_passages = passages_of(store_, caller.workspace_id, sections);
  // What speaks to whoever answers is neither obeyed nor passed on: no model reads it, and no answer is found in it.
  leave_out_addressed_text(found_passages, question.text);
  sink(Passages{found_passages});
  verdict.note = left_out_note(found_passages, chinese);
  const Readable to_read = readable(found_passages, sections);
  const std::vector<PassageRead>& passages = to_read.passages;
  if (passages.empty()) return finish(false, reason_without_passages(chinese));

  // Read: the passage whose answer is likeliest right, alone, if that is likely enough for who asks. A model that cannot be asked
  // how likely it is reads them all. Nothing of what it writes is shown yet.
  done.model = model_.name();
  Reading reading(model_, question, options_.max_tokens, account, stop);
  std::span<const PassageRead> read(passages);
  std::span<const retrieval::Hit> hits(to_read.hits);
  std::optional<ChosenExtract> extract;
  if (const auto best = options_.calibration
                            ? best_candidate(reading, question, passages, chinese ? options_.calibration->chinese : options_.calibration->english, 1 - risk)
                            : std::nullopt) {
    verdict.probability = best->probability;
    verdict.signals = best->signals;
    if (best->probability < 1 - risk) return finish(false, reason_with_risk(chinese, passages, *best, risk));
    read = read.subspan(best->passage, 1);
    hits = hits.subspan(best->passage, 1);
    extract = best->copied;
  }
  const Prompt prompt = make_answer_prompt(question, read);
  if (!extract) {
    if (const auto extracts = reading.copy(prompt, read)) extract = reading.choose(*extracts);
  }
  const bool copied = extract && !extract->text.empty();
  const std::string reply = copied ? extract->text : reading.write(prompt);
  done.first_event_ms = watch.elapsed_ms();
  std::string answer = parse_line(reply);
  if (answer.empty()) return finish(false, reason_without_quote(chinese, passages.size()));

  // Find what the answer rests on: a byte range of a stored text, or there is no answer. Only for one in words of its own is the
  // model asked which sentence that is.
  auto evidence = find_evidence(question, answer, hits);
  if (evidence) {
    const std::string_view sentence = std::string_view(hits[evidence->hit].passage.text).substr(evidence->range.begin, evidence->range.size());
    if (!copied && !is_short(answer)) {
      // Asked again, it often names the part that was asked for; that is only taken where it stands word for word in the same sentence.
      std::string shorter = parse_line(reading.write(make_shorter_prompt(prompt, question, reply)));
      if (is_short(shorter) && locate_line(shorter, sentence)) answer = std::move(shorter);
      if (is_cut_off(question, answer)) answer = sentence;
    }
    answer = complete_phrase(answer, sentence, copied ? Complete::Meaning : Complete::Phrase);
  }
  if (!evidence && !copied && !is_cut_off(question, answer)) {
    const Prompt ask_for_quote = make_quote_prompt(prompt, question, reply);
    evidence = find_support(extract ? reading.quote(ask_for_quote, read) : parse_line(reading.write(ask_for_quote)), answer, hits);
  }
  if (!evidence) return finish(false, reason_without_quote(chinese, passages.size()));
  Quote quote = make_quote(store_, caller.workspace_id, hits[evidence->hit].passage, evidence->range);
  if (quote.text.empty()) return finish(false, reason_without_quote(chinese, passages.size()));
  quote.number = 1;
  quote.passage = read[evidence->hit].number;
  sink(quote);

  // State: the answer in a full sentence where the model writes one that the passage bears out, with what else it rests on; the bare answer
  // otherwise.
  // The document's own reply to just this question is shown as its words.
  const bool own_reply = is_own_reply(hits[evidence->hit].passage.text, evidence->range, question.text);
  if (own_reply) {
    answer = fmt::format("“{}”", answer);
    verdict.note += note_on_own_reply(chinese);
  }
  Statement statement{answer, {quote.number}};
  Entailment entailment(model_, account, stop);
  PassageRead passage = read[evidence->hit];
  passage.text = hits[evidence->hit].passage.text;  // whose places are those of the evidence
  if (const auto full = copied && !own_reply ? state_in_full(reading, entailment, question, passage, answer, evidence->range, options_.voice) : std::nullopt) {
    statement.text = full->text;
    statement.is_grounded = true;
    for (const auto& range : std::span(full->evidence).subspan(1)) {
      Quote more = make_quote(store_, caller.workspace_id, hits[evidence->hit].passage, range);
      if (more.text.empty()) continue;
      more.number = statement.quotes.back() + 1;
      more.passage = quote.passage;
      sink(more);
      statement.quotes.push_back(more.number);
    }
  }
  if (!statement.is_grounded && !own_reply) verdict.note += note_on_bare_answer(chinese);
  sink(statement);
  sink(AnswerText{answer});
  finish(true, reason_with_quote(chinese));
}

}  // namespace panduan::rag
