#pragma once
#include <filesystem>
#include <memory>

#include "llm/llama/llama_handles.h"
#include "llm/token_encoder.h"

namespace panduan::llm {

/// Any embedding model, with llama.cpp. Throws Error: Unsupported (a chat model, or one that does not pool), Unavailable (not enough memory).
std::unique_ptr<TokenEncoder> make_llama_encoder(std::shared_ptr<llama_model> model, const std::filesystem::path& file, int threads);

}  // namespace panduan::llm
