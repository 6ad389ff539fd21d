/* Making functions and letting go of them, as CPython does it, of memory that was kept: comprehensions,
 * generator expressions and lambdas are functions that are made for one call. */
#ifndef DXPY_CPYTHON_FUNCTIONS_H
#define DXPY_CPYTHON_FUNCTIONS_H

#include "cpython/compat.h"

/* As PyFunction_New. */
PyObject *cp_new_function(PyObject *code, PyObject *globals); // new ref
/* The last reference to a function is gone: so is what it held, and its memory is kept. False: nothing
 * was done. */
bool cp_keep_function(PyObject *object);

#endif
