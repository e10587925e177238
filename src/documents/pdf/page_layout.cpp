#include "documents/pdf/page_layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "documents/pdf/page_tables.h"

namespace panduan::documents::pdf {
namespace {

constexpr float kUsualLeading = 1.4F;  // from baseline to baseline, as a share of the size
constexpr float kMostLeading = 2.4F;   // of what is printed with double spacing
constexpr float kSizesDiffer = 0.12F;
constexpr std::size_t kMostOrdered = 400;  // blocks; the order takes their number cubed

struct PageBlock {
  std::vector<PageLine> lines;
  Box box;
  float leading = 0;  ///< between its last two baselines
  bool is_table = false;
  bool has_header = false;
};

bool overlap_across(const Box& a, const Box& b) { return std::min(a.right, b.right) - std::max(a.left, b.left) > 0.5F; }

/// How far apart the lines of most of the page's text are; a share of the size.
float usual_leading(const std::vector<PageLine>& lines) {
  std::vector<float> leadings;
  for (std::size_t index = 0; index + 1 < lines.size(); ++index) {
    for (std::size_t next = index + 1; next < std::min(lines.size(), index + 4); ++next) {
      if (!overlap_across(lines[index].box, lines[next].box) || lines[next].baseline - lines[index].baseline < 0.5F * lines[index].size) continue;
      if (lines[index].words.size() > 3) leadings.push_back((lines[next].baseline - lines[index].baseline) / lines[index].size);
      break;
    }
  }
  if (leadings.size() < 4) return kUsualLeading;
  const auto middle = leadings.begin() + static_cast<std::ptrdiff_t>(leadings.size() / 3);
  std::nth_element(leadings.begin(), middle, leadings.end());
  return std::clamp(*middle * 1.12F, kUsualLeading, kMostLeading);
}

/// Whether a line that is bold from its begin to its end stands above one that is not: a heading of the text's own size.
bool is_heading_above(const PageBlock& block, const PageLine& line) {
  if (line.words.empty() || line.words.front().is_bold) return false;
  return std::ranges::all_of(block.lines, [](const PageLine& above) { return std::ranges::all_of(above.words, &PageWord::is_bold); });
}

bool continues(const PageBlock& block, const PageLine& line, float most_leading) {
  const PageLine& last = block.lines.back();
  if (is_heading_above(block, line)) return false;
  if (std::abs(last.size - line.size) > kSizesDiffer * std::max(last.size, line.size)) return false;
  const float leading = line.baseline - last.baseline;
  if (leading <= 0.3F * line.size || leading > most_leading * line.size) return false;
  return block.lines.size() < 2 || leading <= 1.2F * block.leading + 0.5F;
}

/// Lines below each other, where each has just one above it and one below.
std::vector<PageBlock> find_blocks(std::vector<PageLine> lines) {
  const float most_leading = usual_leading(lines);
  std::vector<PageBlock> blocks;
  std::vector<std::size_t> open;
  std::vector<std::size_t> above;
  for (std::size_t index = 0; index < lines.size(); ++index) {
    PageLine& line = lines[index];
    std::erase_if(open, [&](std::size_t block) {
      return line.baseline - blocks[block].lines.back().baseline > kMostLeading * std::max(line.size, blocks[block].lines.back().size);
    });
    above.clear();
    for (const std::size_t block : open) {
      if (overlap_across(blocks[block].lines.back().box, line.box) && line.baseline > blocks[block].lines.back().baseline) above.push_back(block);
    }
    const bool shares_row = std::ranges::any_of(above, [&](std::size_t block) {
      for (std::size_t other = index + 1; other < lines.size() && lines[other].baseline - line.baseline <= 0.5F * line.size; ++other) {
        if (overlap_across(blocks[block].lines.back().box, lines[other].box)) return true;
      }
      return false;
    });
    if (above.size() == 1 && !shares_row && continues(blocks[above.front()], line, most_leading)) {
      PageBlock& block = blocks[above.front()];
      block.leading = line.baseline - block.lines.back().baseline;
      block.box.include(line.box);
      block.lines.push_back(std::move(line));
    } else {
      for (const std::size_t block : above) std::erase(open, block);
      open.push_back(blocks.size());
      PageBlock& block = blocks.emplace_back();
      block.box = line.box;
      block.lines.push_back(std::move(line));
    }
  }
  return blocks;
}

/// Whether a is read before b: above it, or in a column to the left of it.
class ReadingOrder {
 public:
  explicit ReadingOrder(const std::vector<PageBlock>& blocks) : blocks_(blocks) {}

