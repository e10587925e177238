#include "documents/markdown_loader.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "documents/detail/html_text.h"
#include "documents/detail/parser_memory.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents {
namespace {

using detail::ParserMemory;
using detail::TextBuilder;

// cmark's allocator has no user data; a parse runs on one thread from begin to end.
thread_local ParserMemory* current_memory = nullptr;

class MemoryScope {
 public:
  explicit MemoryScope(ParserMemory& memory) : outer_(std::exchange(current_memory, &memory)) {}
  ~MemoryScope() { current_memory = outer_; }
  MemoryScope(const MemoryScope&) = delete;
  MemoryScope& operator=(const MemoryScope&) = delete;

 private:
  ParserMemory* outer_;
};

cmark_mem cmark_memory() {
  return {.calloc =
              [](std::size_t count, std::size_t size) {
                if (size != 0 && count > SIZE_MAX / size) throw Error(ErrorKind::InvalidInput, "its markup needs too much memory to parse: split the file");
                return current_memory->allocate(count * size);
              },
          .realloc = [](void* block, std::size_t size) { return current_memory->reallocate(block, size); },
          .free = [](void* block) { current_memory->release(block); }};
}

/// Only tables: the other extensions change how marks look, and cmark keeps their characters in a global table that threads share.
cmark_syntax_extension* table_extension() {
  static std::once_flag registered;
  std::call_once(registered, cmark_gfm_core_extensions_ensure_registered);
  return cmark_find_syntax_extension("table");
}

/// YAML between two lines of --- at the very start; the rest of the source begins after it.
struct FrontMatter {
  std::string title;
  std::size_t end = 0;
};

FrontMatter read_front_matter(std::string_view source) {
  constexpr std::size_t kMaxLines = 200;
  if (!source.starts_with("---\n")) return {};
  FrontMatter matter;
  std::size_t position = 4;
  for (std::size_t line_number = 0; line_number < kMaxLines && position < source.size(); ++line_number) {
    const std::size_t line_end = std::min(source.find('\n', position), source.size());
    std::string_view line = source.substr(position, line_end - position);
    position = std::min(line_end + 1, source.size());
    line = line.substr(0, line.find_last_not_of(" \t") + 1);
    if (line == "---" || line == "...") {
      matter.end = position;
      return matter;
    }
    if (line.starts_with("title:")) {
      line.remove_prefix(6);
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.front() == line.back()) line = line.substr(1, line.size() - 2);
      matter.title = line;
    }
  }
  return {};  // never closed: a horizontal line
}

std::string_view literal(cmark_node* node) {
  const char* text = cmark_node_get_literal(node);
  return text == nullptr ? std::string_view() : text;
}

class Walk {
 public:
  Walk(TextBuilder& builder, ParserMemory& memory) : builder_(builder), memory_(memory) {}

  void run(cmark_node* root) {
    cmark_iter* iterator = cmark_iter_new(root);
    for (cmark_event_type event = cmark_iter_next(iterator); event != CMARK_EVENT_DONE; event = cmark_iter_next(iterator)) {
      cmark_node* node = cmark_iter_get_node(iterator);
      if (event == CMARK_EVENT_ENTER) enter(node);
      else leave(node);
    }
  }

