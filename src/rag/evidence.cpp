#include "rag/evidence.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/unicode.h"
#include "rag/detail/fact_text.h"

namespace panduan::rag {
namespace {

using documents::ByteRange;
using Terms = std::set<std::string, std::less<>>;

// A sentence that shares less than this with the statement is about something else.
constexpr double kLeastShared = 0.15;
// Beside the nearest sentence: half of a statement often stands in the one behind it.
constexpr double kLeastOfNearest = 0.35;
constexpr std::size_t kMostSentences = 8;
constexpr std::size_t kPassagesInAnotherLanguage = 2;
constexpr std::size_t kMostBearing = 3;

Terms terms_of(std::string_view text) {
  const auto terms = detail::content_terms(detail::fact_text(text));
  return {terms.begin(), terms.end()};
}

double share_of(const Terms& wanted, const Terms& there) {
  if (wanted.empty()) return 0;
  const auto found = std::ranges::count_if(wanted, [&](const std::string& term) { return there.contains(term); });
  return static_cast<double>(found) / static_cast<double>(wanted.size());
}

/// The same bytes, but a line end within a paragraph is a space.
std::string with_lines_joined(std::string_view text) {
  std::string joined(text);
  for (std::size_t i = 0; i < joined.size(); ++i) {
    const bool is_paragraph_end = (i + 1 < joined.size() && text[i + 1] == '\n') || (i > 0 && text[i - 1] == '\n');
    if (joined[i] == '\n' && !is_paragraph_end) joined[i] = ' ';
  }
  return joined;
}

std::vector<ByteRange> sentences_of(std::string_view passage) {
  std::vector<ByteRange> sentences;
  std::size_t begin = 0;
  for (const std::size_t end : sentence_ends(with_lines_joined(passage))) {
    const std::size_t first = passage.find_first_not_of(" \n\t", begin);
    const std::size_t last = passage.find_last_not_of(" \n\t", end - 1);
    if (first < end && last != std::string_view::npos && last >= first) sentences.push_back({first, last + 1});
    begin = end;
  }
  return sentences;
}

}  // namespace

std::vector<RelatedSentence> related_sentences(std::string_view statement, std::span<const std::string_view> passages) {
  const Terms wanted = terms_of(statement);
  std::vector<RelatedSentence> all;
  for (std::size_t i = 0; i < passages.size(); ++i) {
    for (const ByteRange& range : sentences_of(passages[i])) {
      all.push_back({.passage = i, .range = range, .shared = share_of(wanted, terms_of(passages[i].substr(range.begin, range.size())))});
    }
  }
  const auto nearest = std::ranges::max_element(all, {}, &RelatedSentence::shared);
  if (nearest == all.end()) return {};
  if (nearest->shared < kLeastShared) {
    std::erase_if(all, [](const RelatedSentence& sentence) { return sentence.passage >= kPassagesInAnotherLanguage; });
    return all;
  }
  const double least = std::max(kLeastShared, kLeastOfNearest * nearest->shared);
  std::erase_if(all, [least](const RelatedSentence& sentence) { return sentence.shared < least; });
  std::ranges::stable_sort(all, std::ranges::greater(), &RelatedSentence::shared);
  if (all.size() > kMostSentences) all.resize(kMostSentences);
  return all;
}

std::vector<RelatedSentence> bearing_sentences(std::string_view statement, std::span<const std::string_view> passages,
                                               std::span<const RelatedSentence> related) {
  const Terms wanted = terms_of(statement);
  Terms said;
  std::vector<RelatedSentence> bearing;
  for (const RelatedSentence& sentence : related) {
    Terms with = said;
    with.merge(terms_of(passages[sentence.passage].substr(sentence.range.begin, sentence.range.size())));
    if (!bearing.empty() && share_of(wanted, with) - share_of(wanted, said) < kLeastShared) continue;
    bearing.push_back(sentence);
    said = std::move(with);
    if (bearing.size() == kMostBearing) break;
  }
  return bearing;
}

}  // namespace panduan::rag
