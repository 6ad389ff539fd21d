/* How named tuples come to be: by a function that packs what it is given and calls tuple.__new__. */
#include "runtime/rt.h"

static bool is_tuple_new(PyObject *callable) {
    static const PyMethodDef *definition; // one per process, like CPython's own functions
    if (!PyCFunction_CheckExact(callable)) return false;
    const PyCFunctionObject *function = (PyCFunctionObject *)callable;
    if (function->m_self != (PyObject *)&PyTuple_Type) return false;
    if (definition == NULL) {
        PyObject *found = PyDict_GetItemWithError(PyTuple_Type.tp_dict, cp_name_new()); // borrowed
        if (found == NULL || !PyCFunction_CheckExact(found)) return false;
        definition = ((PyCFunctionObject *)found)->m_ml;
    }
    return function->m_ml == definition;
}

/* Does tuple.__new__ make its instances, beside what `__new__` a class of Python's has? */
static bool is_made_of_tuple(PyTypeObject *type) {
    newfunc by = type->tp_new;
    for (; type != &PyTuple_Type; type = type->tp_base)
        if (type == NULL || !(type->tp_flags & Py_TPFLAGS_HEAPTYPE) ||
            (type->tp_new != by && type->tp_new != PyTuple_Type.tp_new))
            return false;
    return true;
}

/* With a place for its hash behind the items, as all that type allocates. NULL: there is no memory, which
 * will be told again; no exception is set. */
static PyObject *filled(PyTypeObject *type, PyObject *const *items, Py_ssize_t count) {
    PyObject *result = type->tp_alloc(type, count);
    if (result == NULL) PyErr_Clear();
    for (Py_ssize_t i = 0; result != NULL && i < count; i++) PyTuple_SET_ITEM(result, i, Py_NewRef(items[i]));
    return result;
}

PyObject *rt_new_tuple_of(PyThreadState *tstate, PyObject *callable, PyObject *const *args, i64 count) {
    if (count != 2 || !PyTuple_CheckExact(args[1]) || !PyType_Check(args[0]) || !is_tuple_new(callable) ||
        !cp_may_recurse(tstate))
        return NULL;
    PyTypeObject *type = (PyTypeObject *)args[0];
    bool plain = type != &PyTuple_Type &&
                 (type->tp_new == PyTuple_Type.tp_new || rt_find_new(type) != NULL) && is_made_of_tuple(type);
    return plain ? filled(type, &PyTuple_GET_ITEM(args[1], 0), PyTuple_GET_SIZE(args[1])) : NULL;
}

/* --- without the function --- */

/* Of a class that rt_find_new finds something for. A version that holds proves that the class is the same,
 * and so alive, and has it by the same static method. */
typedef struct Maker {
    uint32_t version, function_version;
    int count;                  // of what is packed; -1: it does something else
    PyFunctionObject *function; // borrowed, compared with; alive while the class has it
} Maker;

static Maker makers[64]; // one per process, like type versions; guarded by the GIL

static void fill_maker(Maker *maker, PyTypeObject *type, PyFunctionObject *function) {
    int count = is_made_of_tuple(type) ? cp_packed_arguments((PyCodeObject *)function->func_code) : -1;
    *maker = (Maker){cp_type_version(type), cp_need_function_version(function), count, function};
}

PyObject *rt_new_named(PyThreadState *tstate, PyTypeObject *type, PyObject *new, PyObject *const *args,
                       i64 count) {
    enum { LEVELS = 3 }; /* of recursion that it takes in the interpreter */
    PyFunctionObject *function = (PyFunctionObject *)new;
    uint32_t function_version = cp_need_function_version(function);
    Maker *maker = &makers[cp_type_version(type) % Py_ARRAY_LENGTH(makers)];
    if (maker->version != cp_type_version(type) || maker->function != function ||
        maker->function_version != function_version)
        fill_maker(maker, type, function);
    if (maker->count != count || maker->version == 0 || function_version == 0 ||
        tstate->recursion_remaining <= LEVELS)
        return NULL;
    PyObject *name = PyTuple_GET_ITEM(((PyCodeObject *)function->func_code)->co_names, 0);
    PyObject *called = PyDict_GetItemWithError(function->func_globals, name); // borrowed
    if (called == NULL || !is_tuple_new(called)) {
        PyErr_Clear();
        return NULL;
    }
    return filled(type, args, count);
}
