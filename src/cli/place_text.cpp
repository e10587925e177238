#include "cli/place_text.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/terminal.h"

namespace panduan::cli {

std::string place_text(const std::string& source, const std::string& page, const std::string& heading_path) {
  std::string text = printable(std::filesystem::path(source).filename().string());
  if (!page.empty()) text += fmt::format(", p. {}", page);
  if (!heading_path.empty()) text += " · " + printable(heading_path);
  return text;
}

}  // namespace panduan::cli
