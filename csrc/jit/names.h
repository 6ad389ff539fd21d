/* A function's name as the mapper wants it: UTF-8 in which lone surrogates pass through. */
#ifndef DXPY_JIT_NAMES_H
#define DXPY_JIT_NAMES_H

#include <Python.h>

typedef struct NameBytes {
    const char *bytes;
    size_t length;
    PyObject *owner; /* new ref */
} NameBytes;

/* -1: MemoryError set. Release after use. */
int name_encode(PyObject *name, NameBytes *result);
void name_release(NameBytes *name);

PyObject *name_decode(const char *bytes, size_t length); /* new ref */

/* TypeError unless `name` is a str; `what` names the method that was called. */
int name_check(PyObject *name, const char *what);

#endif
