#pragma once
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "documents/document.h"
#include "identity/caller.h"
#include "llm/chat_model.h"
#include "llm/embedder.h"
#include "rag/events.h"
#include "rag/groundedness.h"
#include "rag/statements.h"
#include "retrieval/retriever.h"
#include "store/store.h"

namespace panduan::rag {

/// A text that an answer is held against, and that is not stored.
struct Source {
  std::string name;
  documents::ParsedDocument document;
};

struct AnswerToCheck {
  std::string text;
  std::optional<std::vector<Source>> sources;  ///< nullopt: the documents of the workspace
};

/// A reason why a statement is not supported: what was found, and that in words, in the answer's language.
struct Reason {
  Finding finding;
  std::string text;
};

struct CheckedStatement {
  StatementText statement;
  Grounding grounding = Grounding::Unsupported;
  std::vector<Reason> reasons;  ///< none when it is supported
  /// What bears it out, or what came nearest. Quote::number counts through the answer; Quote::passage is its passage's place among those
  /// that were looked at for the statement. Without boxes and document_id when the source is not stored.
  std::vector<Quote> quotes;
  double shared_words = 0;
  std::optional<double> log_odds;
};

struct CheckedAnswer {
  std::vector<CheckedStatement> statements;
  std::string summary;  ///< for a person, in the answer's language
  Done done;            ///< what it cost; its model is empty when none was there to ask
  bool is_grounded() const;  ///< every statement is supported
};

/// Holds each statement of an answer against sources. The words of both are data.
class AnswerChecker {
 public:
  /// The models that are there. Without `chat` what can be looked up and the words decide. `embedder` is asked when the words find no passage of the given
  /// sources; it may give none.
  struct Models {
    llm::ChatModel* chat = nullptr;
    std::function<llm::Embedder*()> embedder = {};
  };
  AnswerChecker(const store::Store& store, const Models& models) : store_(store), models_(models) {}

  /// Against its sources, or through `retriever` against what the caller may read; that one is needed when there are none. Throws Error: Forbidden, Cancelled,
  /// InvalidInput (nothing is stated), TooLarge (over kMaxStatements, or a passage that does not fit the model).
  CheckedAnswer check(const identity::Caller& caller, const AnswerToCheck& answer, retrieval::Retriever* retriever, const std::stop_token& stop) const;

 private:
  const store::Store& store_;
  Models models_;
};

inline constexpr std::size_t kMaxStatements = 200;

}  // namespace panduan::rag
