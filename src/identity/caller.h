#pragma once
#include <cstdint>
#include <string>

namespace panduan::identity {

/// What a caller may do in a workspace.
enum class Right : std::uint32_t {
  Read = 1U,    ///< search, ask, list
  Write = 2U,   ///< add, remove
};

/// Who asks, in which workspace, with which rights. Every use case takes one; nothing reads or writes without.
struct Caller {
  std::string user;                ///< for the record, as in "local"
  std::int64_t workspace_id = 0;   ///< the store's row
  std::uint32_t rights = 0;        ///< Right values, or-ed

  bool may(Right right) const { return (rights & static_cast<std::uint32_t>(right)) != 0; }
};

/// Throws Error{Forbidden} that names the right when the caller lacks it.
void require(const Caller& caller, Right right);

/// The person at this machine's command line: all rights in the workspace.
Caller local_caller(std::int64_t workspace_id);

}  // namespace panduan::identity
