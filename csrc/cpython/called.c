#include "cpython/called.h"

/* By the address of a function's code, of a class, of a C function's definition: another one that comes to
 * lie there later is taken for the first, which a guard finds out. */
typedef struct Called {
    const void *key;     /* NULL: free */
    PyObject *reference; // new ref; a weak reference to one that is called
    PyObject *code;      // new ref; a weak reference to the code of a function; NULL: it is none
    PyObject *defaults;  // new ref; likewise, if they are constants
    const void *globals; // likewise, of the function; compared with, nothing else
    bool several;
} Called;

enum { CALLED = 4096, NEXT_PLACES = 8 };

static Called table[CALLED]; // one per process, like code objects; guarded by the GIL

static const void *key_of(PyObject *callable) {
    if (Py_IS_TYPE(callable, &PyFunction_Type)) return ((PyFunctionObject *)callable)->func_code;
    if (Py_IS_TYPE(callable, &PyType_Type)) return callable;
    return PyCFunction_CheckExact(callable) ? ((PyCFunctionObject *)callable)->m_ml : NULL;
}

static PyObject *alive(const Called *called) { // borrowed; NULL: it is gone
    PyObject *object = called->reference != NULL ? PyWeakref_GET_OBJECT(called->reference) : Py_None;
    return object != Py_None ? object : NULL;
}

/* The place of a key, or the first one that may be given to it; NULL: none. */
static Called *find_place(const void *key) {
    size_t at = (uintptr_t)key / 16 * UINT64_C(0x9e3779b97f4a7c15) >> 32;
    Called *free_place = NULL;
    for (size_t i = 0; i < NEXT_PLACES; i++) {
        Called *called = &table[(at + i) % CALLED];
        if (called->key == key) return called;
        if (free_place == NULL && alive(called) == NULL) free_place = called;
    }
    return free_place;
}

/* Defaults that nobody sees kept; NULL: there are none, or others. borrowed */
static PyObject *plain_defaults(const PyFunctionObject *function) {
    PyObject *defaults = function->func_defaults;
    for (Py_ssize_t i = 0; defaults != NULL && i < PyTuple_GET_SIZE(defaults); i++) {
        PyObject *value = PyTuple_GET_ITEM(defaults, i);
        if (value != Py_None && !PyBool_Check(value) && !PyLong_CheckExact(value) &&
            !PyFloat_CheckExact(value) && !PyUnicode_CheckExact(value))
            return NULL;
    }
    return defaults;
}

/* The collector is not to run now: finalizers would. */
static void remember(Called *called, const void *key, PyObject *callable) {
    PyFunctionObject *function = Py_IS_TYPE(callable, &PyFunction_Type) ? (PyFunctionObject *)callable : NULL;
    int collects = PyGC_Disable();
    PyObject *reference = PyWeakref_NewRef(callable, NULL);
    PyObject *code = function != NULL ? PyWeakref_NewRef(function->func_code, NULL) : NULL;
    if (collects) PyGC_Enable();
    PyErr_Clear();
    called->several = called->key == key;
    called->key = key;
    called->globals = function != NULL ? function->func_globals : NULL;
    Py_XSETREF(called->reference, reference);
    Py_XSETREF(called->code, code);
    Py_XSETREF(called->defaults, Py_XNewRef(function != NULL ? plain_defaults(function) : NULL));
}

uint32_t called_number(PyObject *callable) {
    uint32_t bound = 0;
    if (Py_IS_TYPE(callable, &PyMethod_Type)) {
        bound = CALLED_BOUND;
        callable = PyMethod_GET_FUNCTION(callable);
        if (!Py_IS_TYPE(callable, &PyFunction_Type)) return 0;
    }
    const void *key = key_of(callable);
    Called *called = key != NULL ? find_place(key) : NULL;
    if (called == NULL) return 0;
    PyObject *known = called->key == key ? alive(called) : NULL;
    if (known == NULL) remember(called, key, callable);
    else called->several |= known != callable;
    return (uint32_t)(called - table + 1) | bound;
}

PyObject *called_find(uint32_t number, bool *several) {
    if (number == 0 || number > CALLED) return NULL;
    const Called *called = &table[number - 1];
    *several = called->several;
    return alive(called);
}

PyObject *called_find_code(uint32_t number, const void *globals, PyObject **defaults) {
    if (number == 0 || number > CALLED) return NULL;
    const Called *called = &table[number - 1];
    *defaults = called->defaults;
    PyObject *code = called->code != NULL ? PyWeakref_GET_OBJECT(called->code) : Py_None;
    return code != Py_None && called->globals == globals ? code : NULL;
}
