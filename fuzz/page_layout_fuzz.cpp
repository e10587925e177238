#include <cstdint>
#include <span>

#include "base/error.h"
#include "documents/detail/printed_document.h"
#include "documents/pdf/page_layout.h"
#include "promise.h"

// Lays out any characters and ruling lines at any places of a page, as PDFium may give them, and checks what document.h and chunker.h promise of the text that
// is made of them. Eight bytes each: what it is, a character, its place, its size and width.

namespace {

using namespace panduan;
using namespace panduan::documents;

constexpr std::size_t kItem = 8;
constexpr float kWidth = 600, kHeight = 840;

pdf::PageContent content_of(std::span<const std::uint8_t> data) {
  constexpr std::uint8_t kRule = 4;
  constexpr char32_t kHan = 0x4E00;
  pdf::PageContent content{.width = kWidth, .height = kHeight};
  for (; data.size() >= kItem; data = data.subspan(kItem)) {
    const float x = static_cast<float>(data[2] * 256 + data[3]) / 65536 * kWidth;
    const float y = static_cast<float>(data[4] * 256 + data[5]) / 65536 * kHeight;
    const float size = static_cast<float>(data[6]) / 8 + 1;
    const float width = static_cast<float>(data[7]) / 8;
    if ((data[0] & kRule) != 0) {
      const bool is_horizontal = (data[0] & 1U) != 0;
      content.rules.push_back({.box = is_horizontal ? detail::Box{.left = x, .top = y, .right = x + width * size, .bottom = y + 1}
                                                    : detail::Box{.left = x, .top = y, .right = x + 1, .bottom = y + width * size},
                               .is_horizontal = is_horizontal});
      continue;
    }
    pdf::Glyph glyph{.code = data[1] < 0x80 ? char32_t{data[1]} : kHan + data[1], .direction = static_cast<pdf::Direction>(data[0] & 3U)};
    if (glyph.code < U' ' || glyph.code == 0x7F) glyph.code = U'a';  // the reader lets no other through
    glyph.box = {.left = x, .top = y - size, .right = x + width, .bottom = y + size / 4};
    glyph.baseline = y;
    glyph.size = size;
    content.glyphs.push_back(glyph);
  }
  return content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    detail::PdfLayout layout;
    const std::size_t half = size / 2 / kItem * kItem;
    pdf::add_page(content_of({data, half}), layout);
    pdf::add_page(content_of({data + half, size - half}), layout);
    const ParsedDocument document = detail::printed_document(std::move(layout), "application/pdf");
    fuzz::check(document);
    fuzz::check_chunks(document);
  } catch (const Error&) {
    // Refused: fine.
  }
  return 0;
}
