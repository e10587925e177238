#include "documents/loader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "documents/code/code_loader.h"
#include "documents/data/delimited_loader.h"
#include "documents/data/json_loader.h"
#include "documents/detail/source_text.h"
#include "documents/html_loader.h"
#include "documents/mail/mail_loader.h"
#include "documents/markdown_loader.h"
#include "documents/markup/rst_loader.h"
#include "documents/ocr/image_loader.h"
#include "documents/office/docx_loader.h"
#include "documents/office/epub_loader.h"
#include "documents/office/opendocument_loader.h"
#include "documents/office/pptx_loader.h"
#include "documents/office/xlsx_loader.h"
#include "documents/pdf_loader.h"
#include "documents/text_loader.h"
#include "documents/worker.h"

namespace panduan::documents {

ParsedDocument Loader::recognise(std::string_view /*bytes*/, std::size_t /*page*/) const {
  throw Error(ErrorKind::Internal, fmt::format("{} has no pages that are pictures", name()));
}

ParsedDocument Loader::read_picture(std::string_view /*bytes*/, std::string_view /*part*/) const {
  throw Error(ErrorKind::Internal, fmt::format("{} has no pictures", name()));
}

const std::vector<std::unique_ptr<Loader>>& loaders() {
  static const auto list = [] {
    std::vector<std::unique_ptr<Loader>> made;
    made.push_back(std::make_unique<PdfLoader>());
    made.push_back(std::make_unique<DocxLoader>());
    made.push_back(std::make_unique<PptxLoader>());
    made.push_back(std::make_unique<XlsxLoader>());
    made.push_back(std::make_unique<OpenDocumentLoader>(OpenDocumentLoader::Kind::Text));
    made.push_back(std::make_unique<OpenDocumentLoader>(OpenDocumentLoader::Kind::Spreadsheet));
    made.push_back(std::make_unique<OpenDocumentLoader>(OpenDocumentLoader::Kind::Presentation));
    made.push_back(std::make_unique<EpubLoader>());
    for (const ImageLoader::Format& format : ImageLoader::formats()) made.push_back(std::make_unique<ImageLoader>(format));
    made.push_back(std::make_unique<HtmlLoader>());
    made.push_back(std::make_unique<MarkdownLoader>());
    made.push_back(std::make_unique<RstLoader>());
    made.push_back(std::make_unique<DelimitedLoader>());
    made.push_back(std::make_unique<JsonLoader>());
    made.push_back(std::make_unique<MailLoader>());
    for (auto& loader : code_loaders()) made.push_back(std::move(loader));
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
  throw Error(ErrorKind::Unsupported, fmt::format("{} is not a format that can be read; {} are",
                                                  ending.empty() ? "this binary file" : fmt::format("this binary file (.{})", ending), readable_formats()));
}

ParsedDocument load_document(const std::filesystem::path& name, std::string_view bytes, const std::stop_token& stop) {
  return load_in_worker(loader_for(name, bytes), bytes, stop);
}

bool has_ending_of(const Loader& loader, const std::filesystem::path& name) {
  const auto holds = [](std::span<const std::string_view> list, const std::string& word) { return std::ranges::find(list, word) != list.end(); };
  return holds(loader.endings(), detail::lower_ending(name.string())) || holds(loader.names(), detail::lower(name.filename().string()));
}

std::string readable_formats() {
  std::vector<std::string_view> names;
  for (const auto& loader : loaders()) {
    if (std::ranges::find(names, loader->name()) == names.end()) names.push_back(loader->name());
  }
  return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

bool has_known_ending(const std::filesystem::path& name) {
  return std::ranges::any_of(loaders(), [&](const auto& loader) { return has_ending_of(*loader, name); });
}

}  // namespace panduan::documents
