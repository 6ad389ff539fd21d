/* Memory of ints and plain instances that compiled code has let go of, kept to make the next ones of: as
 * CPython itself keeps that of floats. */
#ifndef DXPY_CPYTHON_KEPT_H
#define DXPY_CPYTHON_KEPT_H

#include "cpython/compat.h"

#include <stdint.h>

enum { KEPT_INTS = 512 };
typedef struct CpKept {
    int count;
    PyLongObject *ints[KEPT_INTS]; /* of one digit */
} CpKept;
extern CpKept cp_kept; // one per process, guarded by the GIL

/* The last reference to an int is gone. False: its memory is not wanted here. */
static inline bool cp_keep_int(PyObject *object) {
#ifdef Py_REF_DEBUG
    return false; /* the debug build keeps account of what goes */
#endif
    if ((size_t)(Py_SIZE(object) + 1) > 2 || cp_kept.count == KEPT_INTS) return false;
    cp_kept.ints[cp_kept.count++] = (PyLongObject *)object;
    return true;
}

/* An int made of what was kept; NULL: nothing is, or the number has more than a digit, or is one of those
 * that are always there. */
static inline PyObject *cp_int_of_kept(int64_t value) { // new ref
    int64_t magnitude = value < 0 ? (int64_t)(0 - (uint64_t)value) : value;
    if (cp_kept.count == 0 || (uint64_t)magnitude >= PyLong_BASE || magnitude < _PY_NSMALLPOSINTS)
        return NULL;
    PyLongObject *object = cp_kept.ints[--cp_kept.count];
    object->ob_digit[0] = (digit)magnitude;
    Py_SET_SIZE(object, value < 0 ? -1 : 1);
    Py_SET_REFCNT(object, 1);
    return (PyObject *)object;
}

/* Is the collector's turn when another object is made? */
static inline bool cp_would_collect(const struct _gc_runtime_state *collector) {
    const struct gc_generation *youngest = &collector->generations[0];
    return youngest->count >= youngest->threshold && youngest->threshold != 0 && collector->enabled &&
           !collector->collecting;
}

/* The last reference to an object with values is gone. True: so are its values, and its memory is kept;
 * false: nothing was done. */
bool cp_keep_instance(PyObject *object);
/* An instance of a plain class as object.__new__ makes it, of memory that was kept if there is any; NULL:
 * that is no such class, or the collector is to run, or there is no memory. */
PyObject *cp_plain_instance(PyTypeObject *type); // new ref

#endif
