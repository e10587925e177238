#include "documents/pdf_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "documents/detail/pdf_layout.h"
#include "documents/detail/picture_text.h"
#include "documents/detail/printed_document.h"
#include "documents/detail/source_text.h"
#include "documents/ocr/recognition.h"
#include "documents/pdf/page_layout.h"
#include "documents/pdf/pdf_file.h"
#include "documents/pdf/rendering.h"

namespace panduan::documents {
namespace {

constexpr std::string_view kMark = "%PDF-";
constexpr std::size_t kMarkWithin = 1024;  // readers allow so much rubbish in front of it
constexpr std::size_t kMostWords = 8'000'000;
constexpr float kPicture = 0.25F;          // of a page that has no text at all: so much picture is worth a look
constexpr float kScan = 0.5F;             // of a page that has a stamp or a page number besides
constexpr std::size_t kOfAStamp = 60;     // characters

bool is_picture(const pdf::PageContent& content) {
  if (content.was_recognised) return false;
  return content.glyphs.empty() ? content.image_share >= kPicture : content.glyphs.size() < kOfAStamp && content.image_share >= kScan;
}

/// The pictures on pages that have text too, which may hold some more. A letterhead is read once.
class PagePictures {
 public:
  /// "2 0 1": of the third page its first two pictures. Empty: nothing new is on it.
  std::string part_of(std::size_t page, const pdf::PageContent& content) {
    if (content.was_recognised) return {};  // they are what the text was read from
    std::string part = std::to_string(page);
    bool has_new = false;
    for (std::size_t index = 0; index < content.pictures.size(); ++index) {
      const pdf::PagePicture& picture = content.pictures[index];
      if (std::ranges::any_of(seen_, [&](const pdf::PagePicture& known) { return known.is_same(picture); })) continue;
      if (seen_.size() < kMostSeen) seen_.push_back(picture);
      part += fmt::format(" {}", index);
      has_new = true;
    }
    return has_new ? part : std::string();
  }

  /// The page, then its pictures.
  static std::vector<std::size_t> numbers_in(std::string_view part) {
    std::vector<std::size_t> numbers;
    while (!part.empty()) {
      const std::size_t end = std::min(part.find(' '), part.size());
      std::size_t number = 0;
      if (std::from_chars(part.data(), part.data() + end, number).ptr != part.data() + end) break;
      numbers.push_back(number);
      part.remove_prefix(std::min(end + 1, part.size()));
    }
    return numbers;
  }

 private:
  static constexpr std::size_t kMostSeen = 1000;
  std::vector<pdf::PagePicture> seen_;
};

/// Word processors put their own name and the file's into the title.
std::string sensible_title(std::string title) {
  constexpr std::string_view kWord = "Microsoft Word - ";
  if (title.starts_with(kWord)) title.erase(0, kWord.size());
  const std::string ending = detail::lower_ending(title);
  for (const std::string_view known : {"doc", "docx", "dvi", "tex", "indd", "pdf", "ps", "odt", "rtf", "ppt", "pptx", "xls", "xlsx"}) {
    if (ending == known) return {};
  }
  if (title == "untitled" || title == "Untitled" || title == "(anonymous)") return {};
  return title;
}

void require_page(const pdf::PdfFile::Page& page, std::size_t index) {
  if (!page) throw Error(ErrorKind::Corrupt, fmt::format("page {} of the PDF is broken", index + 1));
}

ParsedDocument recognised(const pdf::Rendering& rendering, ocr::Shows shows, std::string_view media_type) {
  detail::PdfLayout layout;
  ocr::add_recognised_page(ocr::picture_of(rendering.pixels.data(), rendering.width, rendering.height), rendering.page_width, rendering.page_height, shows,
                           layout);
  return detail::printed_document(std::move(layout), media_type);
}

}  // namespace

bool PdfLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  if (bytes.starts_with(kMark)) return true;
  if (has_ending_of(*this, name)) return true;  // without the mark it is a broken one, and PDFium says so
  return !detail::looks_like_text(bytes) && bytes.substr(0, kMarkWithin).find(kMark) != std::string_view::npos;
}

void PdfLoader::prepare() const { pdf::library(); }

void PdfLoader::prepare_recognition() const {
  pdf::library();
  ocr::engines();
}

ParsedDocument PdfLoader::load(std::string_view bytes) const {
  const pdf::PdfFile file(bytes);
  ParsedDocument document;
  detail::PdfLayout layout;
  PagePictures pictures;
  std::size_t broken = 0;
  for (std::size_t index = 0; index < file.page_count(); ++index) {
    const pdf::PdfFile::Page page = file.page(index);
    if (!page) ++broken;
    pdf::PageContent content = page ? pdf::read_page(page.handle()) : pdf::PageContent{};
    if (is_picture(content)) {
      document.picture_pages.push_back(index);
      content.glyphs.clear();
    } else {
      detail::add_picture(document.pictures, {.part = pictures.part_of(index, content), .page = index});
    }
    document.hidden_words += content.hidden_words;
    pdf::add_page(content, layout);
    layout.pages.back().label = file.label(index);
    if (layout.words.size() > kMostWords) throw Error(ErrorKind::TooLarge, fmt::format("the PDF has more than {} words: split it", kMostWords));
  }
  if (broken == file.page_count()) throw Error(ErrorKind::Corrupt, "the PDF is broken: none of its pages can be read; fetch or export it again");
  layout.outline = file.outline();
  ParsedDocument made = detail::printed_document(std::move(layout), media_type());
  made.hidden_words = document.hidden_words;
  made.picture_pages = std::move(document.picture_pages);
  made.pictures = std::move(document.pictures);
  for (Picture& picture : made.pictures) picture.at = made.pages[picture.page].text.end;
  if (made.picture_pages.empty() && made.pictures.empty() && !detail::has_visible_text(made.text)) {
    if (made.hidden_words > 0)
      throw Error(ErrorKind::InvalidInput, fmt::format("the PDF has {} words, and none of them can be seen: export it again", made.hidden_words));
    throw Error(ErrorKind::InvalidInput, "the PDF has neither text nor a picture that could hold some");
  }
  made.title = sensible_title(file.title());
  return made;
}

ParsedDocument PdfLoader::recognise(std::string_view bytes, std::size_t page_index) const {
  const pdf::PdfFile file(bytes);
  const pdf::PdfFile::Page page = file.page(page_index);
  require_page(page, page_index);
  return recognised(pdf::render(page.handle()), ocr::Shows::Page, media_type());
}

ParsedDocument PdfLoader::read_picture(std::string_view bytes, std::string_view part) const {
  const std::vector<std::size_t> numbers = PagePictures::numbers_in(part);
  if (numbers.size() < 2) throw Error(ErrorKind::Internal, fmt::format("'{}' is no picture of a PDF", part));
  const pdf::PdfFile file(bytes);
  const pdf::PdfFile::Page page = file.page(numbers.front());
  require_page(page, numbers.front());
  const pdf::PageContent content = pdf::read_page(page.handle());
  std::vector<pdf::Box> pictures;
  for (const std::size_t index : std::span(numbers).subspan(1)) {
    if (index < content.pictures.size()) pictures.push_back(content.pictures[index].box);
  }
  std::vector<pdf::Box> letters;  // that are printed over them, and are in the text
  for (const pdf::Glyph& glyph : content.glyphs) letters.push_back(pdf::from_frame(glyph.box, glyph.direction, content.width, content.height));
  pdf::Rendering rendering = pdf::render(page.handle());
  pdf::keep_only(rendering, pictures, letters);
  return recognised(rendering, ocr::Shows::Anything, media_type());
}

}  // namespace panduan::documents
