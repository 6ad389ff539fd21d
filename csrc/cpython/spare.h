/* Numbers, iterators, generators and functions kept for when no memory is left: a frame that compiled code
 * leaves must be rebuilt all the same. */
#ifndef DXPY_CPYTHON_SPARE_H
#define DXPY_CPYTHON_SPARE_H

#include "cpython/compat.h"

#include <stdint.h>

/* Make up what was used. Without memory less is kept; never fails, leaves the error indicator alone. */
void spare_fill(void);

/* An int or a float that needs no memory, new ref. NULL: none is left. */
PyObject *spare_int(int64_t value, bool has_sign);
PyObject *spare_float(double value);
/* The iterator of a sequence from an index on, of a type laid out like a list's; NULL: an exhausted one. */
PyObject *spare_iterator(PyTypeObject *type, PyObject *sequence, Py_ssize_t index);
enum { SPARE_ZIPPED = 4 }; /* iterators that a zip may go over */
/* enumerate, zip, and iterators of dicts and sets, of what cp_new_enumerate and its like make them of. */
PyObject *spare_enumerate(int64_t index, PyObject *last, PyObject *iterator);
PyObject *spare_zip(Py_ssize_t count, PyObject *const *lasts_and_iterators);
PyObject *spare_hashed(PyTypeObject *type, const CpHashedIterator *parts);
/* The iterator of a range: its next number, where it ends, by its step. */
PyObject *spare_range(int64_t next, int64_t end, int64_t step);
/* Memory of a generator or coroutine with so many slots, as it is allocated; NULL: it needs more. */
PyGenObject *spare_generator(PyTypeObject *type, Py_ssize_t slots);
/* A function without defaults or closure. */
PyObject *spare_function(PyCodeObject *code, PyObject *globals, PyObject *builtins);

#endif
