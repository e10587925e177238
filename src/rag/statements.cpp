#include "rag/statements.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/unicode.h"

namespace panduan::rag {
namespace {

using documents::ByteRange;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// How many bytes of white space, and of the marks of a quotation, a line begins with.
std::size_t indent_of(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t>");
  return begin == std::string_view::npos ? line.size() : begin;
}

bool consists_of(std::string_view line, std::string_view characters) { return line.find_first_not_of(characters) == std::string_view::npos; }

/// How many bytes the mark of a list's item takes: "- ", "3. ", "3、", "（三）"; 0 when there is none.
std::size_t item_mark(std::string_view line) {
  for (const std::string_view bullet : {"- ", "* ", "+ ", "• ", "· ", "– ", "— ", "•"}) {
    if (line.starts_with(bullet)) return bullet.size();
  }
  std::size_t at = 0;
  bool bracket = false;
  for (const std::string_view opening : {"(", "（"}) {
    if (!line.starts_with(opening)) continue;
    at = opening.size();
    bracket = true;
  }
  const std::size_t number = at;
  while (at < line.size() && is_digit(line[at])) ++at;
  if (at == number) {
    for (const std::string_view numeral : {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}) {
      if (line.substr(at).starts_with(numeral)) at += numeral.size();
    }
  }
  if (at == number || at - number > 6) return 0;
  for (const std::string_view closing : {") ", "）", ". ", "、", ")"}) {
    const bool closes_bracket = closing == ") " || closing == "）" || closing == ")";
    if ((closes_bracket || !bracket) && line.substr(at).starts_with(closing)) return at + closing.size();
  }
  return 0;
}

/// How many bytes a citation's mark takes at the text's beginning: "[1]", "[1, 2]", "[^3]", "【4】", "【4†source】"; 0 for anything else.
std::size_t citation_mark(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  for (const auto& [opening, closing] : std::array<std::pair<std::string_view, std::string_view>, 3>{{{"[", "]"}, {"【", "】"}, {"［", "］"}}}) {
    if (!text.starts_with(opening)) continue;
    const std::size_t end = text.find(closing);
    if (end == std::string_view::npos || end > kLongest) return 0;
    const std::string_view inside = text.substr(opening.size(), end - opening.size());
    const bool is_mark = inside.find_first_of("0123456789") != std::string_view::npos &&
                         (inside.find_first_not_of("0123456789,-^ ") == std::string_view::npos || inside.find("†") != std::string_view::npos);
    return is_mark ? end + closing.size() : 0;
  }
  return 0;
}

/// How many bytes stand between a link's words and its end: "](address)"; 0 when none ends here.
std::size_t link_end(std::string_view text) {
  if (!text.starts_with("](")) return 0;
  const std::size_t end = text.find(')');
  return end == std::string_view::npos ? 0 : end + 1;
}

bool is_spelt_at(std::string_view text, std::size_t offset) { return offset < text.size() && is_letter_or_digit(character_at(text, offset).code_point); }

/// Whether the byte is a mark of emphasis or code, as far as one can tell without parsing Markdown.
bool is_emphasis(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '`') return true;
  const char before = at > 0 ? text[at - 1] : ' ';
  const char after = at + 1 < text.size() ? text[at + 1] : ' ';
  if (c == '*') return !(before == ' ' && after == ' ') && !(is_digit(before) && is_digit(after));
  if (c == '~') return before == '~' || after == '~';
  if (c == '_') return !is_letter_or_digit(static_cast<unsigned char>(before)) || !is_spelt_at(text, at + 1);
  return false;
}

/// A piece of the answer as it reads, and for each byte of it where it came from.
class Block {
 public:
  void add_line(std::string_view answer, ByteRange line, bool is_row) {
    const std::string_view text = answer.substr(0, line.end);
    add_space(line.begin);
    for (std::size_t at = line.begin; at < line.end;) {
      const std::string_view rest = text.substr(at);
      if (const std::size_t mark = citation_mark(rest); mark > 0) {
        at += mark;
        const bool stop_follows = at < line.end && std::string_view(".,;!?").find(text[at]) != std::string_view::npos;
        if (stop_follows && !text_.empty() && text_.back() == ' ') remove_last();
      } else if (const std::size_t link = link_end(rest); link > 0) {
        at += link;
      } else if (is_row && text[at] == '|') {
        add_cell_end(at++);
      } else if (is_emphasis(text, at) || is_link_begin(rest)) {
        ++at;
      } else {
        const Character c = character_at(text, at);
        if (is_white_space(c.code_point)) add_space(at);
        else add(rest.substr(0, c.bytes), at);
        at += c.bytes;
      }
    }
  }

