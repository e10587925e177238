#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace panduan::server {

/// What a request's body counts towards the limit of all bodies together, for as long as it is held: by the connection that reads it, then by
/// the work that answers it, on whichever thread that ends.
class BodyCount {
 public:
  using Total = std::shared_ptr<std::atomic<std::uint64_t>>;

  explicit BodyCount(Total total) : total_(std::move(total)) {}
  BodyCount(BodyCount&& other) noexcept : total_(std::move(other.total_)), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyCount(const BodyCount&) = delete;
  BodyCount& operator=(const BodyCount&) = delete;
  BodyCount& operator=(BodyCount&&) = delete;
  ~BodyCount() {
    if (total_) *total_ -= bytes_;  // not of one that was moved on
  }

  void set(std::uint64_t bytes) {
    *total_ += bytes;
    *total_ -= std::exchange(bytes_, bytes);
  }

 private:
  Total total_;
  std::uint64_t bytes_ = 0;
};

}  // namespace panduan::server
