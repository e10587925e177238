#include "llm/llama/prefix_states.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace panduan::llm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostInMemory = 6;  // two languages of what reads, checks and rewrites
constexpr std::size_t kMostOnDisk = 12;
constexpr std::uint64_t kMostBytes = 256ULL << 20;
constexpr std::string_view kExtension = ".state";

/// A state with its SHA-256 before it: one that was cut short must not reach the engine.
std::string sealed(const std::string& state) { return to_hex(sha256(state)) + state; }
std::optional<std::string> unsealed(const std::string& bytes) {
  constexpr std::size_t kHex = 64;
  if (bytes.size() <= kHex) return std::nullopt;
  std::string state = bytes.substr(kHex);
  if (to_hex(sha256(state)) != std::string_view(bytes).substr(0, kHex)) return std::nullopt;
  return state;
}

}  // namespace

PrefixStates::PrefixStates(fs::path folder, std::string origin) : folder_(std::move(folder)), origin_(std::move(origin)) {}

const std::string* PrefixStates::find(std::span<const llama_token> tokens) {
  std::string key = key_of(tokens);
  const auto known = std::ranges::find(entries_, key, &Entry::key);
  if (known != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, known);
    return &entries_.front().state;
  }
  if (folder_.empty()) return nullptr;
  try {
    if (auto state = unsealed(read_file(folder_ / (key + std::string(kExtension)), kMostBytes))) return put_first(std::move(key), *std::move(state));
  } catch (const Error&) {
  }
  return nullptr;
}

void PrefixStates::keep(std::span<const llama_token> tokens, std::string state) {
  std::string key = key_of(tokens);
  write(key, state);
  put_first(std::move(key), std::move(state));
}

std::string PrefixStates::key_of(std::span<const llama_token> tokens) const {
  std::string all = origin_;
  for (const llama_token token : tokens) all += ' ' + std::to_string(token);
  return to_hex(sha256(all));
}

const std::string* PrefixStates::put_first(std::string key, std::string state) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; });
  entries_.push_front({std::move(key), std::move(state)});
  if (entries_.size() > kMostInMemory) entries_.pop_back();
  return &entries_.front().state;
}

void PrefixStates::write(const std::string& key, const std::string& state) const {
  if (folder_.empty()) return;
  try {
    fs::create_directories(folder_);
    write_file_atomically(folder_ / (key + std::string(kExtension)), sealed(state));
    remove_oldest();
  } catch (const std::exception&) {
    // Without it the next process computes what this one did.
  }
}

void PrefixStates::remove_oldest() const {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() == kExtension) files.emplace_back(entry.last_write_time(), entry.path());
  }
  std::ranges::sort(files);
  for (std::size_t i = 0; i + kMostOnDisk < files.size(); ++i) fs::remove(files[i].second);
}

}  // namespace panduan::llm
