#pragma once
#include <cstddef>
#include <stop_token>

#include "identity/caller.h"
#include "rag/events.h"
#include "rag/question.h"
#include "retrieval/retriever.h"
#include "store/store.h"

namespace panduan::rag {

/// What is left of an answer without a chat model: the sentences that come nearest to the question, as quotes, and a verdict that says that
/// nothing judged them. There is no statement and no answer. A question of a conversation is searched together with the one before it.
/// Throws Error: Forbidden, Cancelled, and InvalidInput when a risk is asked for: nothing has a probability here.
void quote_nearest(const store::Store& store, retrieval::Retriever& retriever, const identity::Caller& caller, const Question& question, std::size_t passages,
                   const EventSink& sink, const std::stop_token& stop);

}  // namespace panduan::rag
