#include "app/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/log.h"
#include "llm/llama/llama_model.h"
#include "llm/model_store.h"
#include "llm/remote/openai_client.h"

namespace panduan::app {
namespace {

std::filesystem::path require_model(const Config& config, const std::string& name) {
  if (auto file = llm::ModelStore(config.models_dir).find(name)) return *std::move(file);
  throw Error(ErrorKind::Unavailable, fmt::format("the model '{0}' is not installed: run 'panduan models pull {0}'", name));
}

llm::RemoteOptions remote_options(const Config& config, const std::string& model) {
  llm::RemoteOptions options{.base_url = config.remote_url, .model = model, .api_key = {}, .context_tokens = static_cast<std::size_t>(config.context_tokens)};
  if (!config.remote_key_variable.empty()) {
    const char* key = std::getenv(config.remote_key_variable.c_str());
    if (key == nullptr)
      throw Error(ErrorKind::InvalidInput, fmt::format("remote.key_variable names {}, which is not set in the environment", config.remote_key_variable));
    options.api_key = key;
  }
  return options;
}

llm::LlamaOptions llama_options(const Config& config) {
  return {
      .threads = static_cast<int>(config.threads), .context_tokens = static_cast<std::size_t>(config.context_tokens), .states_dir = config.data_dir / "states"};
}

bool chats_remotely(const Config& config) { return !config.remote_url.empty() && !config.remote_chat_model.empty(); }
bool embeds_remotely(const Config& config) { return !config.remote_url.empty() && !config.remote_embedding_model.empty(); }

}  // namespace

std::uint64_t available_memory_bytes() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("MemAvailable:")) return std::strtoull(line.c_str() + sizeof("MemAvailable:") - 1, nullptr, 10) * 1024;
  }
  return 0;
}

std::string missing_cpu_feature() { return llm::missing_cpu_feature(); }
std::string bert_engine() { return llm::bert_engine(); }

std::string Models::chat_name_to_pull() const {
  if (chats_remotely(config_)) return config_.remote_chat_model;
  return config_.chat_model == "auto" ? llm::default_chat_models(available_memory_bytes()).front()->name : config_.chat_model;
}

std::string Models::chat_name() const {
  if (chats_remotely(config_) || config_.chat_model != "auto") return chat_name_to_pull();
  const std::lock_guard lock(name_mutex_);
  if (!found_chat_name_.empty()) return found_chat_name_;
  const llm::ModelStore store(config_.models_dir);
  const auto candidates = llm::default_chat_models(available_memory_bytes());
  const auto installed = std::ranges::find_if(candidates, [&](const llm::ModelEntry* model) { return store.find(model->name).has_value(); });
  if (installed == candidates.end()) return candidates.front()->name;
  return found_chat_name_ = (*installed)->name;
}

std::string Models::embedding_name() const { return embeds_remotely(config_) ? config_.remote_embedding_model : config_.embedding_model; }

llm::Embedder& Models::embedder() {
  const std::lock_guard lock(embedder_mutex_);
  if (!embedder_) {
    embedder_ = embeds_remotely(config_) ? llm::connect_remote_embedder(remote_options(config_, config_.remote_embedding_model))
                                         : llm::load_llama_embedder(require_model(config_, config_.embedding_model), llama_options(config_));
  }
  return *embedder_;
}

llm::Embedder* Models::former_embedder(const std::string& name, const std::string& fingerprint) {
  const std::lock_guard lock(embedder_mutex_);
  const auto known = former_.find(fingerprint);
  if (known != former_.end()) return known->second.get();
  auto& former = former_[fingerprint];
  std::vector<std::string> places{name};
  // The present one may be a file of one's own, in a folder with the other.
  if (const std::filesystem::path own = config_.embedding_model; own.has_parent_path()) places.push_back((own.parent_path() / (name + ".gguf")).string());
  for (const std::string& place : places) {
    try {
      const auto file = llm::ModelStore(config_.models_dir).find(place);
      if (!former && file) former = llm::load_llama_embedder(*file, llama_options(config_));
    } catch (const Error& error) {
      log::warning(fmt::format("[models] the embedding model of before, '{}', cannot be loaded: {}", place, error.what()));
    }
    if (former && former->fingerprint() != fingerprint) former.reset();
  }
  if (!former && !config_.remote_url.empty()) {
    auto remote = llm::connect_remote_embedder(remote_options(config_, name));
    if (remote->fingerprint() == fingerprint) former = std::move(remote);
  }
  if (!former)
    log::warning(
        fmt::format("[models] '{}', which embedded the documents, is not installed any more: until they are embedded anew they are found by words", name));
  return former.get();
}

llm::ChatModel& Models::chat() {
  const std::lock_guard lock(chat_mutex_);
  if (!chat_) {
    chat_ = chats_remotely(config_) ? llm::connect_remote_chat_model(remote_options(config_, config_.remote_chat_model))
                                    : llm::load_llama_chat_model(require_model(config_, chat_name()), llama_options(config_));
  }
  return *chat_;
}

llm::Embedder* Models::embedder_if_installed() {
  const bool is_there = embeds_remotely(config_) || llm::ModelStore(config_.models_dir).find(config_.embedding_model);
  return is_there ? &embedder() : nullptr;
}

bool Models::has_chat() const { return chats_remotely(config_) || llm::ModelStore(config_.models_dir).find(chat_name()); }

llm::ChatModel* Models::chat_if_installed() { return has_chat() ? &chat() : nullptr; }

std::vector<std::string> Models::missing() const {
  std::vector<std::string> problems;
  const llm::ModelStore store(config_.models_dir);
  auto look = [&](const std::string& name) {
    if (!store.find(name)) problems.push_back(fmt::format("the model '{0}' is not installed: run 'panduan models pull {0}'", name));
  };
  if (!embeds_remotely(config_)) look(config_.embedding_model);
  if (!chats_remotely(config_)) look(chat_name());
  return problems;
}

}  // namespace panduan::app
