#include "base/unicode.h"

#include <unicode/brkiter.h>
#include <unicode/filteredbrk.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/error.h"

namespace panduan {
namespace {

template <typename Keep>
std::string keep_characters(std::string_view text, Keep keep) {
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    if (keep(c.code_point)) kept.append(text.substr(offset, c.bytes));
    offset += c.bytes;
  }
  return kept;
}

bool is_han(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &status) == USCRIPT_HAN;
}

void check(UErrorCode status, const char* what) {
  if (U_FAILURE(status) != 0) throw Error(ErrorKind::Internal, std::string("ICU: ") + what + ": " + u_errorName(status));
}

std::string normalize(const icu::Normalizer2& normalizer, std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string normalized;
  icu::StringByteSink<std::string> sink(&normalized, static_cast<std::int32_t>(text.size()));
  normalizer.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr, status);
  check(status, "normalizing");
  return normalized;
}

// After these a Chinese sentence ends even where TR 29 sees none (no space follows them).
bool ends_chinese_sentence(char32_t c) { return c == U'。' || c == U'！' || c == U'？' || c == U'；'; }

bool opens(char32_t c) { return (U_MASK(u_charType(static_cast<UChar32>(c))) & (U_GC_PS_MASK | U_GC_PI_MASK)) != 0; }
bool closes(char32_t c) { return c == U'"' || c == U'\'' || (U_MASK(u_charType(static_cast<UChar32>(c))) & (U_GC_PE_MASK | U_GC_PF_MASK)) != 0; }

/// Where the characters that `belongs` holds for end, from `offset` on.
template <typename Belongs>
std::size_t skip(std::string_view text, std::size_t offset, Belongs belongs) {
  while (offset < text.size()) {
    const Character c = character_at(text, offset);
    if (!belongs(c.code_point)) break;
    offset += c.bytes;
  }
  return offset;
}

// TR 29 takes a quotation mark that opens for one that closes when no space stands before it, as in 。“
std::size_t before_what_opens(std::string_view text, std::size_t end) {
  while (end > 0) {
    std::size_t last = end - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0U) == 0x80U) --last;
    if (!opens(character_at(text, last).code_point)) break;
    end = last;
  }
  return end;
}

/// The rules of every language, but for titles and places that end no sentence.
std::unique_ptr<icu::BreakIterator> make_sentence_iterator(UErrorCode& status) {
  std::unique_ptr<icu::BreakIterator> iterator(icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status));
  const std::unique_ptr<icu::FilteredBreakIteratorBuilder> builder(icu::FilteredBreakIteratorBuilder::createEmptyInstance(status));
  if (U_FAILURE(status) != 0) return iterator;
  for (const char* abbreviation : {"Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "St.", "Mt.", "Ft.", "Gen.", "Col.", "Lt.", "Capt.", "Sgt.", "Rev.", "vs."})
    builder->suppressBreakAfter(icu::UnicodeString(abbreviation), status);
  return std::unique_ptr<icu::BreakIterator>(builder->build(iterator.release(), status));
}

/// "J. ", "U.S. ": a single capital with a full stop is part of a name more often than it ends a sentence.
bool ends_with_an_initial(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(" \n") + 1);
  if (text.size() < 2 || text.back() != '.' || text[text.size() - 2] < 'A' || text[text.size() - 2] > 'Z') return false;
  return text.size() == 2 || std::string_view(" \n.(").find(text[text.size() - 3]) != std::string_view::npos;
}

}  // namespace

Character character_at(std::string_view text, std::size_t offset) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  UChar32 code_point = 0;
  auto next = static_cast<std::int64_t>(offset);
  const auto length = static_cast<std::int64_t>(text.size());
  U8_NEXT(bytes, next, length, code_point);
  if (code_point < 0) return {U'\uFFFD', offset, 1};
  return {static_cast<char32_t>(code_point), offset, static_cast<std::size_t>(next) - offset};
}

std::size_t first_invalid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const auto length = static_cast<std::int64_t>(text.size());
  for (std::int64_t next = 0; next < length;) {
    const std::int64_t start = next;
    UChar32 code_point = 0;
    U8_NEXT(bytes, next, length, code_point);
    if (code_point < 0) return static_cast<std::size_t>(start);
  }
  return std::string_view::npos;
}

bool is_valid_utf8(std::string_view text) { return first_invalid_utf8(text) == std::string_view::npos; }

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xC0U) == 0x80U) --max_bytes;
  return text.substr(0, max_bytes);
}

