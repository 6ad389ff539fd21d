/* What C code of the library does for each of many items: the items of map, and counting them. */
#include "cpython/generators.h"
#include "cpython/library.h"
#include "runtime/rt.h"

/* --- map --- */

/* Of a function of one argument. NULL: an error. */
static PyObject *of_one(PyThreadState *tstate, PyObject *function, PyObject *item) {
    i64 whole;
    double number;
    if (function == (PyObject *)&PyLong_Type && rt_int_in_text(item, &whole))
        return PyLong_FromLongLong(whole);
    if (function == (PyObject *)&PyFloat_Type && rt_float_in_text(item, &number))
        return PyFloat_FromDouble(number);
    PyObject *args[] = {NULL, item}; /* what is called may write in front of them */
    return rt_call_borrowed(tstate, function, args + 1, 1);
}

PyObject *rt_map_item(PyObject *map) {
    PyThreadState *tstate = _PyThreadState_GET();
    CpMap *object = (CpMap *)map;
    if (tstate->interp != cp_home || PyTuple_GET_SIZE(object->iterators) != 1 ||
        !Py_IS_TYPE(map, &PyMap_Type))
        return cp_generator_slots.map_next(map);
    PyObject *iterator = PyTuple_GET_ITEM(object->iterators, 0);
    PyObject *item = Py_TYPE(iterator)->tp_iternext(iterator);
    if (item == NULL) return NULL;
    PyObject *result = of_one(tstate, object->function, item);
    Py_DECREF(item);
    return result;
}

/* --- collections._count_elements --- */

static int count_one(PyObject *counts, PyObject *key) {
    if (cp_dict_count(counts, key) > 0) return 0;
    Py_hash_t hash = PyObject_Hash(key);
    if (hash == -1) return -1;
    PyObject *there = _PyDict_GetItem_KnownHash(counts, key, hash); // borrowed
    if (there == NULL && PyErr_Occurred()) return -1;
    PyObject *one = PyLong_FromLong(1), *more = there == NULL ? Py_NewRef(one) : PyNumber_Add(there, one);
    int status = more != NULL ? _PyDict_SetItem_KnownHash(counts, key, more, hash) : -1;
    Py_XDECREF(more);
    Py_DECREF(one);
    return status;
}

PyObject *rt_count_elements(PyObject *module, PyObject *const *args, Py_ssize_t count) {
    if (count != 2 || !cp_counts_as_dict(Py_TYPE(args[0])))
        return ((_PyCFunctionFast)(void (*)(void))cp_original(CP_COUNT_ELEMENTS))(module, args, count);
    PyObject *iterator = PyObject_GetIter(args[1]), *key;
    if (iterator == NULL) return NULL;
    while ((key = PyIter_Next(iterator)) != NULL) {
        int status = count_one(args[0], key);
        Py_DECREF(key);
        if (status < 0) break;
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}
