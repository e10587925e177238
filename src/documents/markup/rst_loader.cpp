#include "documents/markup/rst_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/unicode.h"
#include "documents/detail/assembly.h"
#include "documents/detail/records.h"
#include "documents/detail/rst_inline.h"
#include "documents/detail/rst_lines.h"
#include "documents/detail/rst_table.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

// The blocks of a document, one after the other and those inside others by the same functions with their indentation taken off. What a line begins is told by
// that line and the one after it; what is none of the others is a paragraph, so nothing is ever lost.

namespace panduan::documents {
namespace {

using detail::ListMarker;
using detail::RstDirective;
using detail::RstLines;
using detail::RstSpan;

constexpr int kDeepest = 30;  // blocks inside blocks; what lies deeper is read as a paragraph
constexpr std::size_t kMaxIndentedLists = 8;

constexpr auto kSilent = std::to_array<std::string_view>({"include",       "literalinclude",
                                                          "contents",      "toctree",
                                                          "index",         "meta",
                                                          "raw",           "highlight",
                                                          "default-role",  "role",
                                                          "sectnum",       "section-numbering",
                                                          "target-notes",  "tabularcolumns",
                                                          "currentmodule", "moduleauthor",
                                                          "sectionauthor", "codeauthor",
                                                          "graphviz",      "digraph",
                                                          "graph",         "inheritance-diagram",
                                                          "automodule",    "autoclass",
                                                          "autofunction",  "automethod",
                                                          "autosummary",   "autoexception",
                                                          "autodata",      "autoattribute",
                                                          "bibliography",  "plot",
                                                          "mermaid",       "uml",
                                                          "testsetup",     "testcleanup",
                                                          "title",         "date",
                                                          "default-domain"});
constexpr auto kVerbatim = std::to_array<std::string_view>({"code-block", "code", "sourcecode", "parsed-literal", "prompt", "math", "productionlist", "doctest",
                                                            "testcode", "testoutput", "ipython", "console", "command-output"});
constexpr auto kWrappers = std::to_array<std::string_view>({"only", "container", "compound", "class", "rst-class", "ifconfig", "epigraph", "highlights",
                                                            "pull-quote", "glossary", "header", "footer", "hlist", "tab-set", "grid", "cssclass", "parts"});

struct Admonition {
  std::string_view directive, shown;
};
constexpr auto kAdmonitions = std::to_array<Admonition>({{"note", "Note"},
                                                         {"warning", "Warning"},
                                                         {"tip", "Tip"},
                                                         {"important", "Important"},
                                                         {"caution", "Caution"},
                                                         {"attention", "Attention"},
                                                         {"danger", "Danger"},
                                                         {"error", "Error"},
                                                         {"hint", "Hint"},
                                                         {"seealso", "See also"},
                                                         {"todo", "Todo"}});
constexpr auto kVersions = std::to_array<Admonition>({{"versionadded", "New in version"},
                                                      {"versionchanged", "Changed in version"},
                                                      {"deprecated", "Deprecated since version"},
                                                      {"deprecated-removed", "Deprecated since version"},
                                                      {"versionremoved", "Removed in version"}});

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}
template <std::size_t N>
std::string_view shown_name(const std::array<Admonition, N>& list, std::string_view directive) {
  const auto* found = std::ranges::find(list, directive, &Admonition::directive);
  return found == list.end() ? std::string_view() : found->shown;
}

std::size_t count_of(std::string_view option, std::size_t otherwise) {
  std::from_chars(option.data(), option.data() + option.size(), otherwise);
  return otherwise;
}

class Blocks {
 public:
  Blocks(detail::TextBuilder& builder, detail::Substitutions substitutions) : builder_(builder), substitutions_(std::move(substitutions)) {}

  void add_document(RstSpan lines) { add(lines, 0); }

 private:
  void add(RstSpan lines, int depth) {
    if (depth > kDeepest) return add_paragraph(lines);
    for (std::size_t at = 0; at < lines.size();) {
      if (lines[at].empty()) ++at;
      else at += add_block(lines.subspan(at), depth);
    }
  }

