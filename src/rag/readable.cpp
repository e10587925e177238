#include "rag/readable.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/unicode.h"
#include "documents/terms.h"
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

bool is_own_reply(std::string_view text, documents::ByteRange range, std::string_view question) {
  constexpr double kNearlyAll = 0.8;
  auto asked = documents::index_terms(question);
  std::ranges::sort(asked);
  for (std::size_t end = std::min(range.begin, text.size()); end > 0;) {
    const std::size_t begin = text.rfind('\n', end - 1) == std::string_view::npos ? 0 : text.rfind('\n', end - 1) + 1;
    const std::string_view line = text.substr(begin, end - begin);
    if (begin < range.begin && end < range.begin && fold_to_letters_and_digits(line).empty()) return false;  // another paragraph
    auto said = documents::index_terms(line);
    std::ranges::sort(said);
    std::vector<std::string> common;
    std::ranges::set_intersection(asked, said, std::back_inserter(common));
    const auto most = static_cast<double>(std::max(asked.size(), said.size()));
    if (!common.empty() && static_cast<double>(common.size()) >= kNearlyAll * most) return true;
    if (begin == 0) return false;
    end = begin - 1;
  }
  return false;
}

}  // namespace panduan::rag
