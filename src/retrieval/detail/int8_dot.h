#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Dot product of two int8 vectors with the fastest kernel that this CPU has (NumKong).
typedef int32_t (*panduan_int8_dot)(const int8_t* a, const int8_t* b, size_t dims);
panduan_int8_dot panduan_find_int8_dot(void);
/// Its name: "icelake", "haswell", "neonsdot", "neon" or "serial".
const char* panduan_int8_dot_name(void);

#ifdef __cplusplus
}
#endif
