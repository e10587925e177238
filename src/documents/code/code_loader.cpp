#include "documents/code/code_loader.h"

#include <tree_sitter/api.h>

#include <algorithm>

#include "base/error.h"
#include "base/unicode.h"
#include "documents/code/languages.h"
#include "documents/detail/source_text.h"

namespace panduan::documents {
namespace {

using detail::CodeLanguage;

constexpr std::size_t kMaxParsedBytes = 8U << 20U;
constexpr std::uint64_t kMaxParseMicroseconds = 30'000'000;
constexpr std::size_t kLongestSignature = 300;
constexpr int kDeepestHeading = 6;

bool is_one_of(std::span<const std::string_view> list, std::string_view word) { return std::ranges::find(list, word) != list.end(); }

std::string_view type_of(TSNode node) { return ts_node_type(node); }

struct DeleteParser {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};
struct DeleteTree {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
using Tree = std::unique_ptr<TSTree, DeleteTree>;

class Cursor {
 public:
  explicit Cursor(TSNode root) : cursor_(ts_tree_cursor_new(root)) {}
  ~Cursor() { ts_tree_cursor_delete(&cursor_); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  TSNode node() const { return ts_tree_cursor_current_node(&cursor_); }
  bool enter() { return ts_tree_cursor_goto_first_child(&cursor_); }
  bool next() { return ts_tree_cursor_goto_next_sibling(&cursor_); }
  bool leave() { return ts_tree_cursor_goto_parent(&cursor_); }

 private:
  TSTreeCursor cursor_;
};

/// nullptr when it takes too long.
Tree parsed(const CodeLanguage& language, std::string_view text) {
  const std::unique_ptr<TSParser, DeleteParser> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), language.grammar()))
    throw Error(ErrorKind::Internal, "[code] this build's grammar and its tree-sitter do not fit: run 'tools/setup' and build anew");
  ts_parser_set_timeout_micros(parser.get(), kMaxParseMicroseconds);
  return Tree(ts_parser_parse_string(parser.get(), nullptr, text.data(), static_cast<std::uint32_t>(text.size())));
}

/// Finds headings in the order of the text, with a list of the open nodes instead of recursion: code that a program wrote nests deeply.
class Outline {
 public:
  Outline(const CodeLanguage& language, std::string_view text) : language_(language), text_(text) {}

  std::vector<Heading> of(TSNode root) {
    Cursor cursor(root);
    open_.push_back({.node = root});
    for (bool more = cursor.enter(); more;) {
      const TSNode node = cursor.node();
      const bool is_function = is_one_of(language_.functions, type_of(node));
      const bool is_heading = (is_function || is_one_of(language_.containers, type_of(node))) && add(node);
      if (!(is_heading && is_function) && cursor.enter()) {
        open_.push_back({.node = node, .is_heading = is_heading});
        level_ += is_heading ? 1 : 0;
        continue;
      }
      more = cursor.next();
      while (!more && open_.size() > 1 && cursor.leave()) {
        level_ -= open_.back().is_heading ? 1 : 0;
        open_.pop_back();
        more = cursor.next();
      }
    }
    return std::move(headings_);
  }

 private:
  static constexpr std::size_t kNowhere = std::string_view::npos;
  struct Open {
    TSNode node;
    bool is_heading = false;
  };

  /// Whether a declaration is a heading: it has a body.
  bool add(TSNode node) {
    const std::size_t body = body_of(node);
    if (body == kNowhere) return false;
    const std::size_t last = headings_.empty() ? 0 : headings_.back().text.end;
    const std::size_t begin = begin_of(node, last);
    const std::size_t signature = signature_of(begin, body);
    const ByteRange range{signature, signature_end(signature, body)};
    if (range.size() == 0 || range.begin < last) return false;
    headings_.push_back({.level = std::min(level_, kDeepestHeading), .text = range, .lead = signature - std::max(lead_of(begin), last)});
    return true;
  }

  /// Where a declaration begins with what it stands in: export, template<…>, its decorators. The second of two in one begins by itself.
  std::size_t begin_of(TSNode node, std::size_t last) const {
    std::size_t begin = ts_node_start_byte(node);
    for (auto outer = open_.rbegin(); outer != open_.rend() && is_one_of(language_.wrappers, type_of(outer->node)); ++outer) {
      if (ts_node_start_byte(outer->node) < last) break;
      begin = ts_node_start_byte(outer->node);
    }
    return begin;
  }

  static TSNode child(TSNode node, std::string_view field) { return ts_node_child_by_field_name(node, field.data(), static_cast<std::uint32_t>(field.size())); }

  /// Where what a declaration holds begins; kNowhere when it holds nothing.
  std::size_t body_of(TSNode node) const {
    TSNode body = child(node, "body");
    const std::string_view type = type_of(node);
    if (type == "namespace_definition" && ts_node_is_null(child(node, "name"))) return kNowhere;  // "namespace" says nothing
    if (type == "variable_declarator") {
      const TSNode value = child(node, "value");
      if (ts_node_is_null(value) || (type_of(value) != "arrow_function" && type_of(value) != "function_expression" && type_of(value) != "class"))
        return kNowhere;
      body = child(value, "body");
    } else if (type == "type_spec") {
      const TSNode defined = child(node, "type");
      if (ts_node_is_null(defined) || (type_of(defined) != "struct_type" && type_of(defined) != "interface_type")) return kNowhere;
      const std::size_t brace = text_.find('{', ts_node_start_byte(defined));
      return brace < ts_node_end_byte(defined) ? brace : kNowhere;
    } else if (type == "macro_definition") {
      const std::size_t brace = text_.find('{', ts_node_start_byte(node));
      return brace < ts_node_end_byte(node) ? brace : kNowhere;
    }
    return ts_node_is_null(body) ? kNowhere : ts_node_start_byte(body);
  }

