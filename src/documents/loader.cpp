#include "documents/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "documents/detail/source_text.h"
#include "documents/html_loader.h"
#include "documents/markdown_loader.h"
#include "documents/pdf_loader.h"
#include "documents/text_loader.h"
#include "documents/worker.h"

namespace panduan::documents {

const std::vector<std::unique_ptr<Loader>>& loaders() {
  static const auto list = [] {
    std::vector<std::unique_ptr<Loader>> made;
    made.push_back(std::make_unique<PdfLoader>());
    made.push_back(std::make_unique<HtmlLoader>());
    made.push_back(std::make_unique<MarkdownLoader>());
    made.push_back(std::make_unique<TextLoader>());
    return made;
  }();
  return list;
}

const Loader& loader_for(const std::filesystem::path& name, std::string_view bytes) {
  if (bytes.empty()) throw Error(ErrorKind::InvalidInput, "the file is empty: there is no text in it");
  for (const auto& loader : loaders()) {
    if (loader->accepts(name, bytes)) return *loader;
  }
  const std::string ending = detail::lower_ending(name.string());
  throw Error(ErrorKind::Unsupported, fmt::format("{} is not a format that can be read: give PDF, HTML, Markdown or plain text in UTF-8",
                                                  ending.empty() ? "this binary file" : fmt::format("this binary file (.{})", ending)));
}

ParsedDocument load_document(const std::filesystem::path& name, std::string_view bytes, const std::stop_token& stop) {
  return load_in_worker(loader_for(name, bytes), bytes, stop);
}

bool has_known_ending(const std::filesystem::path& name) {
  static constexpr std::array<std::string_view, 15> kKnown = {"pdf", "html", "htm", "xhtml", "md",   "markdown", "mdown", "mkd",
                                                              "txt", "text", "rst", "org",   "adoc", "csv",      "tsv"};
  return std::find(kKnown.begin(), kKnown.end(), detail::lower_ending(name.string())) != kKnown.end();
}

}  // namespace panduan::documents
