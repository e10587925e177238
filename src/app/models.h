#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/config.h"
#include "llm/chat_model.h"
#include "llm/embedder.h"

namespace panduan::app {

/// The models that the settings name, loaded when they are first needed and kept. Any thread may call.
class Models {
 public:
  explicit Models(const Config& config) : config_(config) {}

  /// Throws Error{Unavailable} that says which command fetches the model.
  llm::Embedder& embedder();
  llm::ChatModel& chat();
  /// Whether chat() has a model to load, or a server to ask.
  bool has_chat() const;
  /// The same for work that can be done without; nullptr when the model is not there.
  llm::Embedder* embedder_if_installed();
  /// The embedder that made the vectors of before the settings were changed; nullptr when it is not there any more.
  llm::Embedder* former_embedder(const std::string& name, const std::string& fingerprint);
  llm::ChatModel* chat_if_installed();

  /// The chat model's catalogue name or path. "auto" comes to the one that fits the memory that is free, or to the other when only
  /// that is installed; once one was found it stays, because loading it takes memory too.
  std::string chat_name() const;
  /// What to fetch where "auto" stands: the model that fits, installed or not.
  std::string chat_name_to_pull() const;
  std::string embedding_name() const;
  /// One line for each model that is not there; empty when all are.
  std::vector<std::string> missing() const;

 private:
  Config config_;
  mutable std::mutex name_mutex_;
  mutable std::string found_chat_name_;  ///< what "auto" came to; empty until an installed model was found
  std::mutex embedder_mutex_, chat_mutex_;  // one each, so that the two can be loaded at the same time
  std::unique_ptr<llm::Embedder> embedder_;
  std::map<std::string, std::unique_ptr<llm::Embedder>> former_;  ///< by fingerprint; null for one that was looked for in vain
  std::unique_ptr<llm::ChatModel> chat_;
};

/// Memory that a new process may take without swapping, in bytes (MemAvailable).
std::uint64_t available_memory_bytes();

/// The instruction set that the engine was compiled for and this CPU lacks; empty when it has all.
std::string missing_cpu_feature();

/// What computes the embedding model of the catalogue on this CPU.
std::string bert_engine();

}  // namespace panduan::app
