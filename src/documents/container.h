#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::documents {

/// Files that hold files, read like a folder:
///
///     zip, tar (plain, or packed by gzip, bzip2, xz, zstd)   their files
///     e-mail (.eml)                                          its attachments; the message itself is a document (load_document) besides
///     mailbox (.mbox)                                        its messages, as "message-00001.eml"
///
/// A container in a container is a member like another; its caller goes into it with a greater depth. Of an archive, members are left out that would not be
/// opened in a folder either: of no format that is read (has_known_ending, is_container), or hidden.

/// A file inside. Its path is UTF-8 with "/" between names, never absolute, without ".." and control characters, and no other member's; where it has a problem,
/// it is only to be shown.
struct ContainerMember {
  std::string path;  ///< "report/q3.pdf"
  std::string bytes;
  std::string problem;  ///< why it is not read, for a person; `bytes` is empty then. Empty: it was read
};

/// Where reading goes on. A new one begins.
struct ContainerCursor {
  std::uint64_t members = 0;  ///< that were given back
  std::uint64_t unpacked_bytes = 0;  ///< of all that was unpacked so far
};

struct ContainerBatch {
  std::vector<ContainerMember> members;
  std::optional<ContainerCursor> next;  ///< where the next call begins, which may find nothing more; nullopt: this was all of it
  std::string problem;  ///< why nothing comes after these (it is cut off, a limit is passed); what came before it stands
};

struct ContainerLimits {
  std::uint64_t batch_bytes = 64ULL << 20U;  ///< after so many a batch ends: its last member may go over it
  std::uint64_t max_member_bytes = 200ULL << 20U;  ///< a larger one has a problem
  std::uint64_t max_total_bytes = 2ULL << 30U;
  std::uint64_t max_members = 10'000;
  std::uint64_t max_ratio = 200;  ///< of unpacked bytes to the container's own, once they are over 64 MB

  /// How much may come of a container of this size, of those in it too.
  std::uint64_t max_unpacked_bytes(std::uint64_t container_bytes) const;
};

inline constexpr int kMaxContainerDepth = 3;

/// Whether a file is a container by its name, or by its first bytes where no loader knows the name.
bool is_container(const std::filesystem::path& name, std::string_view bytes);
/// Whether a file of this name is worth opening as one when a folder is added.
bool has_container_ending(const std::filesystem::path& name);

/// The next members of a container, in its own order, read in a worker as documents are. Memory is bounded by the container's bytes and one batch. Each call
/// reads the container from its beginning, so what was packed as one stream is unpacked anew: 32 times at most. `depth` is 1 for a file, 2 for a container in
/// it. Throws Error: TooLarge (deeper than kMaxContainerDepth), Corrupt (nothing of it can be read), Unsupported (encrypted as a whole), Cancelled, and as
/// load_in_worker.
ContainerBatch read_members(const std::filesystem::path& name, std::string_view bytes, const ContainerCursor& cursor, int depth,
                            const ContainerLimits& limits = {}, const std::stop_token& stop = {});

}  // namespace panduan::documents
