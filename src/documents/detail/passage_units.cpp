#include "documents/detail/passage_units.h"

#include <algorithm>

#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

std::size_t character_start(std::string_view text, std::size_t position) {
  while (position > 0 && position < text.size() && (static_cast<unsigned char>(text[position]) & 0xC0U) == 0x80U) --position;
  return position;
}

/// Combining marks and joiners belong to the character before them.
bool continues_character(std::string_view text, std::size_t position) {
  if (position >= text.size() || static_cast<unsigned char>(text[position]) < 0x80) return false;
  const char32_t c = character_at(text, position).code_point;
  return (c >= 0x0300 && c <= 0x036F) || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF) || (c >= 0x3099 && c <= 0x309A);
}

/// Where a text may be cut at or before `wanted`: behind white space in its second half, else between two characters.
std::size_t cut_before(std::string_view text, std::size_t wanted) {
  if (wanted >= text.size()) return text.size();
  for (std::size_t position = wanted; position > wanted / 2; --position) {
    if (text[position - 1] == ' ' || text[position - 1] == '\n' || text[position - 1] == '\t') return position;
  }
  std::size_t position = character_start(text, wanted);
  for (int steps = 0; steps < 8 && position > 0 && continues_character(text, position); ++steps) position = character_start(text, position - 1);
  return position > 0 ? position : character_at(text, 0).bytes;
}

class Cutter {
 public:
  Cutter(const ParsedDocument& document, const UnitLimits& limits) : document_(document), text_(document.text), limits_(limits) {}

  void add_paragraph(ByteRange range, bool is_heading) {
    range = trim(text_, range);
    if (range.size() == 0) return;
    if (range.size() <= limits_.long_tokens * kMostBytesPerToken) {  // a longer one is cut without counting it first
      const std::size_t tokens = count(range);
      if (tokens <= (is_heading ? limits_.max_tokens : limits_.long_tokens))
        return units.push_back({.text = range, .tokens = tokens, .is_heading = is_heading});
    }
    if (document_.is_code || table_at(document_, range.begin) != nullptr) add_lines(range);
    else add_sentences(range);
  }

  std::vector<Unit> units;

 private:
  std::size_t count(ByteRange range) const { return limits_.count_tokens(text_.substr(range.begin, range.size())); }

  void add_sentences(ByteRange range) {
    std::size_t begin = range.begin;
    for (const std::size_t end : sentence_ends(text_.substr(range.begin, range.size()))) {
      add_sentence({begin, range.begin + end});
      begin = range.begin + end;
    }
  }

  void add_lines(ByteRange range) {
    for (std::size_t begin = range.begin; begin < range.end;) {
      const std::size_t end = std::min(text_.find('\n', begin), range.end);
      const ByteRange line = trim(text_, {begin, end});
      if (line.size() > limits_.max_tokens * kMostBytesPerToken || (line.size() > 0 && count(line) > limits_.max_tokens)) add_sentences(line);
      else add_sentence(line);
      begin = end + 1;
    }
  }

  void add_sentence(ByteRange range) {
    range = trim(text_, range);
    if (range.size() == 0) return;
    if (range.size() <= limits_.max_tokens * kMostBytesPerToken) {
      const std::size_t tokens = count(range);
      if (tokens <= limits_.max_tokens) return units.push_back({.text = range, .tokens = tokens});
    }
    cut_sentence(range);
  }

  /// Takes pieces of about long_tokens off its front, guessing their bytes from the pieces before.
  void cut_sentence(ByteRange rest) {
    double bytes_per_token = 4;
    while (rest.size() > 0) {
      auto wanted = static_cast<std::size_t>(static_cast<double>(limits_.long_tokens) * bytes_per_token);
      ByteRange piece{};
      std::size_t tokens = 0;
      std::size_t cut = 0;
      while (true) {
        cut = cut_before(text_.substr(rest.begin, rest.size()), std::max<std::size_t>(wanted, 1));
        piece = trim(text_, {rest.begin, rest.begin + cut});
        tokens = piece.size() == 0 ? 0 : count(piece);
        const bool is_one_character = cut <= 4;
        if (tokens <= limits_.max_tokens || is_one_character) break;
        wanted = std::min(cut * 3 / 4, cut * limits_.long_tokens / tokens);
      }
      if (piece.size() > 0) {
        units.push_back({.text = piece, .tokens = tokens});
        if (tokens > 0)
          bytes_per_token = std::clamp(static_cast<double>(piece.size()) / static_cast<double>(tokens), 0.5, static_cast<double>(kMostBytesPerToken));
      }
      rest.begin += cut;
    }
  }

  const ParsedDocument& document_;
  std::string_view text_;
  const UnitLimits& limits_;
};

/// The next empty line at or after `position`: where it begins, and where the text behind it does.
ByteRange next_empty_line(std::string_view text, std::size_t position, std::size_t end) {
  while (true) {
    const std::size_t line_end = text.find('\n', position);
    if (line_end == std::string_view::npos || line_end >= end) return {end, end};
    std::size_t next = line_end + 1;
    while (next < end && (text[next] == ' ' || text[next] == '\t')) ++next;
    if (next < end && text[next] == '\n') return {line_end, next + 1};
    position = next;
  }
}

}  // namespace

ByteRange trim(std::string_view text, ByteRange range) {
  while (range.begin < range.end) {
    const Character c = character_at(text, range.begin);
    if (!is_white_space(c.code_point)) break;
    range.begin += c.bytes;
  }
  while (range.end > range.begin) {
    const std::size_t start = character_start(text, range.end - 1);
    if (!is_white_space(character_at(text, start).code_point)) break;
    range.end = start;
  }
  return range;
}

const Table* table_at(const ParsedDocument& document, std::size_t position) {
  const auto after = std::ranges::upper_bound(document.tables, position, {}, [](const Table& table) { return table.text.begin; });
  if (after == document.tables.begin()) return nullptr;
  const Table& table = *std::prev(after);
  return position < table.text.end ? &table : nullptr;
}

std::vector<Unit> cut_units(const ParsedDocument& document, ByteRange section, std::size_t heading_bytes, const UnitLimits& limits) {
  Cutter cutter(document, limits);
  cutter.add_paragraph({section.begin, section.begin + heading_bytes}, true);
  for (std::size_t begin = section.begin + heading_bytes; begin < section.end;) {
    const ByteRange gap = next_empty_line(document.text, begin, section.end);
    cutter.add_paragraph({begin, gap.begin}, false);
    begin = gap.end;
  }
  return std::move(cutter.units);
}

}  // namespace panduan::documents::detail
