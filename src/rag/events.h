#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "documents/document.h"
#include "rag/confidence.h"

/// The answer's stream, protocol version 1: searching, passages, quote*, statement*, answer, verdict, done. What a person may take
/// for an answer (statement, answer) comes only after the decision to answer; a refusal has none of them. Without a chat model there are
/// quotes, and a verdict that says that nothing judged them. Serialised as JSON by
/// server/json.h, described in api/openapi.yaml.
namespace panduan::rag {

inline constexpr int kProtocolVersion = 1;

/// The search began.
struct Searching {
  std::string question;
  std::string query;  ///< what is searched: the question, or as it would be asked without the conversation
};

/// A passage the model reads.
struct PassageRead {
  std::size_t number = 0;  ///< from 1, as the model sees it
  std::string document_id, source, title, heading_path;
  std::string page;  ///< label of the page it begins on, empty without pages
  double score = 0;
  std::string text;
  std::vector<documents::ByteRange> left_out = {};  ///< parts of the text that no model reads (rag/addressed_text.h)
};
struct Passages {
  std::vector<PassageRead> passages;
};

/// Words that stand in a source, checked: `text` is the bytes `range` of the canonical text of the version `content_sha256`.
struct Quote {
  std::size_t number = 0;   ///< from 1, in the order they come
  std::size_t passage = 0;  ///< PassageRead::number
  std::string text;
  std::string document_id, source, title, heading_path;
  std::string content_sha256;  ///< hex, of the document's bytes
  documents::ByteRange range;
  std::string page;                        ///< label, empty without pages
  std::vector<documents::WordBox> boxes;   ///< on that page, in points
};

/// A sentence that rests on quotes.
struct Statement {
  std::string text;
  std::vector<std::size_t> quotes;  ///< Quote::number
  /// Its quotes bear it out (rag/groundedness.h). False for the bare answer: its words stand there, and whoever reads it judges whether they answer.
  bool is_grounded = false;
};

/// The short direct answer.
struct AnswerText {
  std::string text;
};

/// Why it answered or did not.
struct Verdict {
  bool answered = false;
  std::string reason;  ///< for a person, in the question's language
  std::string note = {};  ///< what whoever reads the answer should know besides: that text was left out; empty mostly
  /// That the answer is right, or would have been; nullopt when nothing was read, and from a model whose probabilities were not measured.
  std::optional<double> probability;
  std::optional<Signals> signals;  ///< what the probability is made of
};

/// One question to the model.
struct Asked {
  std::string prompt;  ///< a file of rag/prompts
  int version = 0;     ///< of that file
  // Only for a question with `explain`:
  std::string text;   ///< word for word what the model read
  std::string reply;  ///< what it wrote, or what was read off
};

struct Done {
  std::string model;  ///< empty when none was asked
  std::string conversation_id;  ///< where question and answer were kept; empty when they were not
  int prompt_tokens = 0, reused_tokens = 0, completion_tokens = 0;
  double rewrite_ms = 0;  ///< until a follow-up stood alone; what the model did of it is in prefill_ms and decode_ms as well
  double search_ms = 0;
  double prefill_ms = 0;
  double decode_ms = 0;
  double first_event_ms = 0;  ///< from the question to the model's first word
  double total_ms = 0;
  std::vector<Asked> asked;  ///< in the order it was asked
};

using Event = std::variant<Searching, Passages, Quote, Statement, AnswerText, Verdict, Done>;

/// Receives the events in order. May throw to end the answer (the one who listens is gone).
using EventSink = std::function<void(const Event&)>;

}  // namespace panduan::rag
