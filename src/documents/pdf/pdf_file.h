#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "documents/detail/pdf_layout.h"
#include "documents/pdf/pdfium.h"

namespace panduan::documents::pdf {

/// A PDF's pages. Borrows the bytes. One at a time: PDFium knows no threads.
class PdfFile {
 public:
  /// Throws Error: Unsupported (encrypted), Corrupt (broken, no pages), TooLarge (it claims too many).
  explicit PdfFile(std::string_view bytes);
  ~PdfFile();
  PdfFile(const PdfFile&) = delete;
  PdfFile& operator=(const PdfFile&) = delete;

  class Page {
   public:
    explicit Page(PageHandle handle) : handle_(handle) {}
    ~Page();
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;
    explicit operator bool() const { return handle_ != nullptr; }  ///< false: it is broken
    PageHandle handle() const { return handle_; }

   private:
    PageHandle handle_;
  };

  std::size_t page_count() const { return page_count_; }
  Page page(std::size_t index) const;
  std::string label(std::size_t index) const;  ///< empty: it has none
  std::string title() const;                   ///< may be empty
  /// Its bookmarks that lead to a page. May be empty.
  std::vector<detail::PdfLayout::OutlineEntry> outline() const;

 private:
  const Library& library_;
  Document document_ = nullptr;
  std::size_t page_count_ = 0;
};

}  // namespace panduan::documents::pdf
