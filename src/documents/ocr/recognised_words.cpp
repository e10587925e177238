#include "documents/ocr/recognised_words.h"

#include <algorithm>
#include <span>

#include "base/unicode.h"
#include "documents/detail/joining.h"

namespace panduan::documents::ocr {
namespace {

constexpr float kLeastConfidence = 15;  // of 100: less is the dirt of a scan
// Capitals are about 0.72 of a font's size, Chinese characters more; the line's own box depends on which letters are in it.
constexpr float kCapitals = 0.75F;
constexpr float kReadsLatin = 50;     // of 100: so sure has the English model to be
constexpr float kSameLetters = 0.6F;  // share of them
constexpr float kSurer = 15;
constexpr std::string_view kFullStop = "。";

std::string cleaned(std::string_view utf8) {
  std::string text;
  for (std::size_t offset = 0; offset < utf8.size();) {
    const Character c = character_at(utf8, offset);
    const bool is_text = c.code_point > 0x20 && c.code_point != 0x7F && c.code_point != 0xFFFD && !is_white_space(c.code_point);
    if (is_text) text.append(utf8, offset, c.bytes);
    offset += c.bytes;
  }
  return remove_invisible(text);
}

struct Extent {
  float top = 0, bottom = 0;
};

/// From the top to the bottom of the line's font.
Extent line_extent(const Tesseract& tesseract, const TessPageIterator* place, float points_per_pixel) {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  tesseract.TessPageIteratorBoundingBox(place, tesseract::RIL_TEXTLINE, &left, &top, &right, &bottom);
  int from_x = 0;
  int from_y = 0;
  int to_x = 0;
  int to_y = 0;
  const bool has_baseline = tesseract.TessPageIteratorBaseline(place, tesseract::RIL_TEXTLINE, &from_x, &from_y, &to_x, &to_y) != 0;
  const float baseline = has_baseline ? static_cast<float>(from_y + to_y) / 2 : static_cast<float>(bottom);
  const float size = std::max(1.0F, (baseline - static_cast<float>(top)) / kCapitals);
  return {.top = (baseline - (1 - kDescent) * size) * points_per_pixel, .bottom = (baseline + kDescent * size) * points_per_pixel};
}

bool is_latin(const ReadWord& word) {
  for (std::size_t offset = 0; offset < word.text.size();) {
    const Character c = character_at(word.text, offset);
    if (detail::is_spaceless(c.code_point)) return false;
    offset += c.bytes;
  }
  return true;
}

/// Letters and digits, which both models know.
std::string letters_of(std::span<const ReadWord> words) {
  std::string letters;
  for (const ReadWord& word : words) {
    for (const char c : word.text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z')) letters += c;
      else if (byte >= 'A' && byte <= 'Z') letters += static_cast<char>(byte - 'A' + 'a');
    }
  }
  return letters;
}

float confidence_of(std::span<const ReadWord> words) {
  float sum = 0;
  float characters = 0;
  for (const ReadWord& word : words) {
    sum += word.confidence * static_cast<float>(word.text.size());
    characters += static_cast<float>(word.text.size());
  }
  return characters > 0 ? sum / characters : 0;
}

/// Share of the letters of the longer one that stand in the other in the same order: the longest common subsequence.
float agreement(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return 0;
  std::vector<std::size_t> row(b.size() + 1);
  for (const char left : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = left == b[j] ? diagonal + 1 : std::max(row[j], above);
      diagonal = above;
    }
  }
  return static_cast<float>(row.back()) / static_cast<float>(std::max(a.size(), b.size()));
}

std::vector<ReadWord> english_at(const detail::Box& place, const std::vector<ReadLine>& english) {
  std::vector<ReadWord> found;
  for (const ReadLine& line : english) {
    for (const ReadWord& word : line.words) {
      const float x = (word.box.left + word.box.right) / 2;
      const float y = (word.box.top + word.box.bottom) / 2;
      if (x > place.left && x < place.right && y > place.top && y < place.bottom) found.push_back(word);
    }
  }
  std::ranges::sort(found, {}, [](const ReadWord& word) { return word.box.left; });
  return found;
}

bool has_letter(std::span<const ReadWord> words) {
  return std::ranges::any_of(letters_of(words), [](char c) { return c < '0' || c > '9'; });
}

/// Marks that were read as words of their own belong to the word that they touch.
void join_marks(ReadLine& line) {
  constexpr std::string_view kClosing = ")]},.;:!?";
  std::vector<ReadWord> made;
  bool opens = false;
  for (ReadWord& word : line.words) {
    const bool closes = word.text.size() == 1 && kClosing.find(word.text[0]) != std::string_view::npos;
    const bool touches = !made.empty() && word.box.left - made.back().box.right < word.box.height() / 3 && is_latin(made.back());
    if (touches && (closes || (opens && is_latin(word)))) {
      made.back().text += word.text;
      made.back().box.include(word.box);
    } else {
      made.push_back(std::move(word));
    }
    opens = made.back().text == "(" || made.back().text == "[";
  }
  line.words = std::move(made);
}

/// Nothing of the English reading reaches far into what stands beside it.
bool fits(std::span<const ReadWord> words, const detail::Box& place) {
  const float reach = place.height() / 2;
  return std::ranges::all_of(words, [&](const ReadWord& word) { return word.box.left > place.left - reach && word.box.right < place.right + reach; });
}

}  // namespace

