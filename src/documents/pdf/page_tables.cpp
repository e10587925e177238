#include "documents/pdf/page_tables.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "documents/detail/text_builder.h"

// Ruling lines that touch make a grid. Where a wall of the grid is missing, cells are one. A line of text belongs to the cell in whose middle it stands.

namespace panduan::documents::pdf {
namespace {

constexpr float kTouch = 2.5F;         // points: lines so close meet
constexpr std::size_t kMostPairs = 4'000'000;
constexpr std::size_t kMostCells = 20'000;
constexpr std::size_t kRepeatedWords = 6;     // of a cell over several rows: said in each, for a row is read alone

float middle_x(const Box& box) { return (box.left + box.right) / 2; }
float middle_y(const Box& box) { return (box.top + box.bottom) / 2; }

/// A line along one axis: `at` on the other.
struct Stroke {
  float at = 0, from = 0, to = 0;
};

/// Pieces of one line as one.
std::vector<Stroke> joined(std::vector<Stroke> strokes) {
  std::ranges::sort(strokes, [](const Stroke& a, const Stroke& b) { return std::pair(a.at, a.from) < std::pair(b.at, b.from); });
  std::vector<Stroke> made;
  for (std::size_t begin = 0, end = 0; begin < strokes.size(); begin = end) {
    for (end = begin + 1; end < strokes.size() && strokes[end].at - strokes[begin].at <= kTouch;) ++end;
    std::sort(strokes.begin() + static_cast<std::ptrdiff_t>(begin), strokes.begin() + static_cast<std::ptrdiff_t>(end),
              [](const Stroke& a, const Stroke& b) { return a.from < b.from; });
    std::optional<Stroke> open;
    for (std::size_t index = begin; index < end; ++index) {
      if (open && strokes[index].from <= open->to + kTouch) {
        open->to = std::max(open->to, strokes[index].to);
      } else {
        if (open) made.push_back(*open);
        open = strokes[index];
        open->at = strokes[begin].at;
      }
    }
    made.push_back(*open);
  }
  return made;
}

struct Grid {
  std::vector<Stroke> across, upright;
  Box box;
};

class Union {
 public:
  explicit Union(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0); }
  std::size_t root(std::size_t index) {
    while (parent_[index] != index) index = parent_[index] = parent_[parent_[index]];
    return index;
  }
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

std::vector<Grid> find_grids(const std::vector<Rule>& rules) {
  std::vector<Stroke> across;
  std::vector<Stroke> upright;
  for (const Rule& rule : rules) {
    if (rule.is_horizontal) across.push_back({.at = middle_y(rule.box), .from = rule.box.left, .to = rule.box.right});
    else upright.push_back({.at = middle_x(rule.box), .from = rule.box.top, .to = rule.box.bottom});
  }
  across = joined(std::move(across));
  upright = joined(std::move(upright));
  if (across.size() < 2 || upright.empty() || across.size() * upright.size() > kMostPairs) return {};
  Union meeting(across.size() + upright.size());
  for (std::size_t a = 0; a < across.size(); ++a) {
    for (std::size_t u = 0; u < upright.size(); ++u) {
      const bool meet = upright[u].at >= across[a].from - kTouch && upright[u].at <= across[a].to + kTouch && across[a].at >= upright[u].from - kTouch &&
                        across[a].at <= upright[u].to + kTouch;
      if (meet) meeting.join(a, across.size() + u);
    }
  }
  std::vector<Grid> grids(across.size() + upright.size());
  for (std::size_t a = 0; a < across.size(); ++a) grids[meeting.root(a)].across.push_back(across[a]);
  for (std::size_t u = 0; u < upright.size(); ++u) grids[meeting.root(across.size() + u)].upright.push_back(upright[u]);
  std::erase_if(grids, [](const Grid& grid) { return grid.across.size() < 2 || grid.upright.empty(); });
  for (Grid& grid : grids) {
    grid.box = {.left = grid.across.front().from, .top = grid.across.front().at, .right = grid.across.front().to, .bottom = grid.across.front().at};
    for (const Stroke& stroke : grid.across) grid.box.include({.left = stroke.from, .top = stroke.at, .right = stroke.to, .bottom = stroke.at});
    for (const Stroke& stroke : grid.upright) grid.box.include({.left = stroke.at, .top = stroke.from, .right = stroke.at, .bottom = stroke.to});
  }
  return grids;
}

/// Where the walls of cells are, each once, edges included.
std::vector<float> walls(const std::vector<Stroke>& strokes, float least, float most) {
  std::vector<float> places{least, most};
  for (const Stroke& stroke : strokes) places.push_back(stroke.at);
  std::ranges::sort(places);
  std::vector<float> made;
  for (const float place : places) {
    if (made.empty() || place - made.back() > kTouch) made.push_back(place);
  }
  return made;
}

bool covers(const std::vector<Stroke>& strokes, float at, float along) {
  return std::ranges::any_of(
      strokes, [&](const Stroke& stroke) { return std::abs(stroke.at - at) <= kTouch && along >= stroke.from - kTouch && along <= stroke.to + kTouch; });
}

class TableMaker {
 public:
  explicit TableMaker(const Grid& grid)
      : grid_(grid), xs_(walls(grid.upright, grid.box.left, grid.box.right)), ys_(walls(grid.across, grid.box.top, grid.box.bottom)) {}

