#include "rag/own_reply.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "base/unicode.h"
#include "documents/terms.h"

namespace panduan::rag {

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
