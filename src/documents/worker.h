#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "documents/container.h"
#include "documents/loader.h"

namespace panduan::documents {

namespace detail {
enum class ContainerKind;
}

/// Called while pages are recognised, which takes seconds each; from one thread at a time.
using PageProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Which pictures are read: those that are whole pages and those in a text, the former alone, or none.
enum class Pictures { All, Pages, None };

/// Parses a file in a process of its own: this program, started anew, without our environment, that confines itself before it looks at a byte
/// (base/sandbox.h). What comes back is checked like any foreign input. A crash, a time-out or hostile code costs this document and nothing else.
/// Pages that are pictures are then recognised, each in a process of its own, as many at once as there are cores up to four: a crash costs that page. What
/// was not recognised stays in `picture_pages` and `pictures`. Throws as Loader::load; besides Error: Corrupt (the parser died of it), TooLarge (memory),
/// InvalidInput (time, no text), Unsupported (no sandbox here, no recogniser and nothing but pictures), Cancelled.
ParsedDocument load_in_worker(const Loader& loader, std::string_view bytes, const std::stop_token& stop = {}, const PageProgress& progress = {},
                              Pictures pictures = Pictures::All);

/// The same for the members of a container (documents/container.h), which checks what it is asked for.
ContainerBatch read_members_in_worker(detail::ContainerKind kind, std::string_view bytes, const ContainerCursor& cursor, const ContainerLimits& limits,
                                      const std::stop_token& stop = {});

/// What has to be installed so that scans and images can be read; empty: all is there.
std::string missing_for_pictures();

/// To be called first in main(): when this process was started as a worker it does that work, and main() ends with the returned code.
/// `more` is one more loader than loaders(): tests let hostile code run where parsers do.
std::optional<int> run_as_worker(int argc, char** argv, const Loader* more = nullptr);

}  // namespace panduan::documents
