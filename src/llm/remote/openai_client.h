#pragma once
#include <memory>
#include <string>

#include "llm/chat_model.h"
#include "llm/embedder.h"

namespace panduan::llm {

/// A server that speaks OpenAI's /chat/completions and /embeddings.
struct RemoteOptions {
  std::string base_url;  ///< "http://127.0.0.1:8080/v1"
  std::string model;
  std::string api_key;   ///< sent as a bearer token, never logged; may be empty
  std::size_t context_tokens = 4096;
};

std::unique_ptr<ChatModel> connect_remote_chat_model(const RemoteOptions& options);
/// Asks once for an embedding, to learn the dimensions.
std::unique_ptr<Embedder> connect_remote_embedder(const RemoteOptions& options);

}  // namespace panduan::llm
