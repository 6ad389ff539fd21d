/* Finished compiles wait here for somebody with the GIL. */
#ifndef DXPY_JIT_PUBLISH_H
#define DXPY_JIT_PUBLISH_H

/* Set by the worker's listener thread, looked at by the frame hook on each call. A global since the listener
 * has nothing else. */
extern volatile int publish_is_wanted;

/* The frame whose call made its function hot, while the policy is asked: its arguments are a sample of the
 * types. NULL: none. Guarded by the GIL. */
extern struct _PyInterpreterFrame *publish_sample_frame;

#endif
