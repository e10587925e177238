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

/// Whether most of what was read is surely print: of a photograph it is not.
bool is_print(const std::vector<ReadLine>& lines);

/// Whether the Chinese model, whose reading this is, is sure of some Chinese in it.
bool has_chinese(const std::vector<ReadLine>& lines);

/// Puts the words that the English model read in place of those of the Chinese one where a line has Latin letters: it leaves out the spaces
/// between them, and knows fewer of their marks. Where the two do not agree on the letters, the surer one is taken.
void mend_latin(ReadLine& line, const std::vector<ReadLine>& english);

}  // namespace panduan::documents::ocr
