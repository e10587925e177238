// In C: under g++ 12 NumKong's headers need half-precision types that the compiler has only in C.
#include "retrieval/detail/int8_dot.h"

#include <numkong/capabilities.h>
#include <numkong/dot.h>

#define KERNEL(isa)                                                         \
  static int32_t dot_##isa(const int8_t* a, const int8_t* b, size_t dims) { \
    nk_i32_t product = 0;                                                   \
    nk_dot_i8_##isa(a, b, dims, &product);                                  \
    return product;                                                         \
  }

KERNEL(serial)
#if NK_TARGET_HASWELL
KERNEL(haswell)
#endif
#if NK_TARGET_ICELAKE
KERNEL(icelake)
#endif
#if NK_TARGET_NEONSDOT
KERNEL(neonsdot)
#endif

typedef struct {
  panduan_int8_dot kernel;
  const char* name;
} choice;

static choice choose(void) {
  const nk_capability_t here = nk_capabilities();
  (void)here;
#if NK_TARGET_ICELAKE
  if (here & nk_cap_icelake_k) return (choice){dot_icelake, "icelake"};
#endif
#if NK_TARGET_HASWELL
  if (here & nk_cap_haswell_k) return (choice){dot_haswell, "haswell"};
#endif
#if NK_TARGET_NEONSDOT
  if (here & nk_cap_neonsdot_k) return (choice){dot_neonsdot, "neonsdot"};
#endif
  return (choice){dot_serial, "serial"};
}

panduan_int8_dot panduan_find_int8_dot(void) { return choose().kernel; }
const char* panduan_int8_dot_name(void) { return choose().name; }
