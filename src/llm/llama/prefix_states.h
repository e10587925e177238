#pragma once
#include <llama.h>

#include <cstdint>
#include <filesystem>
#include <list>
#include <span>
#include <string>

namespace panduan::llm {

/// What the engine computed for beginnings of prompts that come again (system messages): in memory, and in a folder across restarts. A cache: what cannot be
/// read or written is computed anew.
class PrefixStates {
 public:
  /// `origin` is all besides the tokens that decides what is computed. An empty folder: in memory only.
  PrefixStates(std::filesystem::path folder, std::string origin);

  /// nullptr when it is not known. Valid until the next call.
  const std::string* find(std::span<const llama_token> tokens);
  void keep(std::span<const llama_token> tokens, std::string state);

 private:
  struct Entry {
    std::string key;
    std::string state;
  };
  std::string key_of(std::span<const llama_token> tokens) const;
  const std::string* put_first(std::string key, std::string state);
  void write(const std::string& key, const std::string& state) const;
  void remove_oldest() const;

  std::filesystem::path folder_;
  std::string origin_;
  std::list<Entry> entries_;  ///< the last one used first
};

}  // namespace panduan::llm
