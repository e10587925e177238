#include "documents/data/json_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/unicode.h"
#include "documents/detail/assembly.h"
#include "documents/detail/json_tree.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents {
namespace {

using detail::JsonTree;
using Kind = JsonTree::Kind;

constexpr std::string_view kBetweenNames = " › ";
constexpr std::size_t kMostNameBytes = 80;    // of a name above a value; its own is never cut
constexpr std::size_t kMostPathBytes = 200;   // of all names above it, the nearest of them
constexpr std::size_t kMostInlineBytes = 60;  // of an element that shares its line with others
constexpr std::size_t kMostCellBytes = 400;
constexpr std::size_t kMostColumns = 64;
constexpr int kDeepestColumn = 3;

bool is_scalar(const JsonTree::Node& node) { return node.kind == Kind::Word || node.kind == Kind::Text; }

/// One value with what is in it.
class Value {
 public:
  explicit Value(const JsonTree& tree, std::size_t index = 0) : tree_(&tree), index_(index) {}
  const JsonTree::Node& node() const { return tree_->nodes[index_]; }
  const std::string& key() const { return tree_->texts[node().key]; }
  const std::string& text() const { return tree_->texts[node().text]; }
  std::size_t index() const { return index_; }
  /// Calls `visit` for each value in it until that says no, and says whether it never did.
  template <class Visit>
  bool each(Visit&& visit) const {
    for (std::size_t at = index_ + 1; at < node().end; at = tree_->nodes[at].end) {
      if (!visit(Value(*tree_, at))) return false;
    }
    return true;
  }

 private:
  const JsonTree* tree_;
  std::size_t index_;
};

/// What says that nothing is there.
std::string_view shown(const Value& value) {
  switch (value.node().kind) {
    case Kind::Array: return "[]";
    case Kind::Object: return "{}";
    case Kind::Text: return value.text().empty() ? "\"\"" : std::string_view(value.text());
    case Kind::Word: break;
  }
  return value.text();
}

/// The elements of an array of short values, on one line; nullopt for others.
std::optional<std::string> on_one_line(const Value& array) {
  std::string line;
  const bool fits = array.each([&](const Value& element) {
    const std::string_view text = shown(element);
    if (!is_scalar(element.node()) || text.size() > kMostInlineBytes || text.find_first_of(",\n") != std::string_view::npos) return false;
    line.append(line.empty() ? "" : ", ").append(text);
    return true;
  });
  if (!fits) return std::nullopt;
  return line;
}

/// An array of objects that are alike, as rows of cells.
class Grid {
 public:
  /// Whether it is such an array.
  bool fill(const Value& array) {
    if (array.node().size < 2) return false;
    const bool fits = array.each([&](const Value& element) {
      if (element.node().kind != Kind::Object) return false;
      rows_.emplace_back();
      return add(element, {}, 1);
    });
    return fits && columns_.size() >= 2 && 2 * filled_ >= rows_.size() * columns_.size();
  }

  void write(detail::TextBuilder& builder) const {
    builder.begin_table();
    write(builder, columns_, true);
    for (const auto& row : rows_) write(builder, row, false);
    builder.end_table();
  }

 private:
  bool add(const Value& object, const std::string& above, int depth) {
    return object.each([&](const Value& value) {
      const std::string name = above.empty() ? value.key() : fmt::format("{}{}{}", above, kBetweenNames, value.key());
      if (value.node().kind == Kind::Object && value.node().size > 0) return depth < kDeepestColumn && add(value, name, depth + 1);
      if (value.node().kind != Kind::Array || value.node().size == 0) return set(name, std::string(shown(value)));
      auto line = on_one_line(value);
      return line && set(name, *std::move(line));
    });
  }
  bool set(const std::string& column, std::string text) {
    if (text.size() > kMostCellBytes || column.size() > kMostCellBytes) return false;
    const auto [found, is_new] = places_.try_emplace(column, columns_.size());
    if (is_new) columns_.push_back(column);
    if (columns_.size() > kMostColumns) return false;
    auto& row = rows_.back();
    if (row.size() <= found->second) row.resize(found->second + 1);
    row[found->second] = std::move(text);
    ++filled_;
    return true;
  }
  static void write(detail::TextBuilder& builder, const std::vector<std::string>& cells, bool names) {
    builder.begin_row(names);
    for (const std::string& cell : cells) {
      builder.begin_cell();
      builder.add_text(cell);
    }
    builder.end_row();
  }

