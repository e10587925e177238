#include "rag/detail/hedges.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/unicode.h"

namespace panduan::rag::detail {
namespace {

constexpr auto kHedges = std::to_array<std::string_view>({"many",      "most",   "some",      "several",       "few",       "mainly",   "mostly",  "largely",
                                                          "usually",   "often",  "sometimes", "generally",     "typically", "partly",   "nearly",  "almost",
                                                          "about",     "around", "roughly",   "approximately", "probably",  "possibly", "perhaps", "reportedly",
                                                          "allegedly", "may",    "might",     "could",         "majority",  "least"});
constexpr auto kChineseHedges =
    std::to_array<std::string_view>({"许多", "很多", "大多数", "大部分", "多数", "一些", "有些", "部分", "主要", "通常", "经常", "有时", "一般",
                                     "大约", "约",   "近",     "几乎",   "至少", "至多", "超过", "不到", "可能", "也许", "据说", "据称"});
constexpr std::size_t kWordsBehind = 3;  // "many charter schools", "most of the works"

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    if (is_letter_or_digit(c.code_point) && !is_cjk(c.code_point)) words.back() += text.substr(offset, c.bytes);
    else if (!words.back().empty()) words.emplace_back();
    offset += c.bytes;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool contains(const std::vector<std::string>& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

bool drops_a_word(const std::vector<std::string>& said, const std::vector<std::string>& source) {
  for (std::size_t i = 0; i < source.size(); ++i) {
    const bool hedge = std::ranges::find(kHedges, source[i]) != kHedges.end();
    if (!hedge || contains(said, source[i])) continue;
    for (std::size_t next = i + 1; next < source.size() && next <= i + kWordsBehind; ++next) {
      if (source[next].size() > 3 && contains(said, source[next])) return true;  // a shorter one is hardly what is limited
    }
  }
  return false;
}

bool drops_chinese_words(std::string_view statement, std::string_view sentence) {
  const std::string said = remove_white_space(statement);
  const std::string source = remove_white_space(sentence);
  return std::ranges::any_of(kChineseHedges, [&](std::string_view hedge) {
    if (said.find(hedge) != std::string::npos) return false;
    for (std::size_t found = source.find(hedge); found != std::string::npos; found = source.find(hedge, found + 1)) {
      std::size_t end = found + hedge.size();
      for (int characters = 0; characters < 2 && end < source.size(); ++characters) end += character_at(source, end).bytes;
      const std::string_view limited = std::string_view(source).substr(found + hedge.size(), end - found - hedge.size());
      if (!limited.empty() && said.find(limited) != std::string::npos) return true;
    }
    return false;
  });
}

}  // namespace

bool drops_a_hedge(std::string_view statement, std::string_view sentence) {
  const std::string said = nfkc_casefold(statement);
  const std::string source = nfkc_casefold(sentence);
  return is_mostly_chinese(source) ? drops_chinese_words(said, source) : drops_a_word(words_of(said), words_of(source));
}

}  // namespace panduan::rag::detail
