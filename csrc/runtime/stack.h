/* How much of the thread's C stack is left. */
#ifndef DXPY_RUNTIME_STACK_H
#define DXPY_RUNTIME_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* Below this address half of the C stack is used. At first the highest there is: not known yet. */
extern __thread uintptr_t stack_floor
    __attribute__((tls_model("initial-exec"))); // one per thread, like the stack

bool stack_is_low_indeed(void);

/* Without a call: false means that it is not. */
static inline bool stack_may_be_low(void) { return (uintptr_t)__builtin_frame_address(0) < stack_floor; }

static inline bool stack_is_low(void) {
    if (__builtin_expect(!stack_may_be_low(), 1)) return false;
    return stack_is_low_indeed();
}

#endif