  /// The first line that is no attribute, annotation or decorator.
  std::size_t signature_of(std::size_t begin, std::size_t body) const {
    std::size_t at = begin;
    while (at < body && (text_[at] == '@' || text_[at] == '[' || text_[at] == '#')) {
      const std::size_t next = text_.substr(0, body).find_first_not_of(" \t\n", std::min(text_.substr(0, body).find('\n', at), body));
      if (next == kNowhere) return begin;
      at = next;
    }
    return at;
  }

  /// Up to its body, or its first line where that is long.
  std::size_t signature_end(std::size_t begin, std::size_t body) const {
    std::string_view signature = text_.substr(begin, body - begin);
    if (signature.size() > kLongestSignature) {
      signature = truncate_utf8(signature, kLongestSignature);
      signature = signature.substr(0, signature.find('\n'));
    }
    const auto trim = [&] { signature = signature.substr(0, signature.find_last_not_of(" \t\n{:(") + 1); };
    trim();
    if (signature.ends_with("=>")) signature.remove_suffix(2);
    trim();
    return begin + signature.size();
  }

  /// Where the line that a place stands in begins; kNowhere where that is far: code that a program squeezed onto one line.
  std::size_t line_begin(std::size_t at) const {
    constexpr std::size_t kFar = 1000;
    const std::size_t from = at - std::min(at, kFar);
    const std::size_t line_end = text_.substr(from, at - from).rfind('\n');
    if (line_end != kNowhere) return from + line_end + 1;
    return from == 0 ? 0 : kNowhere;
  }

  /// Where what explains a declaration begins: comments, attributes and decorators on the lines above it, up to an empty one.
  std::size_t lead_of(std::size_t begin) const {
    constexpr std::size_t kMostLines = 400;
    std::size_t lead = begin;
    std::size_t line = line_begin(begin);
    if (line == kNowhere || text_.substr(line, begin - line).find_first_not_of(" \t") != kNowhere) return begin;
    bool in_block = false;  // between /* and */, which is seen from below
    for (std::size_t lines = 0; lines < kMostLines && line > 0; ++lines) {
      const std::size_t above = line_begin(line - 1);
      if (above == kNowhere) break;
      const std::size_t first = std::min(text_.find_first_not_of(" \t", above), line - 1);
      std::string_view content = text_.substr(first, line - 1 - first);
      content = content.substr(0, content.find_last_not_of(" \t") + 1);
      const bool opens_block = content.find("/*") != kNowhere;
      if (in_block && opens_block && !content.starts_with("/*")) break;
      if (!in_block && !explains(content)) break;
      in_block = !opens_block && (in_block || content.ends_with("*/"));
      line = above;
      if (!in_block) lead = first;
    }
    return lead;
  }

  bool explains(std::string_view line) const {
    if (line.starts_with('#')) return line.starts_with("#[") || (language_.hash_comments && !line.starts_with("#!"));
    const bool ends_block = line.ends_with("*/") && (line.starts_with("/*") || line.find("/*") == kNowhere);
    return line.starts_with("//") || line.starts_with('@') || (line.starts_with('[') && line.ends_with(']')) || ends_block;
  }

  const CodeLanguage& language_;
  std::string_view text_;
  std::vector<Open> open_;
  std::vector<Heading> headings_;
  int level_ = 1;
};

/// The program that a first line of #! names: "python3" of "#!/usr/bin/env python3".
std::string_view program_of(std::string_view bytes) {
  if (!bytes.starts_with("#!")) return {};
  std::string_view line = bytes.substr(2, std::min<std::size_t>(bytes.find('\n'), 200) - 2);
  line = line.substr(0, line.find_last_not_of(" \r") + 1);
  if (const std::size_t env = line.find("/env "); env != std::string_view::npos) line.remove_prefix(env + 5);
  else if (const std::size_t option = line.find(" -"); option != std::string_view::npos) line = line.substr(0, option);
  if (line.starts_with("-S ")) line.remove_prefix(3);
  line.remove_prefix(line.rfind('/') == std::string_view::npos ? 0 : line.rfind('/') + 1);
  return line.substr(0, line.find(' '));
}

}  // namespace

std::string_view CodeLoader::media_type() const { return language_.media_type; }
std::span<const std::string_view> CodeLoader::endings() const { return language_.endings; }
std::span<const std::string_view> CodeLoader::names() const { return language_.names; }

bool CodeLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  if (!detail::looks_like_text(bytes)) return false;
  return has_ending_of(*this, name) || (!name.has_extension() && is_one_of(language_.programs, program_of(bytes)));
}

ParsedDocument CodeLoader::load(std::string_view bytes) const {
  ParsedDocument document;
  document.media_type = media_type();
  document.text = detail::decode_source(bytes);
  document.is_code = true;
  if (language_.grammar == nullptr || document.text.size() > kMaxParsedBytes) return document;
  if (const Tree tree = parsed(language_, document.text)) document.headings = Outline(language_, document.text).of(ts_tree_root_node(tree.get()));
  return document;
}

std::vector<std::unique_ptr<Loader>> code_loaders() {
  std::vector<std::unique_ptr<Loader>> made;
  for (const CodeLanguage& language : detail::code_languages()) made.push_back(std::make_unique<CodeLoader>(language));
  return made;
}

}  // namespace panduan::documents
