# Cross-compiling for arm64 with Debian's compiler. Debian packages of that architecture are not asked for: llama.cpp and what has
# no third party but SQLite and NumKong is compiled, to keep our own sources portable.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc-12)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++-12)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
