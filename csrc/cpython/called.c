#include "cpython/called.h"

/* By the address of a function's code, of a class, of a C function's definition: another one that comes to
 * lie there later is taken for the first, which a guard finds out. */
typedef struct Called {
    const void *key;     /* NULL: free */
    PyObject *reference; // new ref; a weak reference to one that is called
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

/* The collector is not to run now: finalizers would. */
static void remember(Called *called, const void *key, PyObject *callable) {
    int collects = PyGC_Disable();
    PyObject *reference = PyWeakref_NewRef(callable, NULL);
    if (collects) PyGC_Enable();
    if (reference == NULL) PyErr_Clear();
    called->several = called->key == key;
    called->key = key;
    Py_XSETREF(called->reference, reference);
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
