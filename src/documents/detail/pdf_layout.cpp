#include "documents/detail/pdf_layout.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

/// A parser of the one XML shape that pdftotext writes, not of XML.
class LayoutParser {
 public:
  explicit LayoutParser(std::string_view xml) : xml_(xml) {}

  PdfLayout parse() {
    layout_.characters.reserve(xml_.size() / 16);
    layout_.words.reserve(xml_.size() / 110);
    read_head();
    while (true) {
      const std::string_view tag = next_tag();
      if (tag == "/doc" && depth_ == Depth::Document) return std::move(layout_);
      if (tag.starts_with('/')) close(tag.substr(1));
      else open(tag);
    }
  }

 private:
  enum class Depth { Document, Page, Flow, Block, Line };

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ErrorKind::Corrupt, fmt::format("the output of pdftotext cannot be read at byte {}: {}; is it poppler's?", position_, what));
  }

  void read_head() {
    const std::size_t document = xml_.find("<doc>");
    if (document == std::string_view::npos) fail("there is no <doc>");
    const std::string_view head = xml_.substr(0, document);
    const std::size_t title = head.find("<title>");
    const std::size_t title_end = head.find("</title>", std::min(title, head.size()));
    if (title_end != std::string_view::npos) decode(head.substr(title + 7, title_end - title - 7), layout_.title);
    position_ = document + 5;
  }

  /// The inside of the next <…>, without a closing slash; leaves the position behind it.
  std::string_view next_tag() {
    const std::size_t open = xml_.find('<', position_);
    const std::size_t close = xml_.find('>', open == std::string_view::npos ? open : open + 1);
    if (open == std::string_view::npos || close == std::string_view::npos) fail("it ends too early");
    position_ = close + 1;
    return xml_.substr(open + 1, close - open - 1);
  }

  void open(std::string_view tag) {
    if (tag.starts_with("word ")) return read_word(tag);
    if (tag.starts_with("line ")) {
      enter(Depth::Block, Depth::Line);
      layout_.lines.push_back({.first_word = layout_.words.size(), .box = read_box(tag)});
    } else if (tag.starts_with("block ")) {
      enter(Depth::Flow, Depth::Block);
      layout_.blocks.push_back({.first_line = layout_.lines.size(), .box = read_box(tag)});
    } else if (tag == "flow") {
      enter(Depth::Page, Depth::Flow);
    } else if (tag.starts_with("page ")) {
      enter(Depth::Document, Depth::Page);
      std::array<float, 2> size{};
      read_numbers(tag, size, {"width=\"", "height=\""});
      layout_.pages.push_back({.first_block = layout_.blocks.size(), .width = size[0], .height = size[1]});
    } else {
      fail(fmt::format("<{}> is not expected", truncate_utf8(tag, 20)));
    }
  }

  void close(std::string_view tag) {
    if (tag == "line") {
      enter(Depth::Line, Depth::Block);
      layout_.lines.back().end_word = layout_.words.size();
    } else if (tag == "block") {
      enter(Depth::Block, Depth::Flow);
      layout_.blocks.back().end_line = layout_.lines.size();
    } else if (tag == "flow") {
      enter(Depth::Flow, Depth::Page);
      if (layout_.blocks.size() > layout_.pages.back().first_block) layout_.blocks.back().ends_flow = true;
    } else if (tag == "page") {
      enter(Depth::Page, Depth::Document);
      layout_.pages.back().end_block = layout_.blocks.size();
    } else {
      fail(fmt::format("</{}> is not expected", truncate_utf8(tag, 20)));
    }
  }

  void enter(Depth expected, Depth next) {
    if (depth_ != expected) fail("its elements are not nested as they should be");
    depth_ = next;
  }

  void read_word(std::string_view tag) {
    if (depth_ != Depth::Line) fail("a word stands outside a line");
    PdfLayout::Word word{.begin = layout_.characters.size(), .box = read_box(tag)};
    const std::size_t end = xml_.find('<', position_);
    if (end == std::string_view::npos || xml_.substr(end, 7) != "</word>") fail("a word does not end");
    decode(xml_.substr(position_, end - position_), layout_.characters);
    word.end = layout_.characters.size();
    position_ = end + 7;
    if (word.end > word.begin) layout_.words.push_back(word);
  }

  Box read_box(std::string_view tag) const {
    std::array<float, 4> numbers{};
    read_numbers(tag, numbers, {"xMin=\"", "yMin=\"", "xMax=\"", "yMax=\""});
    return {.left = numbers[0], .top = numbers[1], .right = numbers[2], .bottom = numbers[3]};
  }

  template <std::size_t Count>
  void read_numbers(std::string_view tag, std::array<float, Count>& numbers, const std::array<std::string_view, Count>& names) const {
    std::size_t position = 0;
    for (std::size_t i = 0; i < Count; ++i) {
      position = tag.find(names[i], position);
      if (position == std::string_view::npos) fail("a measure is missing");
      position += names[i].size();
      const auto [rest, error] = std::from_chars(tag.data() + position, tag.data() + tag.size(), numbers[i]);
      if (error == std::errc::invalid_argument) fail("a measure is not a number");
      // A broken PDF may place a word at infinity; where it is printed does not matter then.
      if (error != std::errc() || !std::isfinite(numbers[i])) numbers[i] = 0;
      position = static_cast<std::size_t>(rest - tag.data());
    }
  }

  /// Resolves the five entities; drops control characters and outer white space, and replaces what is not UTF-8.
  static void decode(std::string_view escaped, std::string& to) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    const std::size_t begin = to.size();
    for (std::size_t position = 0; position < escaped.size();) {
      const auto byte = static_cast<unsigned char>(escaped[position]);
      if (byte == '&') {
        const std::string_view rest = escaped.substr(position, 6);
        std::string_view entity = "&";
        char meaning = '&';
        for (const auto& [name, character] : kEntities) {
          if (rest.starts_with(name)) {
            entity = name;
            meaning = character;
          }
        }
        to.push_back(meaning);
        position += entity.size();
      } else if (byte < 0x80) {
        const bool is_space = byte == ' ' || (byte >= '\t' && byte <= '\r');
        if (is_space && to.size() > begin) to.push_back(' ');
        if (byte > 0x20 && byte != 0x7F) to.push_back(escaped[position]);
        ++position;
      } else {
        const Character c = character_at(escaped, position);
        if (c.bytes == 1) to.append("\uFFFD");
        else if (!is_white_space(c.code_point)) to.append(escaped, position, c.bytes);
        else if (to.size() > begin) to.push_back(' ');
        position += c.bytes;
      }
    }
    while (to.size() > begin && to.back() == ' ') to.pop_back();
  }

  std::string_view xml_;
  std::size_t position_ = 0;
  Depth depth_ = Depth::Document;
  PdfLayout layout_;
};

}  // namespace

PdfLayout parse_pdf_layout(std::string_view xml) { return LayoutParser(xml).parse(); }

}  // namespace panduan::documents::detail
