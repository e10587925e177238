#include "rag/detail/passage_finder.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "base/hash.h"
#include "base/unicode.h"
#include "documents/chunker.h"
#include "rag/detail/fact_text.h"
#include "rag/quote.h"

namespace panduan::rag::detail {
namespace {

class StoreFinder final : public PassageFinder {
 public:
  StoreFinder(const store::Store& store, retrieval::Retriever& retriever, const identity::Caller& caller)
      : store_(store), retriever_(retriever), caller_(caller) {}

  std::vector<store::Passage> nearest(std::string_view statement, std::size_t limit, const std::stop_token& stop) override {
    std::vector<store::Passage> passages;
    for (retrieval::Hit& hit : retriever_.search(caller_, statement, {.limit = limit}, stop).hits) passages.push_back(std::move(hit.passage));
    return passages;
  }
  Quote quote(const store::Passage& passage, documents::ByteRange in_passage) const override {
    return make_quote(store_, caller_.workspace_id, passage, in_passage);
  }

 private:
  const store::Store& store_;
  retrieval::Retriever& retriever_;
  const identity::Caller& caller_;
};

/// Without the tokenizer of a model: a Chinese character is about one token, four letters of another script are.
std::size_t estimated_tokens(std::string_view text) {
  const std::size_t characters = count_characters(text);
  const std::size_t wide = (text.size() - characters) / 2;
  return wide + (characters - wide) / 4 + 1;
}

class SourceFinder final : public PassageFinder {
 public:
  SourceFinder(const std::vector<Source>& sources, std::function<llm::Embedder*()> embedder) : sources_(sources), embedder_(std::move(embedder)) {
    for (std::size_t i = 0; i < sources.size(); ++i) add(i);
  }

  std::vector<store::Passage> nearest(std::string_view statement, std::size_t limit, const std::stop_token& stop) override {
    std::vector<double> scores = word_scores(statement);
    const bool is_found = std::ranges::any_of(scores, [](double score) { return score >= kNear; });
    if (!is_found && passages_.size() > limit) add_meaning(statement, scores, stop);
    std::vector<std::size_t> order(passages_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    order.resize(std::min(order.size(), limit));
    std::vector<store::Passage> found;
    for (const std::size_t i : order) found.push_back(passages_[i]);
    return found;
  }

  Quote quote(const store::Passage& passage, documents::ByteRange in_passage) const override {
    const documents::ParsedDocument& document = sources_[static_cast<std::size_t>(passage.content_id)].document;
    const documents::ByteRange range{passage.range.begin + in_passage.begin, passage.range.begin + in_passage.end};
    const auto page =
        std::ranges::find_if(document.pages, [&](const documents::Page& one) { return range.begin >= one.text.begin && range.begin < one.text.end; });
    return {.text = document.text.substr(range.begin, range.size()),
            .document_id = {},
            .source = passage.source,
            .title = passage.title,
            .heading_path = passage.heading_path,
            .content_sha256 = to_hex(passage.content_sha256),
            .range = range,
            .page = page == document.pages.end() ? "" : page->label,
            .boxes = {}};
  }

 private:
  static constexpr double kNear = 0.3;  // of a statement's weight; below it the words have found nothing
  static constexpr std::size_t kMostEmbedded = 400;
  static constexpr std::size_t kEmbeddedTogether = 16;

  void add(std::size_t source) {
    const auto& [name, document] = sources_[source];
    const Sha256 digest = sha256(document.text);
    for (documents::Chunk& chunk : documents::chunk_document(document, {.count_tokens = estimated_tokens})) {
      std::string text = document.text.substr(chunk.text.begin, chunk.text.size());
      const auto terms = content_terms(fact_text(chunk.heading_path + "\n" + text));
      terms_.emplace_back(terms.begin(), terms.end());
      for (const std::string& term : terms_.back()) ++passages_with_[term];
      passages_.push_back({.chunk = 0,
                           .document_id = {},
                           .source = name,
                           .title = document.title,
                           .content_id = static_cast<std::int64_t>(source),
                           .content_sha256 = digest,
                           .range = chunk.text,
                           .heading_path = std::move(chunk.heading_path),
                           .text = std::move(text)});
    }
  }

  /// Share of the statement's terms in each passage, a rare one weighing more (inverse document frequency).
  std::vector<double> word_scores(std::string_view statement) const {
    const auto terms = content_terms(fact_text(statement));
    std::vector<double> scores(passages_.size(), 0);
    double all = 0;
    for (const std::string& term : std::set<std::string>(terms.begin(), terms.end())) {
      const auto known = passages_with_.find(term);
      const double weight = std::log(1 + static_cast<double>(passages_.size()) / (known == passages_with_.end() ? 1 : static_cast<double>(known->second)));
      all += weight;
      if (known == passages_with_.end()) continue;
      for (std::size_t i = 0; i < passages_.size(); ++i) scores[i] += terms_[i].contains(term) ? weight : 0;
    }
    for (double& score : scores) score = all > 0 ? score / all : 0;
    return scores;
  }

  void add_meaning(std::string_view statement, std::vector<double>& scores, const std::stop_token& stop) {
    if (passages_.size() > kMostEmbedded || !embedder_) return;
    llm::Embedder* embedder = embedder_();
    if (embedder == nullptr) return;
    for (std::size_t begin = vectors_.size(); begin < passages_.size(); begin += kEmbeddedTogether) {
      std::vector<std::string> texts;
      for (std::size_t i = begin; i < std::min(begin + kEmbeddedTogether, passages_.size()); ++i) texts.push_back(passages_[i].text);
      const auto embeddings = embedder->embed(texts, llm::EmbedAs::Passage, stop);
      for (std::size_t i = 0; i < embeddings.rows(); ++i) vectors_.emplace_back(embeddings.row(i).begin(), embeddings.row(i).end());
    }
    const std::vector<std::string> asked{std::string(statement)};
    const auto embedding = embedder->embed(asked, llm::EmbedAs::Query, stop);
    const auto query = embedding.row(0);
    for (std::size_t i = 0; i < vectors_.size(); ++i) scores[i] += std::inner_product(query.begin(), query.end(), vectors_[i].begin(), 0.0);
  }

  const std::vector<Source>& sources_;
  std::function<llm::Embedder*()> embedder_;
  std::vector<store::Passage> passages_;  // content_id is the index of the source
  std::vector<std::set<std::string>> terms_;  // of each
  std::map<std::string, std::size_t> passages_with_;
  std::vector<std::vector<float>> vectors_;  // of each, once they were needed
};

}  // namespace

std::unique_ptr<PassageFinder> find_in_store(const store::Store& store, retrieval::Retriever& retriever, const identity::Caller& caller) {
  return std::make_unique<StoreFinder>(store, retriever, caller);
}

std::unique_ptr<PassageFinder> find_in_sources(const std::vector<Source>& sources, std::function<llm::Embedder*()> embedder) {
  return std::make_unique<SourceFinder>(sources, std::move(embedder));
}

}  // namespace panduan::rag::detail