  /// Adds the block that begins with these lines and says how many it takes.
  std::size_t add_block(RstSpan lines, int depth) {
    const std::string_view first = lines[0];
    if (first.starts_with(' ')) return add_quote(lines, depth);
    if (const std::size_t taken = depth == 0 ? add_title(lines) : 0; taken > 0) return taken;
    if (first == ".." || first.starts_with(".. ") || first == "__" || first.starts_with("__ ")) return add_explicit(lines, depth);
    if (first.starts_with(">>> ")) return add_until_empty_line(lines);
    if (first == "|" || first.starts_with("| ")) return add_line_block(lines);
    if (first.starts_with("+-")) {
      if (const auto table = detail::read_grid_table(lines); table.lines > 0) return add_table(table);
    }
    if (first.starts_with("==")) {
      if (const auto table = detail::read_simple_table(lines); table.lines > 0) return add_table(table);
    }
    if (detail::is_adornment(first) && first.size() >= 4) {  // a line between paragraphs
      builder_.break_paragraph();
      return 1;
    }
    if (const auto field = detail::field_of(first)) return add_field(lines, field->first, field->second, depth);
    if (const auto marker = detail::list_marker(first); marker && begins_item(lines, *marker)) return add_list(lines, *marker, depth);
    if (is_option(first)) return add_option(lines, depth);
    if (lines.size() > 1 && lines[1].starts_with(' ') && !first.ends_with("::")) return add_definition(lines, depth);
    return add_text_block(lines);
  }

  /// Whether a line with a marker begins an item, and not a sentence that happens to begin so: the next line tells.
  static bool begins_item(RstSpan lines, const ListMarker& marker) {
    if (lines.size() < 2 || lines[1].empty() || lines[1].starts_with(' ')) return true;
    if (marker.is_bullet) return detail::list_marker(lines[1]).has_value();
    const auto next = detail::list_marker(lines[1]);
    return next && !next->is_bullet;
  }

  std::string plain(RstSpan lines) const { return detail::plain_inline(detail::joined(lines), substitutions_); }

  /// Items stand close together, so what ends in one says nothing about the distance to the next.
  void end_block() {
    if (items_ == 0) builder_.break_paragraph();
  }

  void add_paragraph(RstSpan lines) {
    builder_.break_paragraph();
    builder_.add_text(plain(lines));
    end_block();
  }

  void add_verbatim(RstSpan lines) {
    builder_.break_paragraph();
    builder_.add_verbatim(detail::joined(lines));
    builder_.break_paragraph();
  }

  std::size_t add_quote(RstSpan lines, int depth) {
    const std::size_t count = detail::indented_lines(lines, 1);
    builder_.break_paragraph();
    add(detail::dedented(lines.first(count)), depth + 1);
    builder_.break_paragraph();
    return count;
  }

  std::size_t add_title(RstSpan lines) {
    const bool has_overline = detail::is_adornment(lines[0]) && lines.size() >= 3 && !lines[1].empty() && lines[2] == lines[0];
    if (has_overline) return add_heading(lines[1], {lines[0].front(), '^'}, 3);
    const bool has_underline = lines.size() >= 2 && detail::is_adornment(lines[1]) && !detail::is_adornment(lines[0]) &&
                               lines[1].size() >= std::min<std::size_t>(4, count_characters(lines[0]));
    return has_underline ? add_heading(lines[0], {lines[1].front()}, 2) : 0;
  }
  std::size_t add_heading(std::string_view title, const std::string& style, std::size_t lines) {
    auto found = std::ranges::find(styles_, style);
    if (found == styles_.end()) found = styles_.insert(styles_.end(), style);
    builder_.begin_heading(std::min(static_cast<int>(found - styles_.begin()) + 1, 6));
    builder_.add_text(detail::plain_inline(title.substr(detail::indent_of(title)), substitutions_));
    builder_.end_heading();
    return lines;
  }

  std::size_t add_until_empty_line(RstSpan lines) {
    const auto count = static_cast<std::size_t>(std::ranges::find_if(lines, &std::string_view::empty) - lines.begin());
    add_verbatim(lines.first(count));
    return count;
  }

  std::size_t add_line_block(RstSpan lines) {
    std::size_t count = 0;
    builder_.break_paragraph();
    for (; count < lines.size() && (lines[count] == "|" || lines[count].starts_with("| ") || lines[count].starts_with(' ')); ++count) {
      const bool goes_on = lines[count].starts_with(' ');
      if (!goes_on) builder_.break_line();
      builder_.add_text(detail::plain_inline(goes_on ? "\n" + std::string(lines[count]) : std::string(lines[count].substr(1)), substitutions_));
    }
    builder_.break_paragraph();
    return count;
  }