void append_utf8(std::string& text, char32_t code_point) {
  std::array<char, U8_MAX_LENGTH> bytes{};
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes.data(), size, static_cast<UChar32>(code_point));
  text.append(bytes.data(), static_cast<std::size_t>(size));
}

std::string nfkc(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCInstance(status);
  check(status, "NFKC");
  return normalize(*normalizer, text);
}

std::string nfkc_casefold(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(status);
  check(status, "NFKC case folding");
  return normalize(*normalizer, text);
}

std::string fold_to_letters_and_digits(std::string_view text) { return keep_characters(nfkc_casefold(text), is_letter_or_digit); }

std::string remove_white_space(std::string_view text) {
  return keep_characters(text, [](char32_t c) { return !is_white_space(c); });
}

bool is_cjk(char32_t c) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO: return true;
    default: return false;
  }
}

bool is_white_space(char32_t c) { return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0; }

bool is_letter_or_digit(char32_t c) {
  constexpr std::uint32_t kKept = U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK;
  return (U_MASK(u_charType(static_cast<UChar32>(c))) & kKept) != 0;
}

std::string remove_invisible(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    if (static_cast<unsigned char>(text[offset]) < 0x80) {
      result += text[offset++];
      continue;
    }
    const Character c = character_at(text, offset);
    const bool invisible = c.code_point == 0xAD || c.code_point == 0x180E || c.code_point == 0x200B || (c.code_point >= 0x2060 && c.code_point <= 0x2064) ||
                           c.code_point == 0xFEFF || (c.code_point >= 0xE0000 && c.code_point <= 0xE007F);
    if (!invisible) result += text.substr(offset, c.bytes);
    offset += c.bytes;
  }
  return result;
}

bool is_inside_word(std::string_view text, std::size_t offset) {
  if (offset == 0 || offset >= text.size()) return false;
  auto is_digit = [text](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };  // before the first, too
  auto is_mark = [text](std::size_t i) { return text[i] == '.' || text[i] == ','; };
  if (is_digit(offset - 1) && is_mark(offset) && is_digit(offset + 1)) return true;
  if (is_digit(offset - 2) && is_mark(offset - 1) && is_digit(offset)) return true;
  std::size_t before = offset - 1;
  while (before > 0 && (static_cast<unsigned char>(text[before]) & 0xC0U) == 0x80U) --before;
  auto is_spelt = [text](std::size_t i) {
    const char32_t c = character_at(text, i).code_point;
    return is_letter_or_digit(c) && !is_cjk(c);
  };
  return is_spelt(before) && is_spelt(offset);
}

std::vector<std::size_t> sentence_ends(std::string_view text) {
  std::vector<std::size_t> ends;
  if (text.empty()) return ends;
  UErrorCode status = U_ZERO_ERROR;
  thread_local const std::unique_ptr<icu::BreakIterator> iterator = make_sentence_iterator(status);  // making one parses its rules
  check(status, "sentence boundaries");
  UText utext = UTEXT_INITIALIZER;
  utext_openUTF8(&utext, text.data(), static_cast<std::int64_t>(text.size()), &status);
  iterator->setText(&utext, status);
  check(status, "sentence boundaries");
  iterator->first();
  for (std::int32_t boundary = iterator->next(); boundary != icu::BreakIterator::DONE; boundary = iterator->next()) {
    if (static_cast<std::size_t>(boundary) == text.size()) break;
    if (ends_with_an_initial(text.substr(0, static_cast<std::size_t>(boundary)))) continue;
    const std::size_t end = before_what_opens(text, static_cast<std::size_t>(boundary));
    if (end > 0) ends.push_back(end);
  }
  utext_close(&utext);
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    offset += c.bytes;
    if (!ends_chinese_sentence(c.code_point)) continue;
    offset = skip(text, offset, [](char32_t next) { return ends_chinese_sentence(next) || closes(next); });
    offset = skip(text, offset, is_white_space);
    ends.push_back(offset);
  }
  ends.push_back(text.size());
  std::ranges::sort(ends);
  ends.erase(std::ranges::unique(ends).begin(), ends.end());
  return ends;
}

bool is_mostly_chinese(std::string_view text) {
  std::size_t han = 0;
  std::size_t words = 0;  // a Han character weighs as much as a whole word in another script
  bool inside_word = false;
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    offset += c.bytes;
    if (is_han(c.code_point)) {
      ++han;
      inside_word = false;
    } else if (is_letter_or_digit(c.code_point)) {
      words += inside_word ? 0 : 1;
      inside_word = true;
    } else {
      inside_word = false;
    }
  }
  return han > words;
}

}  // namespace panduan
