#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/error.h"
#include "documents/document.h"

namespace panduan::documents::detail {

/// Recognises pages and pictures of a document, some at once.
class PageRecognition {
 public:
  /// A document of one page, from its place among those that are to be read. Called from several threads. Throws Error.
  using Recognise = std::function<ParsedDocument(std::size_t index)>;
  using Progress = std::function<void(std::size_t done, std::size_t total)>;

  PageRecognition(std::size_t count, Recognise recognise, Progress progress);

  /// By index; one that failed is missing. Throws Error{Cancelled}, and the first failure when all fail.
  std::map<std::size_t, ParsedDocument> run(const std::stop_token& stop);

 private:
  void work(const std::stop_token& stop);

  std::size_t count_;
  Recognise recognise_;
  Progress progress_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> is_hopeless_{false};
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::map<std::size_t, ParsedDocument> made_;
  std::optional<Error> failure_;
};

}  // namespace panduan::documents::detail
