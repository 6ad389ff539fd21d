/* How the instances of a class come to be: what a call of it leads to. */
#include "runtime/rt.h"

#include "cpython/kept.h"

/* The __init__ of classes whose instances object.__new__ makes, by type version: a version that holds proves
 * that the class is the same. */
typedef struct Constructor {
    uint32_t version;
    PyObject *init; // borrowed from the class, or a base of it
} Constructor;

static Constructor constructors[512]; // one per process, like type versions; guarded by the GIL

PyObject *rt_find_init(PyTypeObject *type) {
    uint32_t version = cp_type_version(type);
    Constructor *known = &constructors[version % Py_ARRAY_LENGTH(constructors)];
    if (version != 0 && known->version == version) return known->init;
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || type->tp_flags & Py_TPFLAGS_IS_ABSTRACT ||
        type->tp_new != PyBaseObject_Type.tp_new || type->tp_vectorcall != NULL)
        return NULL;
    PyObject *init = _PyType_Lookup(type, cp_name_init()); // borrowed
    if (init == NULL || !Py_IS_TYPE(init, &PyFunction_Type)) return NULL;
    version = cp_type_version(type);
    if (version != 0) constructors[version % Py_ARRAY_LENGTH(constructors)] = (Constructor){version, init};
    return init;
}

bool rt_check_none(PyObject *result_steal) {
    bool ok = result_steal == Py_None;
    if (result_steal != NULL && !ok)
        PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'",
                     Py_TYPE(result_steal)->tp_name);
    Py_XDECREF(result_steal);
    return ok;
}

PyObject *rt_new_instance(PyObject *class) { return rt_new_plain(class); }
PyObject *rt_new_plain(PyObject *class) {
    PyObject *object = cp_plain_instance((PyTypeObject *)class);
    return object != NULL ? object : cp_new_instance((PyTypeObject *)class);
}

PyObject *rt_find_new(PyTypeObject *type) {
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || type->tp_init != PyBaseObject_Type.tp_init ||
        type->tp_vectorcall != NULL)
        return NULL;
    PyObject *held = _PyType_Lookup(type, cp_name_new());
    if (held == NULL || !Py_IS_TYPE(held, &PyStaticMethod_Type)) return NULL;
    int64_t offset;
    PyObject *function = cp_held_function(held, &offset);
    return function != NULL && Py_IS_TYPE(function, &PyFunction_Type) ? function : NULL;
}

PyObject *rt_restless_attr(PyObject *owner, PyObject *name) {
    PyTypeObject *type = Py_TYPE(owner), *class = PyType_Check(owner) ? (PyTypeObject *)owner : type;
    PyObject *value = cp_restless_value(class, name);
    if (value == NULL) return NULL;
    if (class == type)
        return cp_finds_by(type) == PyObject_GenericGetAttr && cp_lacks_own(type, owner, name) ? value : NULL;
    if (cp_finds_by(type) != PyType_Type.tp_getattro) return NULL;
    PyObject *first = type != &PyType_Type ? _PyType_Lookup(type, name) : NULL; /* `type` has no such name */
    return first == NULL ? value : NULL;
}

/* Classes called with one object that CPython, too, has shorter ways for than their tp_call. *known: false
 * for others. */
PyObject *rt_call_known_class(PyThreadState *tstate, PyObject *class, PyObject *argument, bool *known) {
    *known = true;
    if (class == (PyObject *)&PyLong_Type || class == (PyObject *)&PyFloat_Type) {
        *known = rt_fails_untold(tstate, class, argument);
        return NULL;
    }
    if (class == (PyObject *)&PyUnicode_Type) return rt_str_of_any(argument);
    if (class == (PyObject *)&PyTuple_Type) return PySequence_Tuple(argument);
    if (class == (PyObject *)&PyType_Type) return Py_NewRef(Py_TYPE(argument));
    *known = false;
    return NULL;
}
