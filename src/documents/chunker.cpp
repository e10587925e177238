#include "documents/chunker.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/unicode.h"
#include "documents/detail/passage_units.h"
#include "documents/detail/text_builder.h"

// Chunking in three steps: the text is cut into sections at its headings, each section into units (headings, paragraphs,
// sentences of long paragraphs) whose tokens are counted once, and units are packed into chunks of about the same size. Sums of
// counts only guide the packing; a finished chunk is counted as it is, and halved if a tokenizer makes more of the whole than of
// its parts.

namespace panduan::documents {
namespace {

using detail::Unit;

constexpr std::string_view kBetweenNames = " › ";
constexpr std::size_t kMaxPathBytes = 200;
constexpr std::size_t kMaxNameBytes = 80;
constexpr std::size_t kMaxHeaderBytes = 120;  // of kMaxPathBytes
constexpr std::size_t kShortShare = 4;  // a section of less than a quarter of the target joins the next one

struct Section {
  ByteRange text;
  int level = 0;                  ///< 0: the text before the first heading
  std::size_t heading_bytes = 0;  ///< with its lead
  std::vector<std::size_t> path;  ///< indexes of the headings above it, its own last
};

/// Behind a heading; in code, behind what opens the body as well.
std::size_t end_of(const ParsedDocument& document, const Heading& heading) {
  return document.is_code ? std::min(document.text.find_first_not_of(" \t{(:=>", heading.text.end), document.text.size()) : heading.text.end;
}

std::vector<Section> find_sections(const ParsedDocument& document) {
  std::vector<Section> sections(1);
  for (std::size_t index = 0; index < document.headings.size(); ++index) {
    const Heading& heading = document.headings[index];
    const std::size_t begin = heading.text.begin - std::min(heading.lead, heading.text.begin);
    const bool is_usable = begin >= sections.back().text.begin + sections.back().heading_bytes && heading.text.begin < heading.text.end &&
                           heading.text.end <= document.text.size();
    if (!is_usable) continue;
    std::vector<std::size_t> path = sections.back().path;
    while (!path.empty() && document.headings[path.back()].level >= heading.level) path.pop_back();
    path.push_back(index);
    const std::size_t end = end_of(document, heading);
    sections.back().text.end = begin;
    sections.push_back({.text = {begin, end}, .level = heading.level, .heading_bytes = end - begin, .path = std::move(path)});
  }
  sections.back().text.end = document.text.size();
  return sections;
}

std::string_view without_trailing_spaces(std::string_view text) { return text.substr(0, text.find_last_not_of(' ') + 1); }

/// The names of the columns of a table that a chunk is in the middle of, empty when it is not or holds them itself.
std::string_view header_above(const ParsedDocument& document, std::size_t begin) {
  const Table* table = detail::table_at(document, begin);
  if (table == nullptr || begin < table->header.end) return {};
  return without_trailing_spaces(truncate_utf8(std::string_view(document.text).substr(table->header.begin, table->header.size()), kMaxHeaderBytes));
}

std::string heading_path(const ParsedDocument& document, std::span<const std::size_t> path, std::string_view header) {
  std::string joined;
  for (const std::size_t index : path) {
    const ByteRange range = document.headings[index].text;
    const std::string name = detail::one_line(std::string_view(document.text).substr(range.begin, range.size()));
    if (name.empty()) continue;
    if (!joined.empty()) joined.append(kBetweenNames);
    joined.append(truncate_utf8(name, kMaxNameBytes));
  }
  if (header.empty()) return std::string(without_trailing_spaces(truncate_utf8(joined, kMaxPathBytes)));
  if (joined.empty()) return std::string(header);
  joined = without_trailing_spaces(truncate_utf8(joined, kMaxPathBytes - kBetweenNames.size() - header.size()));
  return joined.append(kBetweenNames).append(header);
}

class Packer {
 public:
  Packer(const ParsedDocument& document, const ChunkOptions& options) : document_(document), options_(options), sections_(find_sections(document)) {}

  std::vector<Chunk> run() {
    const detail::UnitLimits limits{.long_tokens = options_.target_tokens, .max_tokens = options_.max_tokens, .count_tokens = options_.count_tokens};
    std::size_t group_tokens = 0;
    int last_level = 0;
    for (std::size_t index = 0; index < sections_.size(); ++index) {
      const Section& section = sections_[index];
      std::vector<Unit> units = detail::cut_units(document_, section.text, section.heading_bytes, limits);
      if (units.empty()) continue;
      const bool is_short = group_tokens * kShortShare < options_.target_tokens;
      if (!group_.empty() && !(is_short && section.level >= last_level)) {
        pack_group(group_tokens);
        group_tokens = 0;
      }
      last_level = section.level;
      for (Unit& unit : units) {
        group_tokens += unit.tokens;
        group_.push_back({.unit = unit, .section = index});
      }
    }
    pack_group(group_tokens);
    return std::move(chunks_);
  }