  void put_statements(std::vector<StatementText>& statements) const {
    std::size_t begin = 0;
    for (const std::size_t end : sentence_ends(text_)) {
      const std::string_view piece = std::string_view(text_).substr(begin, end - begin);
      const std::size_t first = piece.find_first_not_of(' ');
      if (first != std::string_view::npos) {
        const std::string_view sentence = piece.substr(first, piece.find_last_not_of(" ,") + 1 - first);
        if (states_something(sentence)) {
          statements.push_back({std::string(sentence), {origin_[begin + first], origin_[begin + first + sentence.size() - 1] + 1}});
        }
      }
      begin = end;
    }
  }
  bool empty() const { return text_.empty(); }

 private:
  static bool is_link_begin(std::string_view rest) {
    if (rest.starts_with("![")) return rest.find("](") != std::string_view::npos;
    if (!rest.starts_with("[")) return false;
    const std::size_t closing = rest.find(']');
    return closing != std::string_view::npos && link_end(rest.substr(closing)) > 0;
  }
  static bool states_something(std::string_view sentence) {
    if (fold_to_letters_and_digits(sentence).empty()) return false;
    return std::ranges::none_of(std::array<std::string_view, 4>{"?", "？", ":", "："}, [&](std::string_view end) { return sentence.ends_with(end); });
  }
  void add(std::string_view bytes, std::size_t from) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      text_ += bytes[i];
      origin_.push_back(from + i);
    }
  }
  void add_space(std::size_t from) {
    if (!text_.empty() && text_.back() != ' ') add(" ", from);
  }
  void remove_last() {
    text_.pop_back();
    origin_.pop_back();
  }
  /// The cells of a row read as the parts of a list.
  void add_cell_end(std::size_t from) {
    while (!text_.empty() && text_.back() == ' ') remove_last();
    if (!text_.empty()) add(",", from);
  }

  std::string text_;
  std::vector<std::size_t> origin_;
};

enum class LineKind { Text, Nothing, Item, Row };

struct Line {
  LineKind kind = LineKind::Text;
  ByteRange words;
};

Line read_line(std::string_view answer, ByteRange range) {
  const std::size_t indent = indent_of(answer.substr(range.begin, range.size()));
  const std::string_view line = answer.substr(range.begin + indent, range.size() - indent);
  const ByteRange words{range.begin + indent, range.end};
  const std::size_t hashes = line.find_first_not_of('#');
  const bool is_heading = line.starts_with("#") && (hashes == std::string_view::npos || (hashes <= 6 && line[hashes] == ' '));
  const bool is_rule = line.size() >= 3 && (consists_of(line, "- ") || consists_of(line, "* ") || consists_of(line, "_ ") || consists_of(line, "= "));
  if (line.empty() || is_heading || is_rule || line.starts_with("```") || line.starts_with("~~~") || consists_of(line, "|-: ")) {
    return {LineKind::Nothing, words};
  }
  if (line.starts_with("|")) return {LineKind::Row, words};
  if (const std::size_t mark = item_mark(line); mark > 0) return {LineKind::Item, {words.begin + mark, words.end}};
  return {LineKind::Text, words};
}

}  // namespace

std::vector<StatementText> split_statements(std::string_view answer) {
  std::vector<StatementText> statements;
  Block block;
  auto end_block = [&] {
    block.put_statements(statements);
    block = Block();
  };
  for (std::size_t begin = 0; begin < answer.size();) {
    std::size_t end = answer.find('\n', begin);
    if (end == std::string_view::npos) end = answer.size();
    const std::size_t text_end = end > begin && answer[end - 1] == '\r' ? end - 1 : end;
    const Line line = read_line(answer, {begin, text_end});
    if (line.kind != LineKind::Text) end_block();
    if (line.kind != LineKind::Nothing) block.add_line(answer, line.words, line.kind == LineKind::Row);
    if (line.kind == LineKind::Row) end_block();
    begin = end + 1;
  }
  end_block();
  return statements;
}

}  // namespace panduan::rag
