/* What calls lead to that no name tells, by number: the inline cache of a call has room for numbers, and what
 * it met may be gone when its function is compiled. */
#ifndef DXPY_CPYTHON_CALLED_H
#define DXPY_CPYTHON_CALLED_H

#include "cpython/compat.h"

/* Beside the number of a function: called was a bound method of it. */
#define CALLED_BOUND (UINT32_C(1) << 30)

/* Of a Python function (the same for all of one code), a method bound to an object, a class or a C function;
 * 0: of anything else, or there is no room. Runs no code, keeps nothing alive. */
uint32_t called_number(PyObject *callable);

/* One that has the number, CALLED_BOUND left out; NULL: none is left. `several`: there were others of its
 * code. borrowed */
PyObject *called_find(uint32_t number, bool *several);

/* The code of functions that have the number, and look names up in `globals`: none of them needs to be left,
 * as of those that are made where they are handed over. NULL: there is none. `defaults`: what one of them
 * had, if these were constants, else NULL. borrowed, both */
PyObject *called_find_code(uint32_t number, const void *globals, PyObject **defaults);

#endif
