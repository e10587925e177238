#include "documents/detail/records.h"

#include <algorithm>

namespace panduan::documents::detail {
namespace {

void trim_blanks(std::string& cell) {
  cell.resize(cell.find_last_not_of(" \t") + 1);
  cell.erase(0, std::min(cell.find_first_not_of(" \t"), cell.size()));
}

}  // namespace

/// What stands in quotes at the position, with the position behind it; false when nothing closes them.
bool RecordReader::read_quoted(std::string& cell) {
  std::size_t at = position_ + 1;
  for (std::size_t begin = at;;) {
    at = text_.find('"', at);
    if (at == std::string_view::npos) {
      has_quotes_ = false;
      return false;
    }
    if (at + 1 < text_.size() && text_[at + 1] == '"') {
      cell.append(text_, begin, at + 1 - begin);
      begin = at += 2;
    } else if (ends_cell(at + 1)) {
      cell.append(text_, begin, at - begin);
      position_ = at + 1;
      return true;
    } else {
      ++at;  // a quote inside a cell that was not doubled
    }
  }
}

bool RecordReader::next(std::vector<std::string>& record) {
  record.clear();
  if (position_ >= text_.size()) return false;
  for (;;) {
    std::string cell;
    std::size_t start = position_;
    while (start < text_.size() && text_[start] == ' ') ++start;  // "a, "b, c""
    const std::size_t before = position_;
    bool quoted = false;
    if (has_quotes_ && start < text_.size() && text_[start] == '"') {
      position_ = start;
      quoted = read_quoted(cell);
      if (!quoted) {
        cell.clear();
        position_ = before;
      }
    }
    if (!quoted) {
      std::size_t end = position_;
      while (!ends_cell(end)) ++end;
      cell.assign(text_, position_, end - position_);
      position_ = end;
    }
    trim_blanks(cell);
    record.push_back(std::move(cell));
    if (position_ >= text_.size()) return true;
    if (text_[position_++] == '\n') return true;
    if (position_ == text_.size()) {  // a delimiter is the last character
      record.emplace_back();
      return true;
    }
  }
}

}  // namespace panduan::documents::detail
