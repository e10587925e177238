#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "rag/answer_check.h"

namespace panduan::app {

/// Files, and in folders the files with a known ending, as sources that an answer is held against; nothing is stored. The order is that of
/// ingest::find_files. Throws Error that names the file: NotFound, TooLarge (over `max_bytes` or the text of all over kMaxSourcesBytes), and what
/// loading it throws; InvalidInput when there is none.
std::vector<rag::Source> read_source_files(const std::vector<std::filesystem::path>& paths, std::uint64_t max_bytes, const std::stop_token& stop);

}  // namespace panduan::app