  std::vector<std::string> columns_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t filled_ = 0;
};

class Writer {
 public:
  void add_record(const Value& record) {
    builder_.break_paragraph();
    in_record_ = true;
    add(record);
  }
  void add_whole(const Value& root) {
    builder_.break_paragraph();
    if (root.node().kind != Kind::Array || on_one_line(root)) return add(root);
    if (Grid grid; grid.fill(root)) return grid.write(builder_);
    root.each([&](const Value& record) {
      add_record(record);
      return true;
    });
  }
  ParsedDocument finish() { return builder_.finish(); }

 private:
  void add(const Value& value) {
    if (is_scalar(value.node()) || value.node().size == 0) add_line(shown(value));
    else if (value.node().kind == Kind::Object) add_object(value);
    else add_array(value);
  }

  void add_object(const Value& object) {
    object.each([&](const Value& value) {
      begin_lines_of(object);
      path_.push_back(value.key());
      add(value);
      path_.pop_back();
      return true;
    });
  }

  void add_array(const Value& array) {
    if (const auto line = on_one_line(array)) return add_line(*line);
    if (Grid grid; grid.fill(array)) {
      builder_.break_paragraph();
      if (!path_.empty()) builder_.add_text(path() + ":");
      grid.write(builder_);
      builder_.break_paragraph();
      return;
    }
    std::size_t number = 0;
    array.each([&](const Value& element) {
      if (is_scalar(element.node())) {
        add_line(shown(element));
      } else {
        path_.push_back(fmt::format("[{}]", number));
        add(element);
        path_.pop_back();
      }
      ++number;
      return true;
    });
  }

  /// The values of one object stand in one paragraph, and those of a record do with all that is in them.
  void begin_lines_of(const Value& object) {
    if (in_record_ || lines_of_ == object.index()) builder_.break_line();
    else builder_.break_paragraph();
    lines_of_ = object.index();
  }

  void add_line(std::string_view text) {
    builder_.break_line();
    if (const std::string names = path(); !names.empty()) {
      builder_.add_text(names + ": ");
    }
    if (text.find('\n') == std::string_view::npos) builder_.add_text(text);
    else builder_.add_verbatim(text.substr(0, text.find_last_not_of('\n') + 1));
    builder_.break_line();
  }

  /// The names above a value and its own: the farthest are left out where they are too many.
  std::string path() const {
    std::string names;
    std::size_t above = 0;
    for (auto name = path_.rbegin(); name != path_.rend(); ++name) {
      if (name == path_.rbegin()) {
        names = *name;
        continue;
      }
      const bool next_is_number = names.starts_with('[') && std::prev(name)->starts_with('[');
      const std::string shorter = name->size() > kMostNameBytes ? fmt::format("{}…", truncate_utf8(*name, kMostNameBytes)) : *name;
      above += shorter.size();
      if (above > kMostPathBytes) return fmt::format("…{}{}", kBetweenNames, names);
      names = fmt::format("{}{}{}", shorter, next_is_number ? "" : kBetweenNames, names);
    }
    return names;
  }

  detail::TextBuilder builder_;
  std::vector<std::string> path_;
  std::size_t lines_of_ = std::string::npos;
  bool in_record_ = false;
};

std::string title_in(const Value& root) {
  std::string title;
  if (root.node().kind != Kind::Object) return title;
  for (const std::string_view name : {"title", "name"}) {
    root.each([&](const Value& value) {
      if (value.key() == name && value.node().kind == Kind::Text) title = detail::one_line(value.text());
      return title.empty();
    });
    if (!title.empty()) break;
  }
  return title;
}

}  // namespace

bool JsonLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return has_ending_of(*this, name) && detail::looks_like_text(bytes);
}

ParsedDocument JsonLoader::load(std::string_view bytes) const {
  const std::string source = detail::decode_source(bytes);
  detail::JsonReader reader(source);
  Writer writer;
  std::string title;
  auto value = reader.next();
  if (auto next = value ? reader.next() : std::nullopt) {
    for (; value; value = std::exchange(next, next ? reader.next() : std::nullopt)) writer.add_record(Value(*value));
  } else if (value) {
    title = title_in(Value(*value));
    writer.add_whole(Value(*value));
  }
  return detail::finished(writer.finish(), media_type(), std::move(title));
}

}  // namespace panduan::documents
