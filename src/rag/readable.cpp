#include "rag/readable.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/unicode.h"
#include "rag/addressed_text.h"

namespace panduan::rag {

Readable readable(std::span<const PassageRead> passages, std::span<const retrieval::Hit> hits) {
  Readable result;
  for (std::size_t i = 0; i < passages.size(); ++i) {
    PassageRead passage = passages[i];
    passage.text = without(passage.text, passage.left_out);
    if (fold_to_letters_and_digits(passage.text).empty()) continue;
    if (!find_addressed_text(passage.heading_path, {}).empty()) passage.heading_path.clear();
    retrieval::Hit hit = hits[i];
    hit.passage.text = blanked(hit.passage.text, passage.left_out);
    result.passages.push_back(std::move(passage));
    result.hits.push_back(std::move(hit));
  }
  return result;
}

void leave_out_addressed_text(std::span<PassageRead> passages, const std::string& question) {
  for (PassageRead& passage : passages) passage.left_out = find_addressed_text(passage.text, question);
}

std::string left_out_note(std::span<const PassageRead> passages, bool chinese) {
  std::vector<std::string> names;
  for (const PassageRead& passage : passages) {
    const std::string name = std::filesystem::path(passage.source).filename().string();
    if (!passage.left_out.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  if (names.empty()) return {};
  return chinese ? fmt::format("其中写给回答者而不是写给读者的文字没有读：{}。", fmt::join(names, "、"))
                 : fmt::format("Text that speaks to whoever answers rather than to its readers was not read: {}. ", fmt::join(names, ", "));
}

}  // namespace panduan::rag