 private:
  void enter(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_TEXT: builder_.add_text(literal(node)); break;
      case CMARK_NODE_CODE: builder_.add_verbatim(literal(node)); break;
      case CMARK_NODE_SOFTBREAK: builder_.add_text("\n"); break;
      case CMARK_NODE_LINEBREAK: builder_.break_line(); break;
      case CMARK_NODE_HTML_INLINE:
        if (literal(node).starts_with("<br") || literal(node).starts_with("<BR")) builder_.break_line();
        break;
      case CMARK_NODE_HTML_BLOCK:
        builder_.break_paragraph();
        detail::append_html(literal(node), builder_, memory_);
        builder_.break_paragraph();
        break;
      case CMARK_NODE_CODE_BLOCK:
        builder_.break_paragraph();
        builder_.add_verbatim(literal(node));
        builder_.break_paragraph();
        break;
      case CMARK_NODE_HEADING: builder_.begin_heading(cmark_node_get_heading_level(node)); break;
      case CMARK_NODE_PARAGRAPH: break_paragraph(node); break;
      case CMARK_NODE_LIST: enter_list(node); break;
      case CMARK_NODE_ITEM: enter_item(node); break;
      default: enter_table_part(cmark_node_get_type_string(node)); break;
    }
  }

  void leave(cmark_node* node) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_HEADING: builder_.end_heading(); break;
      case CMARK_NODE_PARAGRAPH: break_paragraph(node); break;
      case CMARK_NODE_ITEM: builder_.break_line(); break;
      case CMARK_NODE_LIST:
        lists_.pop_back();
        if (lists_.empty()) builder_.break_paragraph();
        break;
      default: {
        const std::string_view type = cmark_node_get_type_string(node);
        if (type == "table_row" || type == "table_header") builder_.end_row();
        if (type == "table") builder_.end_table();
      }
    }
  }

  void break_paragraph(cmark_node* paragraph) {
    cmark_node* item = cmark_node_parent(paragraph);
    const bool is_tight = item != nullptr && cmark_node_get_type(item) == CMARK_NODE_ITEM && cmark_node_get_list_tight(cmark_node_parent(item)) != 0;
    if (is_tight) builder_.break_line();
    else builder_.break_paragraph();
  }

  void enter_list(cmark_node* list) {
    if (lists_.empty()) builder_.break_paragraph();
    lists_.push_back(cmark_node_get_list_type(list) == CMARK_ORDERED_LIST ? cmark_node_get_list_start(list) : -1);
  }

  void enter_item(cmark_node* item) {
    constexpr std::size_t kMaxIndentedLists = 8;  // deeper ones would make the text quadratic
    if (cmark_node_get_list_tight(cmark_node_parent(item)) != 0) builder_.break_line();
    else builder_.break_paragraph();
    int& number = lists_.back();
    const std::string marker = number < 0 ? "-" : fmt::format("{}.", number++);
    builder_.add_verbatim(std::string(2 * (std::min(lists_.size(), kMaxIndentedLists) - 1), ' ') + marker + " ");
    builder_.hold_line();
  }

  void enter_table_part(std::string_view type) {
    if (type == "table") builder_.begin_table();
    else if (type == "table_row" || type == "table_header") builder_.begin_row(type == "table_header");
    else if (type == "table_cell") builder_.begin_cell();
  }

  TextBuilder& builder_;
  ParserMemory& memory_;
  std::vector<int> lists_;  ///< of each open list: the next item's number, -1 for bullets
};

}  // namespace

bool MarkdownLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return has_ending_of(*this, name) && detail::looks_like_text(bytes);
}

ParsedDocument MarkdownLoader::load(std::string_view bytes) const {
  detail::check_markup_size(bytes, "Markdown");
  const std::string source = detail::decode_source(bytes);
  const FrontMatter front_matter = read_front_matter(source);
  const std::string_view body = std::string_view(source).substr(front_matter.end);

  cmark_syntax_extension* tables = table_extension();
  ParserMemory memory(ParserMemory::Limits::for_input(source.size()));  // frees what cmark allocates, so nothing of cmark's is freed below
  const MemoryScope scope(memory);
  cmark_mem callbacks = cmark_memory();
  cmark_parser* parser = cmark_parser_new_with_mem(CMARK_OPT_DEFAULT, &callbacks);
  cmark_parser_attach_syntax_extension(parser, tables);
  cmark_parser_feed(parser, body.data(), body.size());
  TextBuilder builder;
  Walk(builder, memory).run(cmark_parser_finish(parser));

  ParsedDocument document = builder.finish();
  detail::require_visible_text(document.text);
  document.media_type = media_type();
  document.title = front_matter.title;
  const auto first = std::min_element(document.headings.begin(), document.headings.end(), [](const Heading& a, const Heading& b) { return a.level < b.level; });
  if (document.title.empty() && first != document.headings.end()) {
    document.title = detail::one_line(std::string_view(document.text).substr(first->text.begin, first->text.size()));
  }
  return document;
}

}  // namespace panduan::documents
