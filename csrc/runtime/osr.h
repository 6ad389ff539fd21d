/* On-stack replacement: a frame that the interpreter runs goes on in compiled code at a loop's back-edge.
 *
 * The back-edge's instruction is overwritten with RETURN_VALUE for a moment. At the next back-edge the interpreter then
 * returns to the frame hook, which puts the instruction back and finds the frame as it was before it. */
#ifndef DXPY_RUNTIME_OSR_H
#define DXPY_RUNTIME_OSR_H

#include "jit/table.h"

/* What compiled code returns when it has left for good: the frame is ready for the interpreter. No object has this
 * address. */
#define RT_RESUME ((PyObject *)1)

/* Interpret a frame until its function ends, yields or raises, entering compiled code where a back-edge is armed. */
PyObject *osr_interpret(PyThreadState *tstate, Frame *frame, int throwing);

/* Let the next back-edge at this code unit enter the code of its record. Only for code that no frame runs which was
 * entered without the hook. False: not possible now. */
bool osr_arm(PyCodeObject *code, int32_t unit);
void osr_disarm(PyCodeObject *code);
extern bool osr_is_armed; /* a trace or profile function must not see the return that is none: disarm before it runs */

/* Is the thread's running frame interpreted by osr_interpret, innermost? */
bool osr_sees(PyThreadState *tstate, Frame *frame);

#endif
