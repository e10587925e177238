#include "base/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "base/unicode.h"

namespace panduan {
namespace {

constexpr std::size_t kLookedAt = 64U << 10U;  // bytes that the detector sees

struct Mark {
  std::string_view bytes, encoding;
};
// UTF-32's little-endian mark begins with UTF-16's.
constexpr std::array<Mark, 5> kMarks{{{"\xEF\xBB\xBF", "UTF-8"},
                                      {std::string_view("\xFF\xFE\0\0", 4), "UTF-32LE"},
                                      {std::string_view("\0\0\xFE\xFF", 4), "UTF-32BE"},
                                      {"\xFF\xFE", "UTF-16LE"},
                                      {"\xFE\xFF", "UTF-16BE"}}};
// What people have; the detector knows others, whose texts are mostly mistaken for them.
constexpr auto kDetected =
    std::to_array<std::string_view>({"GB18030", "Big5", "Shift_JIS", "EUC-JP", "EUC-KR", "ISO-8859-1", "ISO-8859-2", "ISO-8859-5", "ISO-8859-7", "ISO-8859-9",
                                     "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "KOI8-R"});

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
struct CloseDetector {
  void operator()(UCharsetDetector* detector) const { ucsdet_close(detector); }
};

/// nullopt when a byte does not fit the encoding.
std::optional<std::string> converted(std::string_view bytes, std::string_view encoding) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter(ucnv_open(std::string(encoding).c_str(), &status));
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  if (U_FAILURE(status) || bytes.size() > INT32_MAX / 2) return std::nullopt;
  const icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()), converter.get(), status);
  if (U_FAILURE(status)) return std::nullopt;
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

/// Control characters that no text has, those behind Latin-1's letters included.
bool has_controls(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    const bool allowed = c.code_point == U'\t' || c.code_point == U'\n' || c.code_point == U'\r' || c.code_point == U'\f';
    if ((c.code_point < 0x20 && !allowed) || (c.code_point >= 0x7F && c.code_point < 0xA0)) return true;
    at += c.bytes;
  }
  return false;
}

std::optional<DecodedText> decoded(std::string_view bytes, std::string_view encoding) {
  auto text = converted(bytes, encoding);
  if (!text || has_controls(*text)) return std::nullopt;
  return DecodedText{*std::move(text), std::string(encoding)};
}

/// What a declaration means (WHATWG, Encoding Standard, 4.2); empty for what is no encoding of these bytes, UTF-8 and UTF-16 included: they were tried.
std::string_view known_encoding(std::string_view declared) {
  struct Label {
    std::string_view label, encoding;
  };
  static constexpr std::array<Label, 7> kLabels{{{"gbk", "GB18030"},
                                                 {"gb2312", "GB18030"},
                                                 {"iso-8859-1", "windows-1252"},
                                                 {"latin1", "windows-1252"},
                                                 {"us-ascii", "windows-1252"},
                                                 {"sjis", "Shift_JIS"},
                                                 {"big5-hkscs", "Big5"}}};
  const std::string folded = nfkc_casefold(declared);
  if (const auto* label = std::ranges::find(kLabels, std::string_view(folded), &Label::label); label != kLabels.end()) return label->encoding;
  const auto* found = std::ranges::find_if(kDetected, [&](std::string_view name) { return nfkc_casefold(name) == folded; });
  return found == kDetected.end() ? std::string_view() : *found;
}

/// Whether all that is not ASCII are a few characters of daily Chinese in GB2312 (its first level and its punctuation): a detector wants more, and a longer
/// text may as well be Korean.
bool is_common_gb2312(std::string_view bytes) {
  const auto byte = [&](std::size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U; };
  constexpr std::size_t kFew = 20;
  std::size_t pairs = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (byte(at) < 0x80) continue;
    const bool row = (byte(at) >= 0xB0 && byte(at) <= 0xD7) || (byte(at) >= 0xA1 && byte(at) <= 0xA3);
    if (!row || byte(at + 1) < 0xA1 || byte(at + 1) > 0xFE) return false;
    ++at;
    ++pairs;
  }
  return pairs > 0 && pairs <= kFew;
}

/// Whether it is UTF-8 but for a fault: most of what is not ASCII are whole characters of it.
bool is_damaged_utf8(std::string_view bytes) {
  std::size_t whole = 0;
  std::size_t faults = 0;
  while (!bytes.empty()) {
    const std::size_t fault = std::min(first_invalid_utf8(bytes), bytes.size());
    whole += static_cast<std::size_t>(std::ranges::count_if(bytes.substr(0, fault), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0xC0; }));
    if (fault == bytes.size()) break;
    ++faults;
    bytes.remove_prefix(fault + 1);
  }
  return whole > 2 * faults;
}

