#pragma once
#include "documents/loader.h"

namespace panduan::documents {

namespace detail {
struct CodeLanguage;
}

/// Source code, exactly as it is. Where its language has a grammar (tree-sitter), classes, functions and what they stand in are headings: the lines of their
/// signature, with the comment, attributes and decorators above them as their lead. A file that is broken somewhere has those that were understood; one over
/// 8 MB, which no person wrote, has none.
class CodeLoader : public Loader {
 public:
  explicit CodeLoader(const detail::CodeLanguage& language) : language_(language) {}
  std::string_view media_type() const override;
  std::string_view name() const override { return "source code"; }
  std::span<const std::string_view> endings() const override;
  std::span<const std::string_view> names() const override;
  /// Also by the program that a first line of #! names.
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;

 private:
  const detail::CodeLanguage& language_;
};

/// One loader a language; the last takes source files of languages without a grammar.
std::vector<std::unique_ptr<Loader>> code_loaders();

}  // namespace panduan::documents
