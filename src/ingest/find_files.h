#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace panduan::ingest {

/// A file or folder that cannot be looked at.
struct Refused {
  std::filesystem::path path;
  std::string reason;
};

struct FoundFiles {
  std::vector<std::filesystem::path> files;  ///< absolute, sorted, each once
  std::vector<Refused> refused;              ///< what is in a refused folder is not known
};

/// What `add` would look at: the files themselves, and in folders the files with a known ending, those that hold others too. Left out there: hidden ones, what
/// a .gitignore or .panduanignore leaves out (gitignore(5), from the folder that is named downwards), links to folders; refused: links out of it. Throws Error:
/// NotFound, Forbidden for a path that is named itself.
FoundFiles find_files(const std::vector<std::filesystem::path>& paths);

}  // namespace panduan::ingest
