#include "cpython/abstract.h"

static struct {
    PyTypeObject *metaclass; // for as long as the process
    PyCFunction token;       /* abc.get_cache_token */
    PyObject *module;        // likewise, what that is called of
    bool looked;
} abc; // one per process, as the module is; guarded by the GIL

/* A function of the module abc that does nothing but hand on to the C function of that name. */
static bool hands_on(PyObject *function, const char *name) {
    if (function == NULL || !Py_IS_TYPE(function, &PyFunction_Type)) return false;
    PyObject *names = ((PyCodeObject *)((PyFunctionObject *)function)->func_code)->co_names;
    return PyTuple_GET_SIZE(names) == 1 &&
           PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), name) == 0;
}

static bool asks_in_c(PyTypeObject *metaclass) {
    return hands_on(_PyType_Lookup(metaclass, &_Py_ID(__instancecheck__)), "_abc_instancecheck") &&
           hands_on(_PyType_Lookup(metaclass, &_Py_ID(__subclasscheck__)), "_abc_subclasscheck");
}

static void look(void) {
    abc.looked = true;
    PyObject *name = PyUnicode_FromString("abc");
    PyObject *module = name != NULL ? PyImport_GetModule(name) : NULL;
    PyObject *metaclass = module != NULL ? PyObject_GetAttrString(module, "ABCMeta") : NULL;
    PyObject *token = module != NULL ? PyObject_GetAttrString(module, "get_cache_token") : NULL;
    if (metaclass != NULL && token != NULL && PyType_Check(metaclass) && PyCFunction_CheckExact(token) &&
        PyCFunction_GET_FLAGS(token) == METH_NOARGS && asks_in_c((PyTypeObject *)metaclass)) {
        abc.metaclass = (PyTypeObject *)Py_NewRef(metaclass);
        abc.token = PyCFunction_GET_FUNCTION(token);
        abc.module = Py_XNewRef(PyCFunction_GET_SELF(token));
    }
    PyErr_Clear();
    Py_XDECREF(name);
    Py_XDECREF(module);
    Py_XDECREF(metaclass);
    Py_XDECREF(token);
}

bool cp_answers_as_abc(PyTypeObject *metaclass) {
    if (!abc.looked) look();
    if (abc.metaclass == NULL || !PyType_IsSubtype(metaclass, abc.metaclass)) return false;
    PyObject *names[] = {&_Py_ID(__instancecheck__), &_Py_ID(__subclasscheck__)};
    for (int i = 0; i < 2; i++)
        if (_PyType_Lookup(metaclass, names[i]) != _PyType_Lookup(abc.metaclass, names[i])) return false;
    return asks_in_c(metaclass);
}

uint64_t cp_abc_token(void) {
    PyObject *token = abc.token != NULL ? abc.token(abc.module, NULL) : NULL;
    uint64_t number = token != NULL && PyLong_CheckExact(token) ? PyLong_AsUnsignedLongLong(token) + 1 : 0;
    if (token == NULL) PyErr_Clear();
    Py_XDECREF(token);
    return number;
}