  std::size_t add_field(RstSpan lines, std::string_view name, std::string_view value, int depth) {
    const std::size_t count = 1 + detail::indented_lines(lines.subspan(1), 1);
    builder_.break_line();
    builder_.add_text(detail::plain_inline(name, substitutions_) + ": ");
    RstLines body{value};
    std::ranges::copy(detail::dedented(lines.subspan(1, count - 1)), std::back_inserter(body));
    add_item_content(body, depth);
    builder_.break_line();
    return count;
  }

  /// What an item, a field or a definition holds: a single paragraph stays on its line.
  void add_item_content(RstSpan lines, int depth) {
    if (std::ranges::any_of(lines, [](std::string_view line) { return !line.empty(); })) builder_.hold_line();
    ++items_;
    add(lines, depth + 1);
    --items_;
  }

  std::size_t add_list(RstSpan lines, const ListMarker& first, int depth) {
    const bool is_outermost = lists_ == 0;
    if (is_outermost) builder_.break_paragraph();
    ++lists_;
    std::size_t number = 0;
    std::size_t at = 0;
    for (auto marker = std::optional(first); marker && marker->is_bullet == first.is_bullet;) {
      const std::size_t count = 1 + detail::indented_lines(lines.subspan(at + 1), std::min<std::size_t>(marker->content, 2));
      ++number;
      add_item(lines.subspan(at, count), *marker, number, depth);
      at += count;
      while (at < lines.size() && lines[at].empty()) ++at;
      marker = at < lines.size() ? detail::list_marker(lines[at]) : std::nullopt;
    }
    --lists_;
    if (is_outermost) builder_.break_paragraph();
    return at;
  }

  void add_item(RstSpan lines, const ListMarker& marker, std::size_t number, int depth) {
    builder_.break_line();
    std::string shown(marker.is_bullet ? "-" : marker.text);
    if (const std::size_t automatic = shown.find('#'); automatic != std::string::npos) shown.replace(automatic, 1, std::to_string(number));
    builder_.add_verbatim(std::string(2 * (std::min(lists_, kMaxIndentedLists) - 1), ' ') + shown + " ");
    RstLines body{lines[0].substr(std::min(marker.content, lines[0].size()))};
    std::ranges::copy(detail::dedented(lines.subspan(1)), std::back_inserter(body));
    add_item_content(body, depth);
    builder_.break_line();
  }

  /// "-o FILE  what it does"
  static bool is_option(std::string_view line) { return line.size() > 2 && line[0] == '-' && line[1] != ' ' && line.find("  ") != std::string_view::npos; }
  std::size_t add_option(RstSpan lines, int depth) {
    const std::size_t count = 1 + detail::indented_lines(lines.subspan(1), 1);
    builder_.break_line();
    RstLines body{lines[0]};
    std::ranges::copy(detail::dedented(lines.subspan(1, count - 1)), std::back_inserter(body));
    const auto end = static_cast<std::size_t>(std::ranges::find_if(body, &std::string_view::empty) - body.begin());
    builder_.add_text(plain(RstSpan(body).first(end)));
    builder_.break_line();
    add(RstSpan(body).subspan(end), depth + 1);
    return count;
  }

  std::size_t add_definition(RstSpan lines, int depth) {
    const std::size_t count = 1 + detail::indented_lines(lines.subspan(1), 1);
    builder_.break_paragraph();
    builder_.add_text(plain(lines.first(1)));
    builder_.break_line();
    builder_.hold_line();
    const RstLines body = detail::dedented(lines.subspan(1, count - 1));
    add(body, depth + 1);
    builder_.break_paragraph();
    return count;
  }

  /// A paragraph, and the literal block behind one that ends with "::".
  std::size_t add_text_block(RstSpan lines) {
    std::size_t count = 1;
    while (count < lines.size() && !lines[count].empty() && !lines[count].starts_with(' ')) ++count;
    std::string text = detail::joined(lines.first(count));
    if (!text.ends_with("::")) {
      builder_.break_paragraph();
      builder_.add_text(detail::plain_inline(text, substitutions_));
      end_block();
      return count;
    }
    text.resize(text.size() - 2);
    if (!text.empty() && text.back() != ' ' && text.back() != '\n') text.push_back(':');
    builder_.break_paragraph();
    builder_.add_text(detail::plain_inline(text, substitutions_));
    while (count < lines.size() && lines[count].empty()) ++count;
    if (count == lines.size()) return count;
    const RstSpan rest = lines.subspan(count);
    std::size_t literal = detail::indented_lines(rest, 1);
    if (literal == 0) {  // or lines that all begin with the same mark
      const char mark = rest[0].front();
      if (mark == '>' || mark == '|' || mark == '#' || mark == '$') {
        while (literal < rest.size() && rest[literal].starts_with(mark)) ++literal;
      }
    }
    add_verbatim(detail::dedented(rest.first(literal)));
    return count + literal;
  }

