#define _GNU_SOURCE /* pthread_getattr_np */
#include "runtime/stack.h"

#include <pthread.h>
#include <stddef.h>

__thread uintptr_t stack_floor = UINTPTR_MAX; // one per thread, like the stack
static __thread uintptr_t stack_start;        // likewise: its lowest address

static void measure(void) {
    pthread_attr_t attributes;
    void *start = NULL;
    size_t size = 0;
    stack_floor = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    if (pthread_attr_getstack(&attributes, &start, &size) == 0) {
        stack_start = (uintptr_t)start;
        stack_floor = stack_start + size / 2;
    }
    pthread_attr_destroy(&attributes);
}

/* A stack that is not the thread's own is below or above it; of that one nothing is known. */
bool stack_is_low_indeed(void) {
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (stack_floor == UINTPTR_MAX) measure();
    return here < stack_floor && here >= stack_start;
}
