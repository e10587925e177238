#include <ggml-cpu.h>

#include <string>

#include "llm/llama/llama_model.h"

namespace panduan::llm {

std::string missing_cpu_feature() {
#if defined(__x86_64__)
  // ggml_cpu_has_… tell what the engine was compiled for, __builtin_cpu_supports what is here.
  __builtin_cpu_init();
  if (ggml_cpu_has_avx() != 0 && __builtin_cpu_supports("avx") == 0) return "AVX";
  if (ggml_cpu_has_avx2() != 0 && __builtin_cpu_supports("avx2") == 0) return "AVX2";
  if (ggml_cpu_has_fma() != 0 && __builtin_cpu_supports("fma") == 0) return "FMA";
  if (ggml_cpu_has_bmi2() != 0 && __builtin_cpu_supports("bmi2") == 0) return "BMI2";
  if (ggml_cpu_has_avx512() != 0 && (__builtin_cpu_supports("avx512f") == 0 || __builtin_cpu_supports("avx512bw") == 0)) return "AVX-512";
  if (ggml_cpu_has_avx512_vbmi() != 0 && __builtin_cpu_supports("avx512vbmi") == 0) return "AVX-512 VBMI";
  if (ggml_cpu_has_avx512_vnni() != 0 && __builtin_cpu_supports("avx512vnni") == 0) return "AVX-512 VNNI";
  if (ggml_cpu_has_avx512_bf16() != 0 && __builtin_cpu_supports("avx512bf16") == 0) return "AVX-512 BF16";
#endif
  return {};
}

}  // namespace panduan::llm
