#pragma once
#include <optional>
#include <stop_token>
#include <string_view>

#include "documents/container.h"
#include "documents/loader.h"

namespace panduan::documents {

namespace detail {
enum class ContainerKind;
}

/// Parses a file in a process of its own: this program, started anew, without our environment, that confines itself before it looks at a byte
/// (base/sandbox.h). What comes back is checked like any foreign input. A crash, a time-out or hostile code costs this document and nothing else.
/// Throws as Loader::load; besides Error: Corrupt (the parser died of it), TooLarge (memory), InvalidInput (time), Unsupported (no sandbox here).
ParsedDocument load_in_worker(const Loader& loader, std::string_view bytes, const std::stop_token& stop = {});

/// The same for the members of a container (documents/container.h), which checks what it is asked for.
ContainerBatch read_members_in_worker(detail::ContainerKind kind, std::string_view bytes, const ContainerCursor& cursor, const ContainerLimits& limits,
                                      const std::stop_token& stop = {});

/// To be called first in main(): when this process was started as a worker it does that work, and main() ends with the returned code.
std::optional<int> run_as_worker(int argc, char** argv);

}  // namespace panduan::documents
