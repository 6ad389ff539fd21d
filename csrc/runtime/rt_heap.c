/* heapq.heappush and heappop: which items are compared, and in which order, is what the module does. */
#include "cpython/order.h"
#include "runtime/rt.h"

/* 1, 0: is one item less than another; -1: an error, one that the list has changed among them. */
static inline int is_less(PyListObject *heap, Py_ssize_t first, Py_ssize_t second) {
    PyObject *a = heap->ob_item[first], *b = heap->ob_item[second];
    int order = cp_order_of(a, b);
    if (order != ORDER_UNKNOWN) return order < 0;
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
