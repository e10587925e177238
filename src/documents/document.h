#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::documents {

/// Half-open range of bytes of a canonical text.
struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
  bool operator==(const ByteRange&) const = default;
};

/// A word on a page: which bytes of the canonical text, and where it is printed.
struct WordBox {
  ByteRange text;
  float left = 0, top = 0, right = 0, bottom = 0;  ///< points (1/72 inch) from the page's upper left corner
};

/// A page of a paged format. Formats without pages have none.
struct Page {
  std::string label;  ///< as a reader would say it: "12"
  ByteRange text;
  float width = 0, height = 0;  ///< points
  std::vector<WordBox> words;   ///< in text order
};

struct Heading {
  int level = 1;  ///< 1 is the highest
  ByteRange text;
  std::size_t lead = 0;  ///< bytes in front of it that belong to what it is above: the comment of a function
};

/// A table whose rows are lines. A row alone says little without the names of its columns.
struct Table {
  ByteRange text;    ///< all of its rows
  ByteRange header;  ///< the first row, where it names the columns; else empty
};

/// A picture that stands in a text and may hold some of its own.
struct Picture {
  static constexpr std::size_t kNoPage = SIZE_MAX;
  std::string part;            ///< by which its loader finds it: "word/media/image1.png"
  std::size_t at = 0;          ///< where its text belongs: a byte of the canonical text at which a line ends or begins
  std::size_t page = kNoPage;  ///< index into `pages`, where the format has them
};

/// What a loader makes of a file. Every range is into `text`.
struct ParsedDocument {
  std::string media_type;  ///< "application/pdf"
  std::string title;       ///< from the format's own metadata or its first heading; may be empty
  std::string text;        ///< canonical text: valid UTF-8, \n line ends, no NUL, paragraphs apart by an empty line
  std::vector<Page> pages;
  std::vector<Heading> headings;  ///< in text order
  std::vector<Table> tables;      ///< in text order, none inside another
  bool is_code = false;              ///< a line is its smallest part, and its indentation says something
  std::size_t hidden_words = 0;      ///< that nobody sees on the page (white on white, invisible, of no size): left out of `text`
  std::size_t recognised_pages = 0;  ///< whose text was read from a picture
  std::size_t read_pictures = 0;     ///< in the text, in which some was found
  std::vector<std::size_t> picture_pages;  ///< indexes of `pages` that are pictures and were not read (yet)
  std::vector<Picture> pictures;           ///< in the text, in its order, that were not read (yet)
};

}  // namespace panduan::documents
