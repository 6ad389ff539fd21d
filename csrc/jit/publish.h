/* Finished compiles wait here for somebody with the GIL. */
#ifndef DXPY_JIT_PUBLISH_H
#define DXPY_JIT_PUBLISH_H

#include <stdbool.h>

/* Set by the worker's listener thread, looked at by the frame hook on each call. A global since the listener
 * has nothing else. */
extern volatile int publish_is_wanted;

/* The frame by which compiling is asked for: its names are looked up and, when it is at its start, its
 * arguments are a sample of the types. NULL: none. Guarded by the GIL. */
extern struct _PyInterpreterFrame *publish_frame;
extern bool publish_at_start; /* one per process, with the frame */

#endif
