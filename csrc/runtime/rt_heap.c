/* heapq.heappush and heappop: which items are compared, and in which order, is what the module does. Numbers,
 * and tuples that begin with them, are compared here. */
#include "runtime/rt.h"

enum { UNKNOWN = -2 };

/* -1, 0, 1: a is less, the same, greater; UNKNOWN: they are no numbers whose comparison is as plain as that.
 */
static inline int order_of_numbers(PyObject *a, PyObject *b) {
    if (a == b && PyLong_CheckExact(a)) return 0;
    if (PyLong_CheckExact(a) && PyLong_CheckExact(b)) {
        Py_ssize_t one = Py_SIZE(a), other = Py_SIZE(b);
        if (one != other) return one < other ? -1 : 1;
        if (one < -1 || one > 1) return UNKNOWN;
        digit first = ((PyLongObject *)a)->ob_digit[0], second = ((PyLongObject *)b)->ob_digit[0];
        int order = one == 0 || first == second ? 0 : first < second ? -1 : 1;
        return one < 0 ? -order : order;
    }
    if (!PyFloat_CheckExact(a) || !PyFloat_CheckExact(b)) return UNKNOWN;
    double one = PyFloat_AS_DOUBLE(a), other = PyFloat_AS_DOUBLE(b);
    return one < other ? -1 : one > other ? 1 : one == other ? 0 : UNKNOWN;
}

static int order_of(PyObject *a, PyObject *b) {
    if (!PyTuple_CheckExact(a) || !PyTuple_CheckExact(b)) return order_of_numbers(a, b);
    Py_ssize_t one = PyTuple_GET_SIZE(a), other = PyTuple_GET_SIZE(b);
    for (Py_ssize_t i = 0; i < one && i < other; i++) {
        int order = order_of_numbers(PyTuple_GET_ITEM(a, i), PyTuple_GET_ITEM(b, i));
        if (order != 0) return order;
    }
    return one < other ? -1 : one > other;
}

/* 1, 0: is one item less than another; -1: an error, one that the list has changed among them. */
static inline int is_less(PyListObject *heap, Py_ssize_t first, Py_ssize_t second) {
    PyObject *a = heap->ob_item[first], *b = heap->ob_item[second];
    int order = order_of(a, b);
    if (order != UNKNOWN) return order < 0;
    Py_ssize_t size = Py_SIZE(heap);
    Py_INCREF(a);
    Py_INCREF(b);
    int less = PyObject_RichCompareBool(a, b, Py_LT);
    Py_DECREF(a);
    Py_DECREF(b);
    if (less >= 0 && Py_SIZE(heap) != size) {
        PyErr_SetString(PyExc_RuntimeError, "list changed size during iteration");
        return -1;
    }
    return less;
}

static inline void swap(PyListObject *heap, Py_ssize_t first, Py_ssize_t second) {
    PyObject *item = heap->ob_item[first];
    heap->ob_item[first] = heap->ob_item[second];
    heap->ob_item[second] = item;
}

/* Towards the root, up to `top`. */
static int rise(PyListObject *heap, Py_ssize_t top, Py_ssize_t place) {
    while (place > top) {
        Py_ssize_t parent = (place - 1) / 2;
        int less = is_less(heap, place, parent);
        if (less <= 0) return less;
        swap(heap, place, parent);
        place = parent;
    }
    return 0;
}

/* The root to a leaf, along the lesser children, and from there to its place. */
static int sink(PyListObject *heap) {
    Py_ssize_t size = Py_SIZE(heap), place = 0;
    while (place < size / 2) {
        Py_ssize_t child = 2 * place + 1;
        if (child + 1 < size) {
            int less = is_less(heap, child, child + 1);
            if (less < 0) return -1;
            child += !less;
        }
        swap(heap, place, child);
        place = child;
    }
    return rise(heap, 0, place);
}

i64 rt_heap_push(PyObject *heap, PyObject *item) {
    Py_INCREF(item);
    if (rt_list_append(heap, item) < 0) return -1;
    return rise((PyListObject *)heap, 0, PyList_GET_SIZE(heap) - 1);
}

PyObject *rt_heap_pop(PyObject *heap) {
    Py_ssize_t size = PyList_GET_SIZE(heap);
    if (size == 0) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    PyObject *last = PyList_GET_ITEM(heap, size - 1);
    if (!cp_list_cut((PyListObject *)heap, size - 1)) return PyErr_NoMemory();
    if (size == 1) return last;
    PyObject *least = PyList_GET_ITEM(heap, 0);
    PyList_SET_ITEM(heap, 0, last);
    if (sink((PyListObject *)heap) == 0) return least;
    Py_DECREF(least);
    return NULL;
}
