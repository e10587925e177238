#include "documents/data/delimited_loader.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "documents/detail/assembly.h"
#include "documents/detail/records.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents {
namespace {

constexpr std::size_t kSample = 100;  // records that delimiter and header are seen from

/// How many records have as many cells as most do, weighed by how many cells that is; 0 when most have one.
double evenness(std::string_view text, char delimiter) {
  detail::RecordReader reader(text, delimiter);
  std::map<std::size_t, std::size_t> records_with;
  std::vector<std::string> record;
  std::size_t records = 0;
  for (; records < kSample && reader.next(record); ++records) ++records_with[record.size()];
  const auto most = std::ranges::max_element(records_with, {}, [](const auto& entry) { return entry.second; });
  if (most == records_with.end() || most->first < 2) return 0;
  const double share = static_cast<double>(most->second) / static_cast<double>(records);
  return share * share * (1 - 1 / static_cast<double>(most->first));
}

/// Excel writes "sep=;" in front where its reader's own would be another.
char named_delimiter(std::string_view& text) {
  constexpr std::string_view kName = "sep=";
  if (!text.starts_with(kName) || text.size() < kName.size() + 2 || text[kName.size() + 1] != '\n') return 0;
  const char named = text[kName.size()];
  text.remove_prefix(kName.size() + 2);
  return named;
}

char delimiter_of(std::string_view text) {
  char best = ',';
  double best_evenness = 0;
  for (const char candidate : {',', ';', '\t', '|'}) {
    const double found = evenness(text, candidate);
    if (found > best_evenness) {
      best = candidate;
      best_evenness = found;
    }
  }
  return best;
}

bool is_number(std::string_view cell) {
  return cell.find_first_of("0123456789") != std::string_view::npos && cell.find_first_not_of("0123456789.,'%-+eE/: $\t") == std::string_view::npos;
}
bool is_year(std::string_view cell) {
  return cell.size() == 4 && cell.find_first_not_of("0123456789") == std::string_view::npos && cell >= "1800" && cell <= "2200";
}

/// Whether the first of some records names the columns.
bool names_columns(const std::vector<std::vector<std::string>>& records) {
  if (records.size() < 2) return false;
  const auto& first = records.front();
  const auto below = [&](std::size_t column, auto&& fits) {
    std::size_t seen = 0;
    for (std::size_t row = 1; row < records.size(); ++row) {
      if (column >= records[row].size() || records[row][column].empty()) continue;
      if (!fits(records[row][column])) return false;
      ++seen;
    }
    return seen > 0;
  };
  std::size_t names = 0;
  std::size_t above_numbers = 0;
  for (std::size_t column = 0; column < first.size(); ++column) {
    const std::string& cell = first[column];
    if (cell.empty()) continue;
    const bool is_name = !is_number(cell) || (is_year(cell) && !below(column, is_year));
    if (!is_name) return false;
    ++names;
    if (below(column, is_number)) ++above_numbers;
  }
  const bool is_complete = names == first.size() || (names + 1 == first.size() && first.front().empty());  // the first column may be the rows' own names
  return names > 0 && is_complete && above_numbers > 0;
}

class Tables {
 public:
  void add(std::vector<std::string> record) {
    if (std::ranges::none_of(record, detail::has_visible_text)) return end();
    while (!detail::has_visible_text(record.back())) record.pop_back();
    if (!open_) {
      waiting_.push_back(std::move(record));
      if (waiting_.size() == kSample) write_waiting();
    } else {
      write(record, false);
    }
  }
  void end() {
    write_waiting();
    if (open_) builder_.end_table();
    open_ = false;
  }
  detail::TextBuilder& builder() { return builder_; }

 private:
  void write_waiting() {
    if (waiting_.empty()) return;
    builder_.begin_table();
    open_ = true;
    const bool named = names_columns(waiting_);
    for (std::size_t row = 0; row < waiting_.size(); ++row) write(waiting_[row], named && row == 0);
    waiting_.clear();
  }
  void write(const std::vector<std::string>& record, bool names) {
    builder_.begin_row(names);
    for (const std::string& cell : record) {
      builder_.begin_cell();
      builder_.add_text(cell);
    }
    builder_.end_row();
  }

  detail::TextBuilder builder_;
  std::vector<std::vector<std::string>> waiting_;  ///< the first records of a table, until its header is known
  bool open_ = false;
};

}  // namespace

bool DelimitedLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return has_ending_of(*this, name) && detail::looks_like_text(bytes);
}

ParsedDocument DelimitedLoader::load(std::string_view bytes) const {
  const std::string source = detail::decode_source(bytes);
  std::string_view text = source;
  const char named = named_delimiter(text);
  detail::RecordReader reader(text, named != 0 ? named : delimiter_of(text));
  Tables tables;
  std::vector<std::string> record;
  while (reader.next(record)) tables.add(record);
  tables.end();
  return detail::finished(tables.builder().finish(), media_type(), {});
}

}  // namespace panduan::documents