  bool is_sound() const { return rows() >= 2 && columns() >= 2 && rows() * columns() <= kMostCells; }

  void add_cells(std::vector<Box>& boxes) {
    join_cells();
    std::vector<std::optional<Box>> by_root(rows() * columns());
    for (std::size_t row = 0; row < rows(); ++row) {
      for (std::size_t column = 0; column < columns(); ++column) {
        const Box cell{.left = xs_[column], .top = ys_[row], .right = xs_[column + 1], .bottom = ys_[row + 1]};
        std::optional<Box>& whole = by_root[cells_->root(row * columns() + column)];
        if (whole) whole->include(cell);
        else whole = cell;
      }
    }
    for (const std::optional<Box>& box : by_root) {
      if (box) boxes.push_back(*box);
    }
  }

  /// Takes the lines inside when they make a table.
  std::optional<PageTable> take(std::vector<PageLine>& lines) {
    join_cells();
    std::vector<std::vector<std::size_t>> cells(rows() * columns());
    std::size_t inside = 0;
    for (std::size_t index = 0; index < lines.size(); ++index) {
      if (const auto cell = cell_at(middle_x(lines[index].box), middle_y(lines[index].box))) {
        cells[cells_->root(*cell)].push_back(index);
        ++inside;
      }
    }
    if (inside == 0 || !has_columns(cells)) return std::nullopt;
    PageTable table{.rows = {}, .box = grid_.box};
    for (std::size_t row = 0; row < rows(); ++row) add_row(row, cells, lines, table);
    if (table.rows.size() < 2) return std::nullopt;
    table.has_header = names_columns(table.rows.front());
    for (const auto& cell : cells) {
      for (const std::size_t index : cell) lines[index].words.clear();
    }
    std::erase_if(lines, [](const PageLine& line) { return line.words.empty(); });
    return table;
  }

 private:
  std::size_t rows() const { return ys_.empty() ? 0 : ys_.size() - 1; }
  std::size_t columns() const { return xs_.empty() ? 0 : xs_.size() - 1; }

  void join_cells() {
    cells_.emplace(rows() * columns());
    for (std::size_t row = 0; row < rows(); ++row) {
      for (std::size_t column = 0; column < columns(); ++column) {
        const std::size_t cell = row * columns() + column;
        const float x = (xs_[column] + xs_[column + 1]) / 2;
        const float y = (ys_[row] + ys_[row + 1]) / 2;
        if (column + 1 < columns() && !covers(grid_.upright, xs_[column + 1], y)) cells_->join(cell, cell + 1);
        if (row + 1 < rows() && !covers(grid_.across, ys_[row + 1], x)) cells_->join(cell, cell + columns());
      }
    }
  }

