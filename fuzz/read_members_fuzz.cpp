#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "documents/detail/container_reader.h"
#include "promise.h"

// Reads any bytes as an archive, a message or a mailbox, the first byte choosing, a few members a call, and checks what container.h promises.

namespace {

using namespace panduan;
using namespace panduan::documents;
using fuzz::require;

constexpr ContainerLimits kLimits{.batch_bytes = 100, .max_member_bytes = 1U << 20U, .max_total_bytes = 8U << 20U, .max_members = 50, .max_ratio = 200};

std::uint64_t check(const ContainerBatch& batch) {
  std::uint64_t bytes = 0;
  for (const ContainerMember& member : batch.members) {
    require(member.problem.empty() || member.bytes.empty(), "what is not read has no bytes");
    require(!member.path.empty(), "a member has a name");
    require(!member.problem.empty() || member.path == detail::safe_path(member.path), "a path leads nowhere else");
    require(member.bytes.size() <= kLimits.max_member_bytes, "a member keeps to its limit");
    bytes += member.bytes.size();
  }
  const ContainerBatch back = detail::batch_from_wire(detail::to_wire(batch));
  require(back.members.size() == batch.members.size() && back.problem == batch.problem, "a batch arrives as it was");
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint8_t kFirst = '0';
  if (size == 0 || data[0] < kFirst || data[0] > kFirst + 2) return -1;
  const auto kind = static_cast<detail::ContainerKind>(data[0] - kFirst);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    std::uint64_t members = 0;
    std::optional<ContainerCursor> cursor = ContainerCursor{};
    for (std::size_t calls = 0; cursor; ++calls) {
      require(calls <= kLimits.max_members + 1, "it ends");
      const ContainerBatch batch = detail::read_container(kind, bytes, *cursor, kLimits);
      check(batch);
      members += batch.members.size();
      require(!batch.next || batch.next->members == members, "the cursor counts what was given back");
      cursor = batch.next;
    }
    require(members <= kLimits.max_members, "no more members than the limit");
  } catch (const Error&) {
    // Refused: fine.
  }
  return 0;
}
