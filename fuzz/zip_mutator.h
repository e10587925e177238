#pragma once
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

// A change of packed bytes ends at their checksum, and never reaches what reads the members.
namespace panduan::fuzz {

struct FreeArchive {
  void operator()(archive* opened) const { archive_free(opened); }
};
using Archive = std::unique_ptr<archive, FreeArchive>;
using Members = std::vector<std::pair<std::string, std::vector<std::uint8_t>>>;

/// Name and bytes of each; none where it is no archive, or a very large one.
inline Members zip_members(const std::uint8_t* bytes, std::size_t size) {
  constexpr la_int64_t kMostBytes = 1U << 20U;
  const Archive opened(archive_read_new());
  archive_read_support_format_zip(opened.get());
  if (archive_read_open_memory(opened.get(), bytes, size) != ARCHIVE_OK) return {};
  Members members;
  la_int64_t total = 0;
  for (archive_entry* entry = nullptr; archive_read_next_header(opened.get(), &entry) == ARCHIVE_OK;) {
    const char* name = archive_entry_pathname(entry);
    total += archive_entry_size(entry);
    if (name == nullptr || total > kMostBytes) return {};
    std::vector<std::uint8_t> member(static_cast<std::size_t>(archive_entry_size(entry)));
    const la_ssize_t read = archive_read_data(opened.get(), member.data(), member.size());
    member.resize(read < 0 ? 0 : static_cast<std::size_t>(read));
    members.emplace_back(name, std::move(member));
  }
  return members;
}

/// Gives the size; 0 where it does not fit.
inline std::size_t write_zip(const Members& members, std::uint8_t* bytes, std::size_t max_size) {
  const Archive opened(archive_write_new());
  std::size_t used = 0;
  archive_write_set_format_zip(opened.get());
  if (archive_write_open_memory(opened.get(), bytes, max_size, &used) != ARCHIVE_OK) return 0;
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
  for (const auto& [name, member] : members) {
    archive_entry_clear(entry.get());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.size()));
    if (archive_write_header(opened.get(), entry.get()) != ARCHIVE_OK) return 0;
    if (archive_write_data(opened.get(), member.data(), member.size()) < 0) return 0;
  }
  return archive_write_close(opened.get()) == ARCHIVE_OK ? used : 0;
}

/// Changes the bytes of one member and packs all of them anew. Gives the size; 0 where that cannot be done, or does not fit.
inline std::size_t mutate_zip_member(std::uint8_t* bytes, std::size_t size, std::size_t max_size, unsigned seed) {
  Members members = zip_members(bytes, size);
  if (members.empty()) return 0;
  std::mt19937 random(seed);
  std::vector<std::uint8_t>& member = members[random() % members.size()].second;
  const std::size_t before = member.size();
  member.resize(before * 2 + 64);
  member.resize(LLVMFuzzerMutate(member.data(), before, member.size()));
  std::vector<std::uint8_t> packed(max_size);
  const std::size_t written = write_zip(members, packed.data(), packed.size());
  std::copy_n(packed.begin(), written, bytes);
  return written;
}

}  // namespace panduan::fuzz