  std::size_t add_table(const detail::RstTable& table) {
    write_table(table.rows, table.header_rows);
    return table.lines;
  }
  void write_table(const std::vector<std::vector<std::string>>& rows, std::size_t header_rows) {
    builder_.begin_table();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      builder_.begin_row(row + 1 == header_rows);
      for (const std::string& cell : rows[row]) {
        builder_.begin_cell();
        builder_.add_text(detail::plain_inline(cell, substitutions_));
      }
      builder_.end_row();
    }
    builder_.end_table();
  }

  /// What begins with "..": a directive, a footnote, or what nobody sees.
  std::size_t add_explicit(RstSpan lines, int depth) {
    const std::string_view first = lines[0];
    const bool is_empty_comment = first == ".." && (lines.size() < 2 || lines[1].empty());
    const std::size_t count = is_empty_comment ? 1 : 1 + detail::indented_lines(lines.subspan(1), 1);
    if (!first.starts_with(".. ")) return count;
    const std::string_view said = first.substr(first.find_first_not_of(' ', 2));
    if (said.starts_with('[')) {
      add_footnote(said, lines.subspan(1, count - 1), depth);
    } else if (!said.starts_with('_') && !said.starts_with('|')) {
      if (const auto directive = detail::directive_of(said, lines.subspan(1, count - 1))) add_directive(*directive, depth);
    }
    return count;
  }

  void add_footnote(std::string_view said, RstSpan below, int depth) {
    const std::size_t end = said.find(']');
    if (end == std::string_view::npos) return;
    builder_.break_paragraph();
    builder_.add_text(std::string(said.substr(0, end + 1)) + " ");
    RstLines body{said.substr(std::min(said.find_first_not_of(' ', end + 1), said.size()))};
    std::ranges::copy(detail::dedented(below), std::back_inserter(body));
    add_item_content(body, depth);
  }

  void add_directive(const RstDirective& directive, int depth) {
    const std::string_view name = directive.name;
    if (is_one_of(kSilent, name)) return;
    if (is_one_of(kVerbatim, name)) return add_code(directive);
    if (const std::string_view shown = shown_name(kAdmonitions, name); !shown.empty()) return add_named(shown, directive, depth);
    if (const std::string_view shown = shown_name(kVersions, name); !shown.empty()) return add_version(shown, directive, depth);
    if (name == "image" || name == "figure") return add_picture(directive, depth);
    if (name == "list-table") return add_list_table(directive);
    if (name == "csv-table") return add_csv_table(directive);
    if (is_one_of(kWrappers, name)) return add(directive.content, depth + 1);
    if (!directive.arguments.empty()) add_signature(directive);
    add(directive.content, depth + 1);
    builder_.break_paragraph();
  }

  void add_code(const RstDirective& directive) {
    if (const std::string_view caption = directive.option("caption"); !caption.empty()) add_paragraph(RstLines{caption});
    const bool is_text = directive.name == "math" || directive.name == "productionlist" || directive.name == "parsed-literal";
    if (is_text && !directive.arguments.empty()) add_verbatim(directive.arguments);
    add_verbatim(directive.content);
  }

  void add_named(std::string_view shown, const RstDirective& directive, int depth) {
    builder_.break_paragraph();
    builder_.add_text(fmt::format("{}: ", shown));
    RstLines body = directive.arguments;
    body.emplace_back();
    std::ranges::copy(directive.content, std::back_inserter(body));
    add_item_content(body, depth);
    builder_.break_paragraph();
  }

  void add_version(std::string_view shown, const RstDirective& directive, int depth) {
    builder_.break_paragraph();
    std::string text = fmt::format("{} {}", shown, plain(directive.arguments));
    if (const std::size_t space = text.find_first_of(" \n", shown.size() + 1); space != std::string::npos && text[space - 1] != ':') text.insert(space, ":");
    builder_.add_text(text);
    add(directive.content, depth + 1);
    builder_.break_paragraph();
  }

