/* On-stack replacement: a frame that the interpreter runs goes on in compiled code at a loop's back-edge.
 *
 * The back-edge's instruction is overwritten with RETURN_VALUE for a moment. At the next back-edge the
 * interpreter then returns to the frame hook, which puts the instruction back and finds the frame as it was
 * before it. */
#ifndef DXPY_RUNTIME_OSR_H
#define DXPY_RUNTIME_OSR_H

#include "jit/table.h"

/* What compiled code returns when it has left for good: the frame is ready for the interpreter, to go on or
 * to unwind the exception that is set. No object has these addresses. */
#define RT_RESUME ((PyObject *)1)
#define RT_UNWIND ((PyObject *)2)

static inline bool rt_has_left(PyObject *result) { return result == RT_RESUME || result == RT_UNWIND; }

/* Frames that this thread's interpreter loops run for us, innermost first; on the C stack. */
typedef struct Activation {
    Frame *frame;
    struct Activation *outer;
} Activation;

extern __thread Activation *osr_innermost __attribute__((tls_model("initial-exec"))); // one per thread

extern bool osr_is_armed; /* a trace or profile function must not see the return that is none: disarm before
                             it runs. One per process, like the armed back-edge */

void osr_disarm(PyCodeObject *code);
/* A call has ended: if tracing was turned on in it, nothing may be armed. */
static inline void osr_leave_to_tracing(PyThreadState *tstate) {
    if (__builtin_expect(osr_is_armed, 0) && (tstate->c_tracefunc || tstate->c_profilefunc)) osr_disarm(NULL);
}

/* The interpreter returned while a back-edge is armed: the result, or what comes of going on. */
PyObject *osr_look(PyThreadState *tstate, Frame *frame, PyObject *result);

/* Interpret a frame until its function ends, yields or raises, entering compiled code where a back-edge is
 * armed. */
static inline PyObject *osr_interpret(PyThreadState *tstate, Frame *frame, CpEntry how) {
    Activation here = {.frame = frame, .outer = osr_innermost};
    osr_innermost = &here;
    PyObject *result = cp_interpret(tstate, frame, how);
    osr_innermost = here.outer;
    return __builtin_expect(osr_is_armed, 0) ? osr_look(tstate, frame, result) : result;
}

/* Let the next back-edge at this code unit enter the code of its record. Only for code that no frame runs
 * which was entered without the hook. False: not possible now. */
bool osr_arm(PyCodeObject *code, int32_t unit);
/* Between hold and release nothing is armed: the interpreter runs frames that osr_interpret does not see. */
void osr_hold(void);
void osr_release(void);

/* Is the thread's running frame interpreted by osr_interpret, innermost? */
bool osr_sees(PyThreadState *tstate, Frame *frame);

#endif
