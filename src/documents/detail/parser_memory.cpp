#include "documents/detail/parser_memory.h"

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>

#include "base/error.h"

namespace panduan::documents::detail {
namespace {

double thread_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

ParserMemory::ParserMemory(Limits limits) : limits_(limits), started_at_(thread_cpu_seconds()) { blocks_.previous = blocks_.next = &blocks_; }

ParserMemory::~ParserMemory() {
  for (Header* block = blocks_.next; block != &blocks_;) {
    Header* next = block->next;
    std::free(block);
    block = next;
  }
}

void ParserMemory::check(std::size_t bytes) {
  if (bytes > limits_.max_bytes || live_bytes_ > limits_.max_bytes - bytes) {
    throw Error(ErrorKind::InvalidInput, "its markup needs too much memory to parse: simplify or split the file");
  }
  // Parsers search their stack of open elements, so hostile nesting costs quadratic time; every step of it also allocates.
  if (++calls_ % 256 != 0) return;
  if (thread_cpu_seconds() - started_at_ > limits_.max_cpu_seconds) {
    throw Error(ErrorKind::InvalidInput, "its markup is nested too deeply to parse in reasonable time: simplify or split the file");
  }
}

void* ParserMemory::allocate(std::size_t bytes) {
  check(bytes);
  auto* block = static_cast<Header*>(std::calloc(1, sizeof(Header) + bytes));
  if (block == nullptr) throw std::bad_alloc();
  block->bytes = bytes;
  block->previous = &blocks_;
  block->next = blocks_.next;
  blocks_.next->previous = block;
  blocks_.next = block;
  live_bytes_ += bytes;
  return block + 1;
}

void* ParserMemory::reallocate(void* old, std::size_t bytes) {
  if (old == nullptr) return allocate(bytes);
  void* block = allocate(bytes);
  std::memcpy(block, old, std::min(bytes, header_of(old)->bytes));
  release(old);
  return block;
}

void ParserMemory::release(void* released) noexcept {
  if (released == nullptr) return;
  Header* block = header_of(released);
  block->previous->next = block->next;
  block->next->previous = block->previous;
  live_bytes_ -= block->bytes;
  std::free(block);
}

}  // namespace panduan::documents::detail
