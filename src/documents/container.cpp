#include "documents/container.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "documents/detail/container_reader.h"
#include "documents/detail/source_text.h"
#include "documents/loader.h"
#include "documents/worker.h"

namespace panduan::documents {
namespace {

using detail::ContainerKind;

struct Ending {
  std::string_view ending;
  ContainerKind kind;
};
constexpr auto kEndings = std::to_array<Ending>({{".zip", ContainerKind::Archive},
                                                 {".tar", ContainerKind::Archive},
                                                 {".tar.gz", ContainerKind::Archive},
                                                 {".tgz", ContainerKind::Archive},
                                                 {".tar.bz2", ContainerKind::Archive},
                                                 {".tbz", ContainerKind::Archive},
                                                 {".tbz2", ContainerKind::Archive},
                                                 {".tar.xz", ContainerKind::Archive},
                                                 {".txz", ContainerKind::Archive},
                                                 {".tar.zst", ContainerKind::Archive},
                                                 {".tzst", ContainerKind::Archive},
                                                 {".eml", ContainerKind::Mail},
                                                 {".mbox", ContainerKind::Mailbox}});

std::optional<ContainerKind> kind_by_name(const std::filesystem::path& name) {
  const std::string file = detail::lower(name.filename().string());
  const auto* found = std::ranges::find_if(kEndings, [&](const Ending& entry) { return file.size() > entry.ending.size() && file.ends_with(entry.ending); });
  if (found == kEndings.end()) return std::nullopt;
  return found->kind;
}

bool begins_as_archive(std::string_view bytes) {
  constexpr std::size_t kMagicOfTar = 257;
  return bytes.starts_with("PK\x03\x04") || (bytes.size() > kMagicOfTar && bytes.substr(kMagicOfTar).starts_with("ustar"));
}

std::optional<ContainerKind> kind_of(const std::filesystem::path& name, std::string_view bytes) {
  if (const auto kind = kind_by_name(name)) return kind;
  if (has_known_ending(name) || !begins_as_archive(bytes)) return std::nullopt;
  return ContainerKind::Archive;
}

}  // namespace

std::uint64_t ContainerLimits::max_unpacked_bytes(std::uint64_t container_bytes) const {
  constexpr std::uint64_t kOfAnything = 64ULL << 20U;
  return std::min(max_total_bytes, std::max(kOfAnything, container_bytes * max_ratio));
}

bool has_container_ending(const std::filesystem::path& name) { return kind_by_name(name).has_value(); }
bool is_container(const std::filesystem::path& name, std::string_view bytes) { return kind_of(name, bytes).has_value(); }

ContainerBatch read_members(const std::filesystem::path& name, std::string_view bytes, const ContainerCursor& cursor, int depth, const ContainerLimits& limits,
                            const std::stop_token& stop) {
  const auto kind = kind_of(name, bytes);
  if (!kind) throw Error(ErrorKind::Internal, fmt::format("[container] '{}' is none: ask is_container first", name.string()));
  if (depth > kMaxContainerDepth)
    throw Error(ErrorKind::TooLarge,
                fmt::format("it is an archive in an archive, more than {} deep: unpack the outer ones and add what is in them", kMaxContainerDepth));
  return read_members_in_worker(*kind, bytes, cursor, limits, stop);
}

}  // namespace panduan::documents
