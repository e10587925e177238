#pragma once
#include <filesystem>
#include <stop_token>
#include <string_view>

namespace panduan::llm {

/// Whether a file that begins with these bytes is the blob of multilingual-e5-small that `convert_e5_blob` reads.
bool is_e5_blob(std::string_view first_bytes);

/// Rewrites the blob as GGUF for llama.cpp: its Q4_0 blocks are ggml's own, so every weight is copied and none is quantised
/// again, and the same blob always gives the same bytes. The tokenizer of the result expects text in NFKC.
/// Throws Error: NotFound, Corrupt (whatever in it does not add up), NoSpace, Cancelled.
void convert_e5_blob(const std::filesystem::path& blob, const std::filesystem::path& gguf, const std::stop_token& stop = {});

}  // namespace panduan::llm
