#pragma once
#include <string>
#include <vector>

#include "documents/detail/pdf_layout.h"
#include "documents/ocr/libraries.h"

namespace panduan::documents::ocr {

/// Boxes are in points of the picture that was recognised.
struct ReadWord {
  std::string text;
  detail::Box box;       ///< as high as its line
  float confidence = 0;  ///< of 100
};
struct ReadLine {
  std::vector<ReadWord> words;  ///< at least one
};

/// Of a line's box, what lies below the baseline.
inline constexpr float kDescent = 0.2F;

/// What an engine has just recognised, without the dirt of a scan.
std::vector<ReadLine> words_of(TessBaseAPI* engine, float points_per_pixel);

/// Puts the words that the English model read in place of those of the Chinese one where a line has Latin letters: it leaves out the spaces
/// between them, and knows fewer of their marks. Where the two do not agree on the letters, the surer one is taken.
void mend_latin(ReadLine& line, const std::vector<ReadLine>& english);

}  // namespace panduan::documents::ocr
