#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "llm/token_encoder.h"

namespace panduan::llm {

/// What the weights and what is between the layers are held in; sums are Float32 in both.
enum class BertPrecision { Float32, BFloat16 };

/// In what this CPU runs a BERT faster than llama.cpp does (bench/README.md has the figures); nullopt: in nothing.
std::optional<BertPrecision> bert_precision_here();

/// A BERT with oneDNN's kernels. nullptr when the file holds another kind of network, or this build has no oneDNN. Throws Error{NotFound, Unavailable}.
std::unique_ptr<TokenEncoder> load_bert_encoder(const std::filesystem::path& file, BertPrecision precision, int threads);

}  // namespace panduan::llm
