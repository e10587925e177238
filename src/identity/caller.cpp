#include "identity/caller.h"

#include <fmt/format.h>

#include "base/error.h"

namespace panduan::identity {

void require(const Caller& caller, Right right) {
  if (caller.may(right)) return;
  throw Error(ErrorKind::Forbidden, fmt::format("'{}' may not {} this workspace", caller.user, right == Right::Read ? "read" : "change"));
}

Caller local_caller(std::int64_t workspace_id) {
  return {.user = "local", .workspace_id = workspace_id, .rights = static_cast<std::uint32_t>(Right::Read) | static_cast<std::uint32_t>(Right::Write)};
}

}  // namespace panduan::identity
