#include "documents/pdf/pdf_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/unicode.h"
#include "documents/pdf/page_lines.h"

namespace panduan::documents::pdf {
namespace {

constexpr int kMostPages = 100'000;
constexpr std::size_t kMostBookmarks = 50'000, kDeepestBookmark = 20;
constexpr unsigned long kMostTextBytes = 2000;

[[noreturn]] void throw_failure(unsigned long failure) {
  if (failure == kPasswordFailure || failure == kSecurityFailure) {
    throw Error(ErrorKind::Unsupported, "the PDF is encrypted: save a copy without a password (for example with 'qpdf --decrypt') and add that");
  }
  throw Error(ErrorKind::Corrupt, fmt::format("the PDF is broken and cannot be read ({}): fetch or export it again",
                                              failure == kFormatFailure ? "it has no table of its objects, or none that holds" : "no reason given"));
}

/// UTF-16 (little endian, ended by a zero) on one line, without what cannot be seen.
std::string text_of(const std::array<unsigned char, kMostTextBytes>& utf16, unsigned long bytes) {
  std::string text;
  bytes = std::min(bytes, kMostTextBytes);
  for (std::size_t at = 0; at + 1 < bytes; at += 2) {
    char32_t code = utf16[at] | (static_cast<char32_t>(utf16[at + 1]) << 8U);
    if (code == 0) break;
    if (code >= 0xD800 && code < 0xDC00 && at + 3 < bytes) {
      const char32_t low = utf16[at + 2] | (static_cast<char32_t>(utf16[at + 3]) << 8U);
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
        at += 2;
      }
    }
    if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
    append_letters(text, code < 0x20 || code == 0x7F ? U' ' : code);
  }
  text = remove_invisible(text);
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? std::string() : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

}  // namespace

PdfFile::PdfFile(std::string_view bytes) : library_(library()), document_(library_.load_document(bytes.data(), bytes.size(), nullptr)) {
  if (document_ == nullptr) throw_failure(library_.last_error());
  const int count = library_.page_count(document_);
  if (count > 0 && count <= kMostPages) {
    page_count_ = static_cast<std::size_t>(count);
    return;
  }
  library_.close_document(document_);
  if (count > kMostPages)
    throw Error(ErrorKind::TooLarge, fmt::format("the PDF says that it has {} pages, and {} are read at most: split it", count, kMostPages));
  throw Error(ErrorKind::Corrupt, "the PDF is broken: it has no pages");
}

PdfFile::~PdfFile() { library_.close_document(document_); }

PdfFile::Page::~Page() {
  if (handle_ != nullptr) library().close_page(handle_);
}

PdfFile::Page PdfFile::page(std::size_t index) const { return Page(library_.load_page(document_, static_cast<int>(index))); }

std::string PdfFile::label(std::size_t index) const {
  std::array<unsigned char, kMostTextBytes> utf16{};
  constexpr std::size_t kMostLabelBytes = 40;
  return std::string(truncate_utf8(text_of(utf16, library_.page_label(document_, static_cast<int>(index), utf16.data(), utf16.size())), kMostLabelBytes));
}

std::string PdfFile::title() const {
  std::array<unsigned char, kMostTextBytes> utf16{};
  return text_of(utf16, library_.meta_text(document_, "Title", utf16.data(), utf16.size()));
}

std::vector<detail::PdfLayout::OutlineEntry> PdfFile::outline() const {
  std::vector<detail::PdfLayout::OutlineEntry> outline;
  std::array<unsigned char, kMostTextBytes> utf16{};
  std::vector<Bookmark> open{library_.first_bookmark(document_, nullptr)};  // one a level
  for (std::size_t seen = 0; !open.empty() && seen < kMostBookmarks; ++seen) {  // they may lead in circles
    const Bookmark bookmark = open.back();
    if (bookmark == nullptr) {
      open.pop_back();
      if (!open.empty()) open.back() = library_.next_bookmark(document_, open.back());
      continue;
    }
    const Destination destination = library_.bookmark_destination(document_, bookmark);
    const int page = destination == nullptr ? -1 : library_.destination_page(document_, destination);
    std::string title = text_of(utf16, library_.bookmark_title(bookmark, utf16.data(), utf16.size()));
    if (page >= 0 && !title.empty())
      outline.push_back({.title = std::move(title), .level = static_cast<int>(open.size()), .page = static_cast<std::size_t>(page)});
    if (open.size() < kDeepestBookmark) open.push_back(library_.first_bookmark(document_, bookmark));
    else open.back() = library_.next_bookmark(document_, bookmark);
  }
  return outline;
}

}  // namespace panduan::documents::pdf