  std::optional<std::size_t> cell_at(float x, float y) const {
    if (x < xs_.front() || x > xs_.back() || y < ys_.front() || y > ys_.back()) return std::nullopt;
    const auto index = [](const std::vector<float>& places, float place) {
      const auto after = std::ranges::upper_bound(places, place) - places.begin();
      return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(after - 1, 0, static_cast<std::ptrdiff_t>(places.size()) - 2));
    };
    return index(ys_, y) * columns() + index(xs_, x);
  }

  /// Whether at least two columns have text in some row: a frame around a text has not.
  bool has_columns(const std::vector<std::vector<std::size_t>>& cells) const {
    std::size_t rows_of_columns = 0;
    for (std::size_t row = 0; row < rows(); ++row) {
      std::size_t filled = 0;
      for (std::size_t column = 0; column < columns(); ++column) filled += cells[row * columns() + column].empty() ? 0 : 1;
      rows_of_columns += filled >= 2 ? 1 : 0;
    }
    return rows_of_columns >= 2;
  }

  void add_row(std::size_t row, const std::vector<std::vector<std::size_t>>& cells, const std::vector<PageLine>& lines, PageTable& table) {
    PageLine made;
    bool has_own = false;
    bool has_text = false;
    std::size_t last_root = SIZE_MAX;
    for (std::size_t column = 0; column < columns(); ++column) {
      const std::size_t root = cells_->root(row * columns() + column);
      if (root == last_root) continue;  // one cell over several columns
      last_root = root;
      const bool is_first_row = root / columns() == row;
      PageWord mark{.text = {}, .box = {.left = xs_[column], .top = ys_[row], .right = xs_[column + 1], .bottom = ys_[row + 1]}, .begins_cell = column > 0};
      std::vector<PageWord> words = words_of(cells[root], lines);
      if (!is_first_row && words.size() > kRepeatedWords) words.clear();
      has_own |= is_first_row && !words.empty();
      if (words.empty()) {
        made.words.push_back(std::move(mark));
        continue;
      }
      has_text = true;
      words.front().begins_cell = column > 0;
      std::ranges::move(words, std::back_inserter(made.words));
    }
    if (!has_text || !has_own) return;
    while (made.words.back().text.empty()) made.words.pop_back();
    made.box = {.left = xs_.front(), .top = ys_[row], .right = xs_.back(), .bottom = ys_[row + 1]};
    table.rows.push_back(std::move(made));
  }

  static std::vector<PageWord> words_of(const std::vector<std::size_t>& cell, const std::vector<PageLine>& lines) {
    std::vector<PageWord> words;
    for (const std::size_t index : cell) std::ranges::copy(lines[index].words, std::back_inserter(words));
    return words;
  }

  /// Every column has a short name that is no number.
  bool names_columns(const PageLine& row) const {
    std::size_t cells = 0;
    std::string name;
    for (const PageWord& word : row.words) {
      if (&word == &row.words.front() || word.begins_cell) {
        if (cells > 0 && !detail::could_name_a_column(name)) return false;
        ++cells;
        name.clear();
      }
      name += word.text;
    }
    return detail::could_name_a_column(name) && cells >= 2;
  }

  const Grid& grid_;
  std::vector<float> xs_, ys_;
  std::optional<Union> cells_;
};

}  // namespace

std::vector<Box> find_cells(const std::vector<Rule>& rules) {
  std::vector<Box> cells;
  for (const Grid& grid : find_grids(rules)) {
    TableMaker maker(grid);
    if (maker.is_sound()) maker.add_cells(cells);
  }
  return cells;
}

std::vector<PageTable> take_tables(std::vector<PageLine>& lines, const std::vector<Rule>& rules) {
  std::vector<PageTable> tables;
  for (const Grid& grid : find_grids(rules)) {
    TableMaker maker(grid);
    if (!maker.is_sound()) continue;
    if (auto table = maker.take(lines)) tables.push_back(*std::move(table));
  }
  return tables;
}

}  // namespace panduan::documents::pdf
