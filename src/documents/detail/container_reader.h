#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "documents/container.h"

namespace panduan::documents::detail {

enum class ContainerKind { Archive, Mail, Mailbox };

/// Collects the members of one call: those that were given back before are passed over, and the limits hold.
class BatchCollector {
 public:
  BatchCollector(const ContainerCursor& cursor, const ContainerLimits& limits, std::uint64_t container_bytes)
      : cursor_(cursor), limits_(limits), container_bytes_(container_bytes) {}

  /// Whether another member is wanted: false once the batch is full or a limit is passed.
  bool wants_more() const { return !is_over_; }
  /// Gives back a member. `name` stands in whatever encoding; `read` is called where nothing speaks against it: it puts the bytes into its argument, or returns
  /// why they are not there.
  void add(std::string_view name, const std::function<std::string(std::string&)>& read);
  /// One that is not read, with the reason.
  void add_problem(std::string_view name, std::string problem);
  /// So much was unpacked so far, by this call and those before. False when that is too much: no more may be.
  bool count_unpacked(std::uint64_t total);
  std::uint64_t unpacked() const { return cursor_.unpacked_bytes; }
  std::uint64_t max_member_bytes() const { return limits_.max_member_bytes; }
  /// Nothing comes after what was collected.
  void end(std::string problem);

  ContainerBatch finish() { return std::move(batch_); }

 private:
  bool begin_member(std::string_view path);
  void put(ContainerMember member);

  ContainerCursor cursor_;
  ContainerLimits limits_;
  std::uint64_t container_bytes_;
  std::uint64_t seen_ = 0;  ///< members of the container so far
  std::uint64_t batch_bytes_ = 0;
  bool is_over_ = false;
  std::set<std::string, std::less<>> paths_;
  ContainerBatch batch_;
};

/// A name in any encoding as UTF-8 on one line, to be shown.
std::string shown_name(std::string_view name);
/// A path below the container, or an empty one where it leads out of it or is none.
std::string safe_path(std::string_view name);
/// Whether a member would be opened in a folder: of a known ending, and not hidden.
bool is_worth_opening(std::string_view path);

/// In this process: called in a worker. Throws as read_members.
ContainerBatch read_container(ContainerKind kind, std::string_view bytes, const ContainerCursor& cursor, const ContainerLimits& limits);

void read_archive(std::string_view bytes, BatchCollector& collector);
void read_mail(std::string_view bytes, BatchCollector& collector);
void read_mailbox(std::string_view bytes, BatchCollector& collector);

/// As detail/wire.h does for documents.
std::string to_wire(const ContainerBatch& batch);
ContainerBatch batch_from_wire(std::string_view bytes);

}  // namespace panduan::documents::detail