  void add_picture(const RstDirective& directive, int depth) {
    if (const std::string_view alternative = directive.option("alt"); !alternative.empty()) add_paragraph(RstLines{alternative});
    add(directive.content, depth + 1);
  }

  void add_signature(const RstDirective& directive) {
    builder_.break_paragraph();
    for (const std::string_view line : directive.arguments) {
      builder_.break_line();
      builder_.add_text(detail::plain_inline(line, substitutions_));
    }
    builder_.break_paragraph();
  }

  void add_caption(const RstDirective& directive) {
    if (!directive.arguments.empty()) add_paragraph(directive.arguments);
  }

  /// Rows are items of a list, and their cells are items of a list in them.
  void add_list_table(const RstDirective& directive) {
    add_caption(directive);
    std::vector<std::vector<std::string>> rows;
    for (const std::string_view line : directive.content) {
      const auto row = detail::list_marker(line);
      if (row && row->is_bullet) rows.emplace_back();
      if (rows.empty()) continue;
      std::string_view rest =
          row && row->is_bullet ? line.substr(std::min(row->content, line.size())) : line.substr(std::min<std::size_t>(2, detail::indent_of(line)));
      const auto cell = detail::list_marker(rest);
      if (cell && cell->is_bullet) {
        rows.back().emplace_back(rest.substr(std::min(cell->content, rest.size())));
      } else if (!rows.back().empty() && !rest.empty()) {
        rows.back().back().append("\n").append(rest);
      }
    }
    write_table(rows, count_of(directive.option("header-rows"), 0));
  }

  void add_csv_table(const RstDirective& directive) {
    add_caption(directive);
    const std::string_view named = directive.option("delim");
    const char delimiter = named == "tab"                                                       ? '\t'
                           : named == "space"                                                   ? ' '
                           : named.empty() || static_cast<unsigned char>(named.front()) >= 0x80 ? ','
                                                                                                : named.front();
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> record;
    const auto read = [&](const std::string& text) {
      detail::RecordReader reader(text, delimiter);
      while (reader.next(record)) rows.push_back(record);
    };
    read(std::string(directive.option("header")));
    const std::size_t header_rows = rows.empty() ? count_of(directive.option("header-rows"), 0) : rows.size();
    read(detail::joined(directive.content));
    write_table(rows, header_rows);
  }

  detail::TextBuilder& builder_;
  detail::Substitutions substitutions_;
  std::vector<std::string> styles_;  ///< of titles, the first of the highest level
  std::size_t lists_ = 0;            ///< that are open
  std::size_t items_ = 0;            ///< and items, fields and notes
};

/// What ".. |name| replace:: text" and the like define.
detail::Substitutions substitutions_in(RstSpan lines) {
  detail::Substitutions found;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    std::string_view line = lines[at].substr(detail::indent_of(lines[at]));
    if (!line.starts_with(".. |")) continue;
    line.remove_prefix(4);
    const std::size_t end = line.find('|');
    if (end == std::string_view::npos || end == 0 || end + 2 > line.size()) continue;
    const std::size_t below = detail::indented_lines(lines.subspan(at + 1), detail::indent_of(lines[at]) + 1);
    const std::string_view rest = line.substr(end + 1);
    const auto directive = detail::directive_of(rest.substr(detail::indent_of(rest)), lines.subspan(at + 1, below));
    if (!directive) continue;
    if (directive->name == "replace") found[std::string(line.substr(0, end))] = detail::plain_inline(detail::joined(directive->arguments), {});
    if (directive->name == "image") found[std::string(line.substr(0, end))] = directive->option("alt");
  }
  return found;
}

}  // namespace

bool RstLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return has_ending_of(*this, name) && detail::looks_like_text(bytes);
}

ParsedDocument RstLoader::load(std::string_view bytes) const {
  detail::check_markup_size(bytes, "reStructuredText");
  const std::string source = detail::with_numbers(detail::without_tabs(detail::decode_source(bytes)));
  const RstLines lines = detail::lines_of(source);
  detail::TextBuilder builder;
  Blocks(builder, substitutions_in(lines)).add_document(lines);
  return detail::finished(builder.finish(), media_type(), {});
}

}  // namespace panduan::documents
