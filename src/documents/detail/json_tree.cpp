#include "documents/detail/json_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/unicode.h"
#include "documents/detail/xml.h"

namespace panduan::documents::detail {
namespace {

constexpr std::size_t kMostShownBytes = 20;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_of_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.'; }

bool is_number(std::string_view word) {
  const std::size_t digits = word.starts_with('-') ? 1 : 0;
  return digits < word.size() && word[digits] >= '0' && word[digits] <= '9' && word.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}
bool is_known(std::string_view word) {
  constexpr auto kWords = std::to_array<std::string_view>({"true", "false", "null", "NaN", "Infinity", "-Infinity"});
  return std::ranges::find(kWords, word) != kWords.end() || is_number(word);
}

std::uint32_t keep(JsonTree& tree, std::string text) {
  if (text.empty()) return 0;
  tree.texts.push_back(std::move(text));
  return static_cast<std::uint32_t>(tree.texts.size() - 1);
}

}  // namespace

/// An array or object whose end has not come yet.
struct JsonReader::Open {
  std::size_t node;
  char closes;
};

void JsonReader::fail(std::string_view wanted) const {
  const std::size_t at = std::min(position_, text_.size());
  const std::string_view before = text_.substr(0, at);
  const auto line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
  const std::size_t line_begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::string_view rest = text_.substr(at);
  const std::string_view shown = truncate_utf8(rest.substr(0, rest.find('\n')), kMostShownBytes);
  throw Error(ErrorKind::Corrupt,
              fmt::format("not JSON at line {}, column {}: {} should stand there, not {}; mend it, or save it as .txt to have it read as text", line,
                          count_characters(before.substr(line_begin)) + 1, wanted,
                          rest.empty()    ? "the end"
                          : shown.empty() ? "a line's end"
                                          : fmt::format("'{}'", shown)));
}

void JsonReader::skip_blanks() {
  while (!at_end()) {
    const std::string_view rest = text_.substr(position_);
    if (is_blank(rest.front())) {
      ++position_;
    } else if (rest.starts_with("//")) {
      position_ += std::min(rest.find('\n'), rest.size());
    } else if (rest.starts_with("/*")) {
      const std::size_t end = rest.find("*/", 2);
      if (end == std::string_view::npos) fail("the end of a comment");
      position_ += end + 2;
    } else if (rest.front() == '\x1E') {  // RFC 7464 puts it before each value
      ++position_;
    } else {
      return;
    }
  }
}

bool JsonReader::take(char c) {
  if (at_end() || text_[position_] != c) return false;
  ++position_;
  return true;
}

unsigned JsonReader::read_code_unit() {
  unsigned unit = 0;
  for (int digit = 0; digit < 4; ++digit, ++position_) {
    const char c = at_end() ? '\0' : text_[position_];
    if (c >= '0' && c <= '9') unit = unit * 16 + static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f') unit = unit * 16 + static_cast<unsigned>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F') unit = unit * 16 + static_cast<unsigned>(c - 'A' + 10);
    else fail("a hexadecimal digit");
  }
  return unit;
}

void JsonReader::read_escape(std::string& into) {
  constexpr char32_t kReplacement = 0xFFFD;
  const char c = at_end() ? '\0' : text_[position_];
  if (c != 'u') {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    const std::size_t which = kNames.find(c);
    if (which == std::string_view::npos) fail("a known escape");
    ++position_;
    return into.push_back(kMeant[which]);
  }
  ++position_;
  const char32_t first = read_code_unit();
  const bool is_high = first >= 0xD800 && first < 0xDC00;
  const bool is_low = first >= 0xDC00 && first < 0xE000;
  if (!is_high) return append_utf8(into, is_low || first == 0 ? kReplacement : first);
  const std::size_t behind = position_;
  if (take('\\') && take('u')) {
    const char32_t second = read_code_unit();
    if (second >= 0xDC00 && second < 0xE000) return append_utf8(into, 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00));
  }
  position_ = behind;
  append_utf8(into, kReplacement);
}

std::string JsonReader::read_string() {
  if (!take('"')) fail("a name in quotes");
  std::string text;
  for (;;) {
    const std::size_t end = std::min(text_.find_first_of("\"\\", position_), text_.size());
    text.append(text_, position_, end - position_);
    position_ = end;
    if (take('"')) return seen(text);
    if (!take('\\')) fail("the end of a text in quotes");
    read_escape(text);
  }
}

std::string JsonReader::read_word() {
  std::size_t end = position_;
  while (end < text_.size() && is_of_word(text_[end])) ++end;
  std::string word(text_.substr(position_, end - position_));
  if (!is_known(word)) fail("a value");
  position_ = end;
  return word;
}

void JsonReader::begin_value(JsonTree& tree, std::vector<Open>& open, std::string key) {
  if (tree.nodes.size() >= kMaxNodes)
    throw Error(ErrorKind::TooLarge, fmt::format("more than {} values in one: split it, or write a record a line", kMaxNodes));
  JsonTree::Node node{.key = keep(tree, std::move(key))};
  const char first = at_end() ? '\0' : text_[position_];
  if (first == '{' || first == '[') {
    if (open.size() >= kMaxDepth)
      throw Error(ErrorKind::TooLarge,
                  fmt::format("its values nest deeper than {}, and nobody could read what they belong to: save it flatter, or as .txt to have its words read",
                              kMaxDepth));
    ++position_;
    node.kind = first == '{' ? JsonTree::Kind::Object : JsonTree::Kind::Array;
    open.push_back({.node = tree.nodes.size(), .closes = first == '{' ? '}' : ']'});
  } else if (first == '"') {
    node.kind = JsonTree::Kind::Text;
    node.text = keep(tree, read_string());
  } else {
    node.text = keep(tree, read_word());
  }
  node.end = static_cast<std::uint32_t>(tree.nodes.size() + 1);
  tree.nodes.push_back(node);
}

/// The next value of the innermost array or object, or its end. False when that was the outermost one's.
bool JsonReader::go_on(JsonTree& tree, std::vector<Open>& open) {
  const Open& inner = open.back();
  skip_blanks();
  const bool is_first = tree.nodes[inner.node].size == 0;
  if (!is_first && !take(',')) {
    if (at_end() || text_[position_] != inner.closes) fail(inner.closes == '}' ? "',' or '}'" : "',' or ']'");
  }
  skip_blanks();
  if (take(inner.closes)) {
    tree.nodes[inner.node].end = static_cast<std::uint32_t>(tree.nodes.size());
    open.pop_back();
    return !open.empty();
  }
  std::string key;
  if (inner.closes == '}') {
    key = read_string();
    skip_blanks();
    if (!take(':')) fail("':'");
    skip_blanks();
  }
  ++tree.nodes[inner.node].size;
  begin_value(tree, open, std::move(key));
  return true;
}

std::optional<JsonTree> JsonReader::next() {
  skip_blanks();
  if (at_end()) return std::nullopt;
  JsonTree tree;
  tree.texts.emplace_back();
  std::vector<Open> open;
  begin_value(tree, open, {});
  if (open.empty()) return tree;
  while (go_on(tree, open)) {
  }
  return tree;
}

}  // namespace panduan::documents::detail