  std::vector<std::size_t> find() const {
    std::vector<std::size_t> by_place(blocks_.size());
    std::iota(by_place.begin(), by_place.end(), 0);
    std::ranges::sort(by_place, {}, [&](std::size_t block) { return std::tuple(blocks_[block].box.top, blocks_[block].box.left, block); });
    if (blocks_.size() > kMostOrdered) return by_place;
    std::vector<std::vector<std::size_t>> after(blocks_.size());
    std::vector<std::size_t> waits(blocks_.size());
    for (const std::size_t a : by_place) {
      for (const std::size_t b : by_place) {
        if (a == b || !precedes(a, b)) continue;
        after[a].push_back(b);
        ++waits[b];
      }
    }
    std::vector<std::size_t> order;
    std::vector<bool> done(blocks_.size());
    while (order.size() < blocks_.size()) {
      auto next = std::ranges::find_if(by_place, [&](std::size_t block) { return !done[block] && waits[block] == 0; });
      if (next == by_place.end()) next = std::ranges::find_if(by_place, [&](std::size_t block) { return !done[block]; });  // each waits for another
      done[*next] = true;
      order.push_back(*next);
      for (const std::size_t block : after[*next]) {
        if (waits[block] > 0) --waits[block];
      }
    }
    return order;
  }

 private:
  static float middle(const Box& box) { return (box.top + box.bottom) / 2; }

  bool precedes(std::size_t first, std::size_t second) const {
    const Box& a = blocks_[first].box;
    const Box& b = blocks_[second].box;
    if (overlap_across(a, b)) return middle(a) < middle(b) || (middle(a) == middle(b) && first < second);
    if (a.left >= b.left) return false;
    // What stands across both parts the columns.
    return std::ranges::none_of(blocks_, [&](const PageBlock& other) {
      const float at = middle(other.box);
      const bool between = (at > middle(a) && at < middle(b)) || (at < middle(a) && at > middle(b));
      return between && overlap_across(other.box, a) && overlap_across(other.box, b);
    });
  }

  const std::vector<PageBlock>& blocks_;
};

void write(const PageBlock& block, const std::function<Box(const Box&)>& shown, detail::PdfLayout& layout) {
  detail::PdfLayout::Block& written = layout.blocks.emplace_back();
  written.first_line = layout.lines.size();
  written.is_table = block.is_table;
  written.has_header = block.has_header;
  written.box = shown(block.box);
  for (const PageLine& line : block.lines) {
    detail::PdfLayout::Line& to = layout.lines.emplace_back();
    to.box = shown(line.box);
    to.is_bold = !block.is_table && std::ranges::all_of(line.words, &PageWord::is_bold);
    to.first_word = layout.words.size();
    for (const PageWord& word : line.words) {
      detail::PdfLayout::Word& placed = layout.words.emplace_back();
      placed.begin = layout.characters.size();
      layout.characters += word.text;
      placed.end = layout.characters.size();
      placed.box = shown(word.box);
      placed.begins_cell = word.begins_cell;
    }
    to.end_word = layout.words.size();
  }
  written.end_line = layout.lines.size();
}

/// On the page, and within it: a line's descent may reach over its edge.
Box on_page(const PageContent& content, Direction direction, const Box& box) {
  const Box made = from_frame(box, direction, content.width, content.height);
  const auto across = [&](float x) { return std::clamp(x, 0.0F, std::max(0.0F, content.width)); };
  const auto down = [&](float y) { return std::clamp(y, 0.0F, std::max(0.0F, content.height)); };
  return {.left = across(made.left), .top = down(made.top), .right = across(made.right), .bottom = down(made.bottom)};
}

std::vector<Rule> framed(const PageContent& content, Direction direction) {
  std::vector<Rule> rules = content.rules;
  if (direction == Direction::Right) return rules;
  for (Rule& rule : rules) {
    rule.box = to_frame(rule.box, direction, content.width, content.height);
    if (direction != Direction::Left) rule.is_horizontal = !rule.is_horizontal;
  }
  return rules;
}

}  // namespace

void add_lines(std::vector<PageLine> lines, const std::vector<Rule>& rules, const std::function<Box(const Box&)>& shown, detail::PdfLayout& layout) {
  std::vector<PageTable> tables = take_tables(lines, rules);
  std::vector<PageBlock> blocks = find_blocks(std::move(lines));
  for (PageTable& table : tables) {
    PageBlock& block = blocks.emplace_back();
    block.box = table.box;
    block.lines = std::move(table.rows);
    block.is_table = true;
    block.has_header = table.has_header;
  }
  for (const std::size_t block : ReadingOrder(blocks).find()) write(blocks[block], shown, layout);
}

void add_page(const PageContent& content, detail::PdfLayout& layout) {
  detail::PdfLayout::Page page{.first_block = layout.blocks.size(), .width = content.width, .height = content.height};
  std::array<std::size_t, 4> counts{};
  for (const Glyph& glyph : content.glyphs) ++counts[static_cast<std::size_t>(glyph.direction)];
  std::array<Direction, 4> directions{Direction::Right, Direction::Down, Direction::Left, Direction::Up};
  std::ranges::sort(directions, {},
                    [&](Direction direction) { return std::pair(content.glyphs.size() - counts[static_cast<std::size_t>(direction)], direction); });
  for (const Direction direction : directions) {
    if (counts[static_cast<std::size_t>(direction)] == 0) continue;
    const std::vector<Rule> rules = framed(content, direction);
    add_lines(find_lines(content.glyphs, direction, rules), rules, [&](const Box& box) { return on_page(content, direction, box); }, layout);
  }
  page.end_block = layout.blocks.size();
  layout.pages.push_back(std::move(page));
}

}  // namespace panduan::documents::pdf
