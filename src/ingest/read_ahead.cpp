#include "ingest/read_ahead.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"

namespace panduan::ingest {
namespace {

// A large file waits alone, small ones in numbers that fill the embedder's batches.
constexpr std::uint64_t kMostWaitingBytes = 64ULL << 20U;
constexpr std::size_t kMostWaitingFiles = 64;
constexpr std::chrono::milliseconds kTick{250};

std::size_t thread_count() { return std::clamp(std::thread::hardware_concurrency(), 1U, 4U); }

}  // namespace

ReadAhead::ReadAhead(std::size_t count, std::function<ReadFile(std::size_t)> read) : count_(count), read_(std::move(read)) {
  for (std::size_t i = 0; i < std::min(count, thread_count()); ++i) threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
}

ReadAhead::~ReadAhead() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();  // joins
}

/// Whoever reads what is wanted next may always go on, or nobody would make room.
bool ReadAhead::may_start() const {
  return next_to_read_ < count_ && (next_to_read_ == next_to_take_ || (waiting_bytes_ < kMostWaitingBytes && waiting_.size() < kMostWaitingFiles));
}

void ReadAhead::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return next_to_read_ >= count_ || may_start(); })) {
    if (next_to_read_ >= count_ || stop.stop_requested()) return;
    const std::size_t index = next_to_read_++;
    lock.unlock();
    ReadFile file;
    std::exception_ptr failure;
    try {
      file = read_(index);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    waiting_bytes_ += file.bytes();
    if (failure) failures_[index] = failure;
    waiting_[index] = std::move(file);
    changed_.notify_all();
  }
}

std::vector<ReadFile> ReadAhead::take(std::size_t passages, const std::function<void()>& while_waiting, const std::stop_token& stop) {
  std::vector<ReadFile> taken;
  std::unique_lock lock(mutex_);
  if (next_to_take_ >= count_) return taken;
  while (!changed_.wait_for(lock, stop, kTick, [this] { return waiting_.contains(next_to_take_); })) {
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "reading was stopped");
    lock.unlock();
    while_waiting();
    lock.lock();
  }
  std::size_t found = 0;
  for (auto next = waiting_.begin(); next != waiting_.end() && next->first == next_to_take_; next = waiting_.erase(next)) {
    const auto failure = failures_.find(next_to_take_);
    if (failure != failures_.end()) {
      if (!taken.empty()) break;  // what came before it is whole
      std::rethrow_exception(failure->second);
    }
    if (!taken.empty() && found + next->second.texts.size() > passages) break;
    found += next->second.texts.size();
    waiting_bytes_ -= next->second.bytes();
    taken.push_back(std::move(next->second));
    ++next_to_take_;
  }
  changed_.notify_all();
  return taken;
}

}  // namespace panduan::ingest
