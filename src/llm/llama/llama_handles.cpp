#include "llm/llama/llama_handles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/log.h"

namespace panduan::llm {
namespace {

std::mutex last_error_mutex;
std::string last_error;  // llama.cpp says why only in its log

void on_llama_log(ggml_log_level level, const char* text, void*) {
  std::string line(text);
  while (!line.empty() && line.back() == '\n') line.pop_back();
  if (level == GGML_LOG_LEVEL_ERROR) {
    const std::lock_guard lock(last_error_mutex);
    last_error = line;
  }
  // Its warnings are advice to its developers; ours are for the person who runs panduan.
  if (!line.empty() && line != ".") log::debug("[llama.cpp] " + line);
}

std::string take_last_error() {
  const std::lock_guard lock(last_error_mutex);
  return std::exchange(last_error, {});
}

void start_backend() {
  static const bool started = [] {
    llama_log_set(on_llama_log, nullptr);
    llama_backend_init();
    return true;
  }();
  static_cast<void>(started);
}

}  // namespace

void require_model_file(const std::filesystem::path& file) {
  if (const std::string missing = missing_cpu_feature(); !missing.empty()) {
    throw Error(ErrorKind::Unsupported,
                fmt::format("this CPU has no {}, which this build of panduan needs: use the portable build, or build it on this machine", missing));
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(ErrorKind::NotFound, fmt::format("there is no model file '{}'", file.string()));
  std::string magic(4, '\0');
  stream.read(magic.data(), 4);
  if (magic != "GGUF") throw Error(ErrorKind::Corrupt, fmt::format("'{}' is not a GGUF model file: fetch it with 'panduan models pull'", file.string()));
  start_backend();
}

ModelHandle load_model(const std::filesystem::path& file, ModelParts parts) {
  require_model_file(file);
  take_last_error();
  llama_model_params params = llama_model_default_params();
  params.vocab_only = parts == ModelParts::Vocabulary;
  ModelHandle model(llama_model_load_from_file(file.c_str(), params));
  if (!model) {
    throw Error(ErrorKind::Corrupt, fmt::format("cannot load the model '{}': {}; check it with 'panduan models verify'", file.string(), take_last_error()));
  }
  return model;
}

ContextHandle make_context(llama_model& model, const llama_context_params& params) {
  ContextHandle context(llama_init_from_model(&model, params));
  if (!context)
    throw Error(ErrorKind::Unavailable,
                fmt::format("not enough memory for a context of {} tokens: set engine.context_tokens lower ({})", params.n_ctx, take_last_error()));
  return context;
}

std::vector<llama_token> tokenize(const llama_vocab& vocab, std::string_view text, bool add_special, bool parse_special) {
  std::vector<llama_token> tokens(text.size() + 8);
  const int count =
      llama_tokenize(&vocab, text.data(), static_cast<int>(text.size()), tokens.data(), static_cast<int>(tokens.size()), add_special, parse_special);
  if (count < 0) throw Error(ErrorKind::Internal, fmt::format("[llama.cpp] cannot tokenize {} bytes", text.size()));
  tokens.resize(static_cast<std::size_t>(count));
  return tokens;
}

std::string token_text(const llama_vocab& vocab, llama_token token) {
  std::string piece(64, '\0');
  int size = llama_token_to_piece(&vocab, token, piece.data(), static_cast<int>(piece.size()), 0, false);
  if (size < 0) {
    piece.resize(static_cast<std::size_t>(-size));
    size = llama_token_to_piece(&vocab, token, piece.data(), static_cast<int>(piece.size()), 0, false);
  }
  piece.resize(static_cast<std::size_t>(std::max(size, 0)));
  return piece;
}

std::string model_fingerprint(const std::filesystem::path& file) {
  constexpr std::uint64_t kPieces = 64;
  constexpr std::uint64_t kPieceBytes = 16384;
  std::ifstream stream(file, std::ios::binary);
  const std::uint64_t size = std::filesystem::file_size(file);
  Sha256Hasher hasher;
  hasher.update(std::to_string(size));
  std::string piece(kPieceBytes, '\0');
  for (std::uint64_t i = 0; i < kPieces; ++i) {
    stream.clear();
    stream.seekg(static_cast<std::streamoff>((size > kPieceBytes ? size - kPieceBytes : 0) / (kPieces - 1) * i));
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hasher.update({piece.data(), static_cast<std::size_t>(stream.gcount())});
  }
  return to_hex(hasher.finish()).substr(0, 32);
}

double log_sum_exp(std::span<const float> logits) {
  const float highest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - highest);
  return highest + std::log(sum);
}

int thread_count(const LlamaOptions& options) {
  return options.threads > 0 ? options.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace panduan::llm
