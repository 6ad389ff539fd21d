/* array.array. */
#ifndef DXPY_CPYTHON_ARRAYS_H
#define DXPY_CPYTHON_ARRAYS_H

#include "cpython/compat.h"

/* What the module array has in an array, as far as it is used here; no header of CPython says it. */
typedef struct Array {
    PyObject_VAR_HEAD char *items;
    Py_ssize_t room;
    const char *kind; /* begins with the letter for the type of the items, and never changes */
    PyObject *weak_references;
    Py_ssize_t exports;
} Array;

/* The letter for the type of an array's items; 0: the object is no array. */
char cp_array_kind(PyObject *object);

/* The address of the type, NULL: no array was seen yet. The type never goes from then on. */
void *cp_array_type(void);

#endif
