/* The order of objects that nobody's code is asked to compare: ints, floats, texts, and tuples and lists of
 * these. */
#ifndef DXPY_CPYTHON_ORDER_H
#define DXPY_CPYTHON_ORDER_H

#include "cpython/compat.h"

enum { ORDER_UNKNOWN = -2 };

/* -1, 0, 1: a is less, the same, greater. ORDER_UNKNOWN: comparing them may run code, raise, or goes by
 * another rule, as with a NaN. Nothing was done then. */
int cp_order_of(PyObject *a, PyObject *b);

/* Brings items into the order in which list.sort would, by their keys; these may be the items. False: it
 * cannot be said, or there is no memory; nothing was done. */
bool cp_sort(PyObject **items, PyObject *const *keys, Py_ssize_t count, bool reverse);

#endif
