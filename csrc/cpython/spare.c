#include "cpython/spare.h"
#include "cpython/compat.h"

enum { SPARE_COUNT = 64, SPARE_DIGITS = 3 }; /* digits: as many as 64 bits need */

static PyObject *ints[SPARE_COUNT], *floats[SPARE_COUNT]; // for the whole process; guarded by the GIL
static int int_count, float_count;

void spare_fill(void) {
    PyObject *type, *value, *traceback;
    if (int_count == SPARE_COUNT && float_count == SPARE_COUNT) return;
    PyErr_Fetch(&type, &value, &traceback);
    while (int_count < SPARE_COUNT && (ints[int_count] = (PyObject *)_PyLong_New(SPARE_DIGITS))) int_count++;
    while (float_count < SPARE_COUNT && (floats[float_count] = PyFloat_FromDouble(0.0))) float_count++;
    PyErr_Restore(type, value, traceback);
}

PyObject *spare_int(int64_t value) {
    if (int_count == 0) return NULL;
    PyLongObject *number = (PyLongObject *)ints[--int_count];
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    int size = 0;
    for (; rest != 0; rest >>= PyLong_SHIFT) number->ob_digit[size++] = (digit)(rest & PyLong_MASK);
    Py_SET_SIZE(number, value < 0 ? -size : size);
    return (PyObject *)number;
}

PyObject *spare_float(double value) {
    if (float_count == 0) return NULL;
    PyFloatObject *number = (PyFloatObject *)floats[--float_count];
    number->ob_fval = value;
    return (PyObject *)number;
}
