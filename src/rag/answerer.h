#pragma once
#include <optional>
#include <stop_token>

#include "identity/caller.h"
#include "llm/chat_model.h"
#include "llm/model_catalogue.h"
#include "rag/events.h"
#include "rag/question.h"
#include "retrieval/retriever.h"
#include "store/store.h"

namespace panduan::rag {

struct AnswerOptions {
  std::size_t passages = 3;  ///< how many the model reads
  std::size_t section_tokens = 0;  ///< of the section around each that is read with it
  int max_tokens = 256;      ///< of its reply
  /// Of the model. None: nothing tells how likely its answers are right, and it reads all passages together.
  std::optional<llm::Calibration> calibration;
  Voice voice = {};    ///< of the workspace
  double risk = 0.75;  ///< an answer that is wrong with more than this probability is not shown; Question::risk comes before it
};

/// The spine: a question becomes an answer with quotes, or a refusal that says what was looked at.
class Answerer {
 public:
  Answerer(const store::Store& store, retrieval::Retriever& retriever, llm::ChatModel& model, const AnswerOptions& options)
      : store_(store), retriever_(retriever), model_(model), options_(options) {}

  /// Sends the events of rag/events.h in their order. Throws Error: Forbidden, Cancelled, TooLarge, Unavailable, InvalidInput when a risk
  /// is asked for and there is no calibration to keep it by.
  void answer(const identity::Caller& caller, const Question& asked, const EventSink& sink, const std::stop_token& stop);

 private:
  const store::Store& store_;
  retrieval::Retriever& retriever_;
  llm::ChatModel& model_;
  AnswerOptions options_;
};

}  // namespace panduan::rag
