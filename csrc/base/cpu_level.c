/* The x86-64 psABI's micro-architecture levels, asked of the processor and, for the wide registers, of
 * the operating system. */
#include "base/cpu_level.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Features {
    uint32_t basic_c, basic_d; /* leaf 1 */
    uint32_t wide_b;           /* leaf 7 */
    uint32_t extended_c;       /* leaf 0x80000001 */
    uint64_t saved_by_system;  /* XCR0: register states the system saves at a switch */
} Features;

static Features ask_processor(void) {
    Features found = {0};
    uint32_t a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d)) found.basic_c = c, found.basic_d = d;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) found.wide_b = b;
    if (__get_cpuid(0x80000001, &a, &b, &c, &d)) found.extended_c = c;
    if (found.basic_c & bit_OSXSAVE) {
        uint32_t low, high;
        __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        found.saved_by_system = (uint64_t)high << 32 | low;
    }
    return found;
}

static inline bool has(uint64_t flags, uint64_t all) { return (flags & all) == all; }

static const char *find_level(void) {
    enum { SAVED_AVX = 0x6, SAVED_AVX512 = 0xe6 };
    Features f = ask_processor();
    bool v2 = has(f.basic_c, bit_SSE3 | bit_SSSE3 | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT | bit_CMPXCHG16B) &&
              has(f.extended_c, bit_LAHF_LM);
    bool v3 = v2 && has(f.basic_c, bit_AVX | bit_F16C | bit_FMA | bit_MOVBE | bit_OSXSAVE) &&
              has(f.wide_b, bit_AVX2 | bit_BMI | bit_BMI2) && has(f.extended_c, bit_ABM) &&
              has(f.saved_by_system, SAVED_AVX);
    bool v4 = v3 && has(f.wide_b, bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL) &&
              has(f.saved_by_system, SAVED_AVX512);
    return v4 ? "x86-64-v4" : v3 ? "x86-64-v3" : v2 ? "x86-64-v2" : "x86-64";
}

/* Asked once: on a virtual machine the processor's answer takes the host. */
const char *cpu_level(void) {
    static _Atomic(const char *) known; // one per process; found twice it is the same
    const char *level = known;
    return level != NULL ? level : (known = find_level());
}

#elif defined(__aarch64__)

const char *cpu_level(void) { return "armv8-a"; }

#else
#error "dxpy compiles for x86-64 and aarch64"
#endif
