#include "cpython/functions.h"

#include "cpython/kept.h"

enum { KEPT_FUNCTIONS = 32, FIRST_NAMES = 16 };
static struct {
    int count;
    PyFunctionObject *functions[KEPT_FUNCTIONS];
} kept; // one per process, guarded by the GIL

/* What a module's dict has by a name that is among its first. */
static PyObject *among_first(PyObject *globals, PyObject *name) { // borrowed; NULL: it is not there
    PyDictKeysObject *keys = ((PyDictObject *)globals)->ma_keys;
    if (((PyDictObject *)globals)->ma_values != NULL || !cp_keys_are_str(keys)) return NULL;
    const PyDictUnicodeEntry *entries = DK_UNICODE_ENTRIES(keys);
    for (Py_ssize_t i = 0; i < keys->dk_nentries && i < FIRST_NAMES; i++)
        if (entries[i].me_key == name) return entries[i].me_value;
    return NULL;
}

static PyObject *builtins_of(PyObject *globals) { // borrowed; NULL: it is not known
    PyObject *builtins = among_first(globals, &_Py_ID(__builtins__));
    return builtins != NULL && PyModule_Check(builtins) ? PyModule_GetDict(builtins) : builtins;
}

PyObject *cp_new_function(PyObject *code, PyObject *globals) {
    PyObject *builtins = kept.count > 0 ? builtins_of(globals) : NULL;
    PyObject *module = builtins != NULL ? among_first(globals, &_Py_ID(__name__)) : NULL;
    struct _gc_runtime_state *collector = &_PyInterpreterState_GET()->gc;
    if (module == NULL || cp_would_collect(collector) || _Py_tracemalloc_config.tracing)
        return PyFunction_New(code, globals);
    PyCodeObject *of = (PyCodeObject *)code;
    PyObject *first = PyTuple_GET_SIZE(of->co_consts) > 0 ? PyTuple_GET_ITEM(of->co_consts, 0) : Py_None;
    PyFunctionObject *function = kept.functions[--kept.count];
    collector->generations[0].count++;
    Py_SET_REFCNT(function, 1);
    *_Py_AS_GC(function) = (PyGC_Head){0};
    function->func_globals = Py_NewRef(globals);
    function->func_builtins = Py_NewRef(builtins);
    function->func_name = Py_NewRef(of->co_name);
    function->func_qualname = Py_NewRef(of->co_qualname);
    function->func_code = Py_NewRef(code);
    function->func_doc = Py_NewRef(PyUnicode_Check(first) ? first : Py_None);
    function->func_module = Py_NewRef(module);
    function->func_defaults = function->func_kwdefaults = function->func_closure = NULL;
    function->func_dict = function->func_weakreflist = function->func_annotations = NULL;
    function->vectorcall = _PyFunction_Vectorcall;
    function->func_version = 0;
    _PyObject_GC_TRACK(function);
    return (PyObject *)function;
}

bool cp_keep_function(PyObject *object) {
    PyFunctionObject *function = (PyFunctionObject *)object;
#ifdef Py_REF_DEBUG
    return false; /* the debug build keeps account of what goes */
#endif
    if (kept.count == KEPT_FUNCTIONS || function->func_weakreflist != NULL || _Py_tracemalloc_config.tracing)
        return false;
    PyObject *held[] = {function->func_globals,  function->func_builtins,   function->func_module,
                        function->func_defaults, function->func_kwdefaults, function->func_doc,
                        function->func_dict,     function->func_closure,    function->func_annotations,
                        function->func_code,     function->func_name,       function->func_qualname};
    _PyObject_GC_UNTRACK(object);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(held); i++) Py_XDECREF(held[i]);
    if (kept.count == KEPT_FUNCTIONS) { /* what went with it has run code */
        PyObject_GC_Del(object);
        return true;
    }
    struct _gc_runtime_state *collector = &_PyInterpreterState_GET()->gc;
    if (collector->generations[0].count > 0) collector->generations[0].count--;
    kept.functions[kept.count++] = function;
    return true;
}
