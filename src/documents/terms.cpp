#include "documents/terms.h"

#include <utility>

#include "base/unicode.h"

namespace panduan::documents {

std::vector<std::string> index_terms(std::string_view text) {
  const std::string folded = nfkc_casefold(text);
  std::vector<std::string> terms;
  std::string word;          // letters of a spaced script so far
  std::string last_cjk;      // the CJK character before, empty at a run's start
  bool last_is_paired = false;
  auto end_word = [&] {
    if (!word.empty()) terms.push_back(std::exchange(word, {}));
  };
  auto end_cjk_run = [&] {
    if (!last_cjk.empty() && !last_is_paired) terms.push_back(last_cjk);
    last_cjk.clear();
    last_is_paired = false;
  };
  for (std::size_t offset = 0; offset < folded.size();) {
    const Character c = character_at(folded, offset);
    const std::string_view bytes = std::string_view(folded).substr(offset, c.bytes);
    offset += c.bytes;
    if (is_cjk(c.code_point)) {
      end_word();
      if (!last_cjk.empty()) {
        terms.push_back(last_cjk + std::string(bytes));
        last_is_paired = true;
      }
      last_cjk = bytes;
    } else if (is_letter_or_digit(c.code_point)) {
      end_cjk_run();
      word += bytes;
    } else {
      end_word();
      end_cjk_run();
    }
  }
  end_word();
  end_cjk_run();
  return terms;
}

}  // namespace panduan::documents
