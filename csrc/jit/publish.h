/* Finished compiles wait here for somebody with the GIL. */
#ifndef DXPY_JIT_PUBLISH_H
#define DXPY_JIT_PUBLISH_H

/* Set by the worker's listener thread, looked at by the frame hook on each call. A global since the listener has
 * nothing else. */
extern volatile int publish_is_wanted;

#endif