/// Whether a unit of UTF-16 is what texts are made of: Latin, Greek, Cyrillic, punctuation, Chinese, Japanese, Korean.
bool is_usual(unsigned unit) {
  constexpr std::array<std::pair<unsigned, unsigned>, 9> kUsual{{{0x20, 0x7E},
                                                                 {0xA0, 0x24F},
                                                                 {0x370, 0x52F},
                                                                 {0x2010, 0x206F},
                                                                 {0x20A0, 0x22FF},
                                                                 {0x3000, 0x30FF},
                                                                 {0x4E00, 0x9FFF},
                                                                 {0xAC00, 0xD7A3},
                                                                 {0xFE30, 0xFFEF}}};
  if (unit == '\t' || unit == '\n' || unit == '\r') return true;
  return std::ranges::any_of(kUsual, [&](const auto& range) { return unit >= range.first && unit <= range.second; });
}

/// In units of two bytes every character of ASCII has a NUL, on the side that tells their order.
std::string_view unmarked_wide_encoding(std::string_view bytes) {
  constexpr std::size_t kFewest = 8;
  constexpr double kMostUnusual = 0.03;
  if (bytes.size() % 2 != 0 || bytes.size() < kFewest) return {};
  bytes = bytes.substr(0, kLookedAt / 8);
  if (bytes.find('\0') == std::string_view::npos) return {};
  struct Order {
    std::size_t unusual = 0, ascii = 0;
  };
  std::array<Order, 2> orders;  // little endian, big endian
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    const unsigned first = static_cast<unsigned char>(bytes[at]);
    const unsigned second = static_cast<unsigned char>(bytes[at + 1]);
    const std::array<unsigned, 2> units{second << 8U | first, first << 8U | second};
    for (std::size_t order = 0; order < units.size(); ++order) {
      orders[order].unusual += is_usual(units[order]) ? 0 : 1;
      orders[order].ascii += units[order] < 0x80 ? 1 : 0;
    }
  }
  const auto& [little, big] = orders;
  const bool is_big = big.unusual < little.unusual || (big.unusual == little.unusual && big.ascii > little.ascii);
  const auto& [unusual, ascii] = is_big ? big : little;
  const bool is_ascii = std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const std::size_t units = bytes.size() / 2;
  if (is_ascii && 4 * ascii < 3 * units) return {};  // words, each ended by a zero, are Chinese characters two by two
  if (static_cast<double>(unusual) > kMostUnusual * static_cast<double>(units)) return {};
  return is_big ? "UTF-16BE" : "UTF-16LE";
}

std::optional<DecodedText> detected(std::string_view bytes) {
  if (is_common_gb2312(bytes)) return decoded(bytes, "GB18030");
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, CloseDetector> detector(ucsdet_open(&status));
  const std::string_view seen = bytes.substr(0, kLookedAt);
  ucsdet_setText(detector.get(), seen.data(), static_cast<std::int32_t>(seen.size()), &status);
  std::int32_t count = 0;
  const UCharsetMatch** matches = ucsdet_detectAll(detector.get(), &count, &status);
  if (U_FAILURE(status)) return std::nullopt;
  for (const UCharsetMatch* match : std::span(matches, static_cast<std::size_t>(count))) {
    const char* name = ucsdet_getName(match, &status);
    if (U_FAILURE(status) || std::ranges::find(kDetected, std::string_view(name)) == kDetected.end()) continue;
    if (auto text = decoded(bytes, name)) return text;
  }
  return decoded(bytes, "windows-1252");
}

}  // namespace

std::string_view wide_encoding(std::string_view bytes) {
  for (const Mark& mark : kMarks) {
    if (bytes.starts_with(mark.bytes)) return mark.encoding == "UTF-8" ? std::string_view() : mark.encoding;
  }
  return unmarked_wide_encoding(bytes);
}

std::optional<DecodedText> decode_text(std::string_view bytes, std::string_view declared) {
  for (const Mark& mark : kMarks) {
    if (!bytes.starts_with(mark.bytes)) continue;
    if (mark.encoding != "UTF-8") return decoded(bytes.substr(mark.bytes.size()), mark.encoding);
    bytes.remove_prefix(mark.bytes.size());
    break;
  }
  if (const std::string_view wide = unmarked_wide_encoding(bytes); !wide.empty()) {
    if (auto text = decoded(bytes, wide)) return text;
  }
  if (is_valid_utf8(bytes)) return DecodedText{std::string(bytes), "UTF-8"};
  if (is_damaged_utf8(bytes)) return std::nullopt;
  const std::string_view known = known_encoding(declared);
  if (auto text = known.empty() ? std::nullopt : decoded(bytes, known)) return text;
  return detected(bytes);
}

}  // namespace panduan
