#include "documents/detail/page_recognition.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace panduan::documents::detail {
namespace {

constexpr std::size_t kMostRecognised = 1000;  // pages of one document: an hour on two cores
constexpr unsigned kMostAtOnce = 4;

}  // namespace

PageRecognition::PageRecognition(std::size_t count, Recognise recognise, Progress progress)
    : count_(std::min(count, kMostRecognised)), recognise_(std::move(recognise)), progress_(std::move(progress)) {}

std::map<std::size_t, ParsedDocument> PageRecognition::run(const std::stop_token& stop) {
  if (progress_) progress_(0, count_);
  {
    const std::size_t most = std::clamp(std::thread::hardware_concurrency(), 1U, kMostAtOnce);
    std::vector<std::jthread> threads;
    for (std::size_t count = 0; count < std::min(most, count_); ++count) threads.emplace_back([&] { work(stop); });
  }
  if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "reading its pictures was stopped");
  if (made_.empty() && failure_) throw Error(*failure_);
  return std::move(made_);
}

void PageRecognition::work(const std::stop_token& stop) {
  for (std::size_t next = next_++; next < count_ && !stop.stop_requested() && !is_hopeless_; next = next_++) {
    std::optional<ParsedDocument> page;
    std::optional<Error> failure;
    try {
      page = recognise_(next);
    } catch (const Error& error) {
      failure = error;
    }
    const std::scoped_lock lock(mutex_);
    if (page) made_.emplace(next, *std::move(page));
    else if (!failure_) failure_ = failure;
    if (failure && failure->kind() == ErrorKind::Unsupported) is_hopeless_ = true;  // there is no recogniser
    if (progress_) progress_(++done_, count_);
  }
}

}  // namespace panduan::documents::detail
