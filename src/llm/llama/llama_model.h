#pragma once
#include <filesystem>
#include <memory>

#include "llm/chat_model.h"
#include "llm/embedder.h"

namespace panduan::llm {

struct LlamaOptions {
  int threads = 0;                ///< 0: one a core
  std::size_t context_tokens = 4096;
  std::filesystem::path states_dir = {};  ///< where what is computed for system messages is kept across restarts; empty: nowhere
};

/// Whether this CPU has what the binary's engine was compiled for; the missing instruction set otherwise, as in "avx512f".
/// Must be asked before a model is loaded.
std::string missing_cpu_feature();

/// What computes a BERT embedding model on this CPU, as in "oneDNN, bfloat16" or "llama.cpp".
std::string bert_engine();

/// Loads a GGUF file and runs it in this process. Throws Error: NotFound, Corrupt (not a GGUF, or one that is cut short),
/// Unsupported (an architecture llama.cpp does not know, or a model for the other task), Unavailable (not enough memory).
std::unique_ptr<ChatModel> load_llama_chat_model(const std::filesystem::path& file, const LlamaOptions& options);
std::unique_ptr<Embedder> load_llama_embedder(const std::filesystem::path& file, const LlamaOptions& options);

}  // namespace panduan::llm
