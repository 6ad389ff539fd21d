/* Exceptions that are caught where nobody sees them. */
#ifndef DXPY_CPYTHON_UNSEEN_H
#define DXPY_CPYTHON_UNSEEN_H

#include "cpython/compat.h"

/* 0: a class that has no version. */
static inline uint64_t cp_class_number(PyTypeObject *class) {
    if (class->tp_flags & Py_TPFLAGS_HEAPTYPE) return (uint64_t)cp_type_version(class) << 1;
    return (uint64_t)(uintptr_t) class << 1 | 1;
}
/* Was there no such clause when it was last looked for? Whatever has changed since, to say so is right. */
static inline bool cp_was_seen(PyThreadState *tstate, Frame *frame, const CpCatcher *known) {
    int unit = cp_frame_lasti(frame);
    const CpCatcher *entry = &known[unit % CP_LINES];
    return entry->unit == unit + 1 && entry->body < 0 && tstate->curexc_type != NULL &&
           PyType_Check(tstate->curexc_type) &&
           entry->class == cp_class_number((PyTypeObject *)tstate->curexc_type);
}
/* The body of the clause that catches what is set, in a frame that has raised it and has a handler: the code
 * unit at which it begins. -1: somebody may see the exception, or its end. Nothing is changed. */
int cp_unseen_body(PyThreadState *tstate, Frame *frame, CpCatcher *known);
/* If the frame raised an exception of that class now, might there be such a body? */
bool cp_may_be_unseen(Frame *frame, PyObject *class, CpCatcher *known);
/* Does that body run no code, and raise nothing, until the exception is no longer handled? The frame's
 * variables are in its memory. */
bool cp_body_is_blind(Frame *frame, int unit);
/* May all that a frame has go now, instead of when the exception goes that it is shown by? */
bool cp_ends_unseen(Frame *frame);
/* A generator is being closed, and nothing in it handles that: end its frame where it stands, but for its
 * variables, without a traceback that nobody gets to see. False: nothing was done. */
bool cp_close_unseen(PyThreadState *tstate, Frame *frame);
/* Is it an exception class whose instances begin and end, whatever they are made of, without any code run? */
bool cp_raises_plainly(PyObject *class);
/* Does nobody notice when one reference to it goes? NULL: there is none. */
bool cp_goes_unnoticed(PyObject *object);
/* Drop what is set: its class, which stands for it while the clause that catches it is looked for. */
PyObject *cp_take_class(void); // new ref

#endif