 private:
  struct Placed {
    Unit unit;
    std::size_t section = 0;
  };

  /// Splits the group into as few chunks as the target allows, of about equal size.
  void pack_group(std::size_t rest_tokens) {
    for (std::size_t begin = 0; begin < group_.size();) {
      const std::size_t chunks_left = std::max<std::size_t>(1, (rest_tokens + options_.target_tokens - 1) / options_.target_tokens);
      const std::size_t aim = (rest_tokens + chunks_left - 1) / chunks_left;
      std::size_t end = begin;
      std::size_t sum = 0;
      while (end < group_.size()) {
        const std::size_t next = group_[end].unit.tokens;
        if (end > begin && (sum + next > options_.max_tokens || sum + next / 2 > aim)) break;
        sum += next;
        ++end;
      }
      // A heading does not stand at the end of a chunk, away from what it is about.
      while (end < group_.size() && end > begin + 1 && group_[end - 1].unit.is_heading) sum -= group_[--end].unit.tokens;
      emit(begin, end);
      rest_tokens -= std::min(sum, rest_tokens);
      begin = end;
    }
    group_.clear();
  }

  void emit(std::size_t begin, std::size_t end) {
    const ByteRange range{group_[begin].unit.text.begin, group_[end - 1].unit.text.end};
    const std::size_t tokens =
        end - begin == 1 ? group_[begin].unit.tokens : options_.count_tokens(std::string_view(document_.text).substr(range.begin, range.size()));
    if (tokens > options_.max_tokens && end - begin > 1) {
      const std::size_t middle = begin + (end - begin) / 2;
      emit(begin, middle);
      emit(middle, end);
      return;
    }
    chunks_.push_back({.text = range, .heading_path = path_of(begin, end), .tokens = tokens});
    if (begin > 0 && options_.overlap_tokens > 0) reach_back(chunks_.back());
  }

  /// Lets a chunk begin with the last sentences before it.
  void reach_back(Chunk& chunk) const {
    const std::string_view text = document_.text;
    const std::size_t first = group_.front().unit.text.begin;
    const std::size_t own = chunk.text.begin;
    std::size_t start = own - std::min(own - first, options_.overlap_tokens * detail::kMostBytesPerToken);
    while ((static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) ++start;
    std::vector<std::size_t> begins;
    if (start == first) begins.push_back(first);
    for (const std::size_t end : sentence_ends(text.substr(start, own - start))) begins.push_back(start + end);
    for (auto begin = begins.rbegin(); begin != begins.rend(); ++begin) {
      const ByteRange before = detail::trim(text, {*begin, own});
      if (before.size() == 0) continue;
      if (options_.count_tokens(text.substr(before.begin, before.size())) > options_.overlap_tokens) break;
      const ByteRange whole{before.begin, chunk.text.end};
      const std::size_t tokens = options_.count_tokens(text.substr(whole.begin, whole.size()));
      if (tokens > options_.max_tokens) break;
      chunk.text = whole;
      chunk.tokens = tokens;
    }
  }

  /// The headings above all of a chunk, or where there are none in common, those above its begin; and the names of its columns.
  std::string path_of(std::size_t begin, std::size_t end) const {
    const std::vector<std::size_t>& first = sections_[group_[begin].section].path;
    std::size_t common = first.size();
    for (std::size_t i = begin + 1; i < end; ++i) {
      const std::vector<std::size_t>& path = sections_[group_[i].section].path;
      const auto differs = std::mismatch(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(std::min(common, path.size())), path.begin()).first;
      common = static_cast<std::size_t>(differs - first.begin());
    }
    return heading_path(document_, std::span(first).first(common == 0 ? first.size() : common), header_above(document_, group_[begin].unit.text.begin));
  }

  const ParsedDocument& document_;
  const ChunkOptions& options_;
  std::vector<Section> sections_;
  std::vector<Placed> group_;
  std::vector<Chunk> chunks_;
};

}  // namespace

std::vector<Chunk> chunk_document(const ParsedDocument& document, const ChunkOptions& options) {
  if (options.target_tokens == 0 || options.overlap_tokens >= options.target_tokens || options.max_tokens < options.target_tokens || !options.count_tokens) {
    throw Error(ErrorKind::Internal,
                fmt::format("[chunk] target {}, overlap {} and maximum {} make no sense", options.target_tokens, options.overlap_tokens, options.max_tokens));
  }
  return Packer(document, options).run();
}

}  // namespace panduan::documents
