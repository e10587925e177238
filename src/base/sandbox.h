#pragma once
#include <cstdint>
#include <string>

namespace panduan {

/// What keeps a confined process in.
struct SandboxLayers {
  bool system_calls = false;  ///< an allow-list (seccomp): no file, socket, process or other right can be asked for
  int landlock = 0;           ///< the kernel's Landlock ABI, 0 when it has none: no path and no TCP address is in reach
  /// "system calls and Landlock 7", for a person.
  std::string text() const;
};

struct SandboxLimits {
  std::uint64_t memory_bytes = 2ULL << 30U;  ///< address space added to what the process has
  std::uint64_t cpu_seconds = 120;
};

/// Confines this process for good to computing, reading what it has open and writing to what it has open: no files, sockets or processes, no
/// code that is not mapped yet, no way back, and no more memory and CPU time than the limits. A call that is not on the list fails with EPERM. For a process
/// with one thread that has loaded what it needs. Throws Error: Unsupported when the kernel cannot filter system calls: a process that
/// cannot be confined must not go on to hostile bytes.
SandboxLayers enter_sandbox(const SandboxLimits& limits);

/// What enter_sandbox would find here. Changes nothing.
SandboxLayers sandbox_support();

}  // namespace panduan
