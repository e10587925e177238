#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace panduan::documents::detail {

/// Reads delimited records (RFC 4180) from a text with \n line ends, one after the other. A quote that nothing closes is a character like another, and so are
/// all that follow it: a stray one must not swallow the rest of a file.
class RecordReader {
 public:
  /// `text` is not copied.
  RecordReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}
  /// The cells of the next record without white space around them, one empty cell for an empty line; false at the end.
  bool next(std::vector<std::string>& record);

 private:
  bool ends_cell(std::size_t position) const { return position >= text_.size() || text_[position] == delimiter_ || text_[position] == '\n'; }
  bool read_quoted(std::string& cell);

  std::string_view text_;
  char delimiter_;
  std::size_t position_ = 0;
  bool has_quotes_ = true;
};

}  // namespace panduan::documents::detail
