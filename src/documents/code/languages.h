#pragma once
#include <span>
#include <string_view>

struct TSLanguage;

namespace panduan::documents::detail {

/// A language of source code, and what is a heading in it.
struct CodeLanguage {
  std::string_view media_type;
  std::span<const std::string_view> endings;
  std::span<const std::string_view> names;     ///< whole names of files, lower case
  std::span<const std::string_view> programs;  ///< that run it: "python"
  const TSLanguage* (*grammar)() = nullptr;    ///< nullptr: none, it is text
  std::span<const std::string_view> containers;  ///< nodes that hold others which are headings: "class_definition"
  std::span<const std::string_view> functions;   ///< nodes whose inside holds none
  std::span<const std::string_view> wrappers;    ///< nodes that a declaration may stand in, which begin its signature or lead: "export_statement"
  bool hash_comments = false;                    ///< # begins a comment
};

std::span<const CodeLanguage> code_languages();

}  // namespace panduan::documents::detail
