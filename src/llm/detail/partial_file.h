#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace panduan::llm {

/// A file that grows at its end and survives an interruption with what it has. Throws Error{NoSpace, Forbidden, Internal}.
class PartialFile {
 public:
  explicit PartialFile(std::filesystem::path path);  ///< made when it is not there
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  std::uint64_t size() const { return size_; }
  void append(std::string_view bytes);
  void truncate(std::uint64_t bytes);
  void flush();  ///< to the disk

 private:
  [[noreturn]] void fail(int number) const;
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace panduan::llm
