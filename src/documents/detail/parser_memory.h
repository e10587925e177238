#pragma once
#include <cstddef>
#include <cstdint>

namespace panduan::documents::detail {

/// The memory of one run of a C parser (gumbo, cmark), given to it as its allocator. It bounds what hostile input may cost:
/// bytes, CPU time, and stack, because everything is freed in one sweep here instead of by the parser's recursive clean-up.
///
/// Its calls throw out of the parser. That is sound on our platforms: C objects carry unwind tables, C frames own nothing that
/// needs a destructor, and what the parser had allocated is freed here.
class ParserMemory {
 public:
  struct Limits {
    std::size_t max_bytes = 1U << 30U;
    double max_cpu_seconds = 2;  ///< of the calling thread, so a busy machine refuses nothing
    /// Several times what honest input of this size takes.
    static Limits for_input(std::size_t bytes) { return {.max_bytes = 1U << 30U, .max_cpu_seconds = 2 + 0.5e-6 * static_cast<double>(bytes)}; }
  };
  explicit ParserMemory(Limits limits);
  ~ParserMemory();
  ParserMemory(const ParserMemory&) = delete;
  ParserMemory& operator=(const ParserMemory&) = delete;

  /// Zeroed bytes. Throws Error: InvalidInput (a limit is passed: too complex); std::bad_alloc.
  void* allocate(std::size_t bytes);
  void* reallocate(void* block, std::size_t bytes);
  void release(void* block) noexcept;

 private:
  struct alignas(std::max_align_t) Header {
    Header* previous = nullptr;
    Header* next = nullptr;
    std::size_t bytes = 0;
  };
  void check(std::size_t bytes);
  static Header* header_of(void* block) { return static_cast<Header*>(block) - 1; }

  Limits limits_;
  Header blocks_;  ///< a ring of all live blocks; this one is its anchor
  std::size_t live_bytes_ = 0;
  std::uint64_t calls_ = 0;
  double started_at_ = 0;
};

}  // namespace panduan::documents::detail
