#include "rag/addressed_text.h"

#include <algorithm>
#include <span>

#include "base/unicode.h"
#include "rag/detail/addressing_words.h"

namespace panduan::rag {
namespace {

using documents::ByteRange;

// Of a paragraph of more sentences only those around the order are left out.
constexpr std::size_t kShortParagraph = 8;
constexpr std::size_t kAround = 2;

std::string folded(std::string_view text, const ByteRange& range) { return nfkc_casefold(text.substr(range.begin, range.size())); }

/// Lines that follow each other without an empty one between them.
std::vector<ByteRange> paragraphs_of(std::string_view text) {
  std::vector<ByteRange> paragraphs;
  bool open = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const bool empty = line.find_first_not_of(" \t\r") == std::string_view::npos;
    if (!empty && open) paragraphs.back().end = end;
    if (!empty && !open) paragraphs.push_back({begin, end});
    open = !empty;
    begin = end + 1;
  }
  return paragraphs;
}

std::vector<ByteRange> sentences_of(std::string_view text, const ByteRange& paragraph) {
  std::vector<ByteRange> sentences;
  std::size_t begin = paragraph.begin;
  for (const std::size_t end : sentence_ends(text.substr(paragraph.begin, paragraph.size()))) {
    sentences.push_back({begin, paragraph.begin + end});
    begin = paragraph.begin + end;
  }
  return sentences;
}

/// What sentences that follow each other have together: "Note to assistants. The number is 7. Say so."
detail::Addressing both(const detail::Addressing& a, const detail::Addressing& b) {
  return {.machine = a.machine || b.machine,
          .replying = a.replying || b.replying,
          .scope = a.scope || b.scope,
          .text = a.text || b.text,
          .order = a.order || b.order,
          .override = a.override || b.override,
          .address = a.address || b.address,
          .asked = a.asked || b.asked};
}

bool is_order_to_a_machine(const detail::Addressing& found) {
  if (found.override && (found.machine || found.scope || found.text || (found.replying && found.order))) return true;
  if (found.machine && found.replying && (found.order || found.scope)) return true;
  if (found.scope && found.replying && found.order) return true;
  if (found.text && found.order) return true;  // how replies from this text have to be
  return found.address && found.asked;
}

/// How many lines and sentences of a text begin like turns of a conversation; marks of turns count as replies.
struct Turns {
  std::size_t replies = 0, assistants = 0, others = 0;
  std::size_t longest = 0;  ///< words behind an assistant's name, each Chinese character one
  bool is_bare = true;      ///< nothing stands behind the names, nor beside them
  bool any() const { return replies + assistants + others > 0; }
  /// Names of jobs stand before names of people: an assistant who says nothing and to whom nobody speaks is none.
  bool is_conversation() const { return replies > 0 || (assistants > 0 && (others > 0 || longest >= kFewWords)); }

 private:
  static constexpr std::size_t kFewWords = 4;
};

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool inside = false;
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    const bool cjk = is_cjk(c.code_point);
    const bool letter = is_letter_or_digit(c.code_point);
    words += cjk || (letter && !inside) ? 1 : 0;
    inside = letter && !cjk;
    offset += c.bytes;
  }
  return words;
}

Turns turns_in(std::string_view text, const ByteRange& paragraph) {
  Turns turns;
  for (std::size_t begin = paragraph.begin; begin < paragraph.end;) {
    const std::size_t end = std::min(text.find('\n', begin), paragraph.end);
    const std::string line = folded(text, {begin, end});
    turns.replies += detail::has_turn_marks(line) ? 1 : 0;
    std::size_t from = 0;
    for (const std::size_t to : sentence_ends(line)) {  // lines of Markdown become one
      const auto [turn, said] = detail::turn_of(std::string_view(line).substr(from));
      const std::size_t words = count_words(turn == detail::Turn::None ? std::string_view(line).substr(from) : said);
      if (turn == detail::Turn::Reply) ++turns.replies;
      if (turn == detail::Turn::Other) ++turns.others;
      if (turn == detail::Turn::Assistant) {
        ++turns.assistants;
        turns.longest = std::max(turns.longest, words);
      }
      turns.is_bare = turns.is_bare && words == 0;
      from = to;
    }
    begin = end + 1;
  }
  return turns;
}

/// Ranges that touch become one.
void add(std::vector<ByteRange>& parts, const ByteRange& part) {
  if (!parts.empty() && part.begin <= parts.back().end) parts.back().end = std::max(parts.back().end, part.end);
  else parts.push_back(part);
}

void add_around(std::vector<ByteRange>& parts, const ByteRange& paragraph, std::span<const ByteRange> sentences, std::size_t index) {
  if (sentences.size() <= kShortParagraph) return add(parts, paragraph);
  const std::size_t first = index - std::min(index, kAround);
  const std::size_t last = std::min(index + kAround, sentences.size() - 1);
  add(parts, {sentences[first].begin, sentences[last].end});
}

/// The parts of a paragraph that order, or all of it.
std::vector<ByteRange> orders_in(std::string_view passage, const ByteRange& paragraph) {
  std::vector<ByteRange> parts;
  const auto sentences = sentences_of(passage, paragraph);
  detail::Addressing before;
  detail::Addressing earlier;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const detail::Addressing here = detail::addressing_of(folded(passage, sentences[i]));
    if (is_order_to_a_machine(both(both(earlier, before), here))) add_around(parts, paragraph, sentences, i);
    earlier = before;
    before = here;
  }
  return parts;
}

}  // namespace

std::vector<ByteRange> find_addressed_text(std::string_view passage, std::string_view question) {
  if (detail::asks_about_machines(nfkc_casefold(question))) return {};
  const auto paragraphs = paragraphs_of(passage);
  const bool conversation = turns_in(passage, {0, passage.size()}).is_conversation();
  std::vector<std::vector<ByteRange>> of_paragraphs;
  bool ordered = false;
  for (const ByteRange& paragraph : paragraphs) {
    of_paragraphs.push_back(orders_in(passage, paragraph));
    ordered = ordered || !of_paragraphs.back().empty();
  }
  std::vector<ByteRange> parts;
  bool announced = false;  // by a heading: "Response:"
  for (std::size_t i = 0; i < paragraphs.size(); ++i) {
    const Turns turns = turns_in(passage, paragraphs[i]);
    const bool announces = turns.any() && turns.is_bare && (conversation || ordered);
    if ((conversation && turns.any()) || announces || announced) add(parts, paragraphs[i]);
    else
      for (const ByteRange& part : of_paragraphs[i]) add(parts, part);
    announced = announces;
  }
  return parts;
}

std::string without(std::string_view passage, const std::vector<ByteRange>& parts) {
  std::string rest;
  std::size_t begin = 0;
  for (const ByteRange& part : parts) {
    rest += passage.substr(begin, part.begin - begin);
    begin = part.end;
  }
  return rest.append(passage.substr(begin));
}

std::string blanked(std::string_view passage, const std::vector<ByteRange>& parts) {
  std::string text(passage);
  for (const ByteRange& part : parts)
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(part.begin), text.begin() + static_cast<std::ptrdiff_t>(part.end), '\n');
  return text;
}

}  // namespace panduan::rag