std::vector<ReadLine> words_of(TessBaseAPI* engine, float points_per_pixel) {
  const Tesseract& tesseract = engines().functions;
  std::vector<ReadLine> lines;
  TessResultIterator* words = tesseract.TessBaseAPIGetIterator(engine);
  if (words == nullptr) return lines;  // there is no text in it
  const TessPageIterator* place = tesseract.TessResultIteratorGetPageIterator(words);
  bool begins_line = true;
  Extent extent;
  do {
    begins_line |= tesseract.TessPageIteratorIsAtBeginningOf(place, tesseract::RIL_TEXTLINE) != 0;
    char* utf8 = tesseract.TessResultIteratorGetUTF8Text(words, tesseract::RIL_WORD);
    std::string text = utf8 == nullptr ? std::string() : cleaned(utf8);
    tesseract.TessDeleteText(utf8);
    const float confidence = tesseract.TessResultIteratorConfidence(words, tesseract::RIL_WORD);
    if (text.empty() || confidence < kLeastConfidence) continue;
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;
    tesseract.TessPageIteratorBoundingBox(place, tesseract::RIL_WORD, &left, &top, &right, &bottom);
    const bool begins = begins_line;
    if (begins) {
      lines.emplace_back();
      extent = line_extent(tesseract, place, points_per_pixel);
    }
    begins_line = false;
    const detail::Box box{
        .left = static_cast<float>(left) * points_per_pixel, .top = extent.top, .right = static_cast<float>(right) * points_per_pixel, .bottom = extent.bottom};
    if (begins && text.starts_with(kFullStop)) {  // no sentence ends before it has begun
      lines.back().words.push_back({.text = "•", .box = box, .confidence = confidence});
      text.erase(0, kFullStop.size());
      if (text.empty()) continue;
    }
    lines.back().words.push_back({.text = std::move(text), .box = box, .confidence = confidence});
  } while (tesseract.TessResultIteratorNext(words, tesseract::RIL_WORD) != 0);
  tesseract.TessResultIteratorDelete(words);
  for (ReadLine& line : lines) join_marks(line);
  return lines;
}

bool is_print(const std::vector<ReadLine>& lines) {
  constexpr float kSureOfPrint = 70;     // of 100
  constexpr float kLeastShare = 0.5F;    // of the characters
  constexpr std::size_t kFewest = 4;     // characters
  std::size_t sure = 0;
  std::size_t all = 0;
  for (const ReadLine& line : lines) {
    for (const ReadWord& word : line.words) {
      const std::size_t characters = count_characters(word.text);
      all += characters;
      if (word.confidence >= kSureOfPrint) sure += characters;
    }
  }
  return sure >= kFewest && static_cast<float>(sure) >= kLeastShare * static_cast<float>(all);
}

bool has_chinese(const std::vector<ReadLine>& lines) {
  constexpr float kSureOfChinese = 70;  // of 100
  constexpr float kLeastShare = 0.03F;  // of what is printed
  float chinese = 0;
  float all = 0;
  for (const ReadLine& line : lines) {
    for (const ReadWord& word : line.words) {
      const float width = word.box.right - word.box.left;
      all += width;
      if (!is_latin(word) && word.confidence >= kSureOfChinese) chinese += width;
    }
  }
  return chinese > kLeastShare * all;
}

void mend_latin(ReadLine& line, const std::vector<ReadLine>& english) {
  std::vector<ReadWord> made;
  for (std::size_t begin = 0, end = 0; begin < line.words.size(); begin = end) {
    end = begin;
    while (end < line.words.size() && is_latin(line.words[end])) ++end;
    if (end == begin) {
      made.push_back(std::move(line.words[end++]));
      continue;
    }
    const std::span<ReadWord> run(line.words.data() + begin, end - begin);
    detail::Box place = run.front().box;
    for (const ReadWord& word : run) place.include(word.box);
    std::vector<ReadWord> read = english_at(place, english);
    const float sure = confidence_of(read);
    const bool agrees = agreement(letters_of(read), letters_of(run)) >= kSameLetters;
    const bool is_better = has_letter(run) && sure >= kReadsLatin && fits(read, place) && (agrees || sure >= confidence_of(run) + kSurer);
    if (is_better) {
      for (ReadWord& word : read) {
        word.box.top = place.top;
        word.box.bottom = place.bottom;
        made.push_back(std::move(word));
      }
    } else {
      for (ReadWord& word : run) made.push_back(std::move(word));
    }
  }
  line.words = std::move(made);
}

}  // namespace panduan::documents::ocr
