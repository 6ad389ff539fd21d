/* Members of enumerations as keys: their hash is that of their name, as `Enum.__hash__` gives it, found
 * without calling it. They are compared as objects are, by what they are. */
#include "cpython/compat.h"

#include <string.h>

/* `Enum.__hash__` as the standard library has it, kept for ever, of the interpreter that the hook is in. */
static struct {
    PyFunctionObject *function; // NULL: it is not known
    PyObject *name;             // of the attribute that it hashes, interned
    uint32_t version;           // of the function: another one when its code is set anew
} enum_hash;                    // one per process; guarded by the GIL

/* Is it `def __hash__(self): return hash(self._name_)`? */
static bool is_expected(PyFunctionObject *function) {
    static const uint8_t UNITS[] = {RESUME,  0, LOAD_GLOBAL, 1, LOAD_FAST,    0, LOAD_ATTR, 1,
                                    PRECALL, 1, CALL,        1, RETURN_VALUE, 0};
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    if (code->co_argcount != 1 || code->co_kwonlyargcount != 0 ||
        code->co_flags != (CO_OPTIMIZED | CO_NEWLOCALS) || PyTuple_GET_SIZE(code->co_names) != 2 ||
        PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(code->co_names, 1), "_name_") != 0 ||
        PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(code->co_names, 0), "hash") != 0)
        return false;
    PyObject *bytes = PyCode_GetCode(code);
    Py_ssize_t count = bytes != NULL ? PyBytes_GET_SIZE(bytes) : 0;
    bool same = bytes != NULL;
    size_t at = 0;
    for (Py_ssize_t i = 0; i < count; i += 2) {
        const char *unit = PyBytes_AS_STRING(bytes) + i;
        if (*unit == CACHE) continue;
        same = same && at < sizeof(UNITS) && memcmp(unit, &UNITS[at], 2) == 0;
        at += 2;
    }
    Py_XDECREF(bytes);
    return same && at == sizeof(UNITS);
}

/* `function` is the `__hash__` of a class: is it that one? */
static bool is_enum_hash(PyObject *function) {
    static bool tried;
    PyObject *module = !tried ? PyDict_GetItemString(PyImport_GetModuleDict(), "enum") : NULL; // borrowed
    PyObject *names = module != NULL && PyModule_CheckExact(module) ? PyModule_GetDict(module) : NULL;
    PyObject *type = names != NULL ? PyDict_GetItemString(names, "Enum") : NULL; // borrowed
    if (type != NULL && PyType_Check(type) && PyFunction_Check(function) &&
        _PyType_Lookup((PyTypeObject *)type, &_Py_ID(__hash__)) == function) {
        tried = true;
        PyObject *name = PyUnicode_InternFromString("_name_");
        if (name != NULL && is_expected((PyFunctionObject *)function)) {
            enum_hash.function = (PyFunctionObject *)Py_NewRef(function);
            enum_hash.name = Py_NewRef(name);
            enum_hash.version = cp_need_function_version(enum_hash.function);
        }
        Py_XDECREF(name);
        PyErr_Clear();
    }
    return enum_hash.function != NULL && function == (PyObject *)enum_hash.function;
}

/* Does the function find the built-in `hash`? Asked again when one of the dicts that it looks in has changed.
 */
static bool finds_builtin_hash(void) {
    static uint64_t globals_state, builtins_state;
    static bool answer;
    PyDictObject *globals = (PyDictObject *)enum_hash.function->func_globals;
    PyObject *builtins = enum_hash.function->func_builtins;
    if (!PyDict_CheckExact(globals) || !PyDict_CheckExact(builtins)) return false;
    uint64_t there = ((PyDictObject *)builtins)->ma_version_tag;
    if (globals->ma_version_tag == globals_state && there == builtins_state) return answer;
    PyObject *found = PyDict_GetItemString(builtins, "hash"); // borrowed
    answer = found != NULL && PyCFunction_CheckExact(found) && PyModule_Check(PyCFunction_GET_SELF(found)) &&
             strcmp(((PyCFunctionObject *)found)->m_ml->ml_name, "hash") == 0 &&
             PyDict_GetItemString((PyObject *)globals, "hash") == NULL;
    PyErr_Clear();
    globals_state = globals->ma_version_tag;
    builtins_state = there;
    return answer;
}

static bool has_members(PyTypeObject *type) {
    if (!cp_has_values(type) || type->tp_getattro != PyObject_GenericGetAttr) return false;
    PyObject *function = _PyType_Lookup(type, &_Py_ID(__hash__)); // borrowed
    return function != NULL && is_enum_hash(function) && _PyType_Lookup(type, enum_hash.name) == NULL;
}

/* Likewise, remembered by the class's version. */
static inline bool is_class_of_members(PyTypeObject *type) {
    enum { REMEMBERED = 64 };
    static struct {
        uint32_t version;
        bool answer;
    } asked[REMEMBERED];
    uint32_t version = type->tp_version_tag, at = version % REMEMBERED;
    if (version == 0 || asked[at].version != version) {
        bool answer = has_members(type); /* which gives it a version */
        version = type->tp_version_tag;
        if (version == 0) return false;
        at = version % REMEMBERED;
        asked[at].version = version;
        asked[at].answer = answer;
    }
    return asked[at].answer;
}

static PyObject *name_of(PyObject *member) { // borrowed
    PyDictValues *values = *cp_values(member);
    if (values == NULL) {
        PyObject *dict = *cp_managed_dict(member), *name = NULL;
        return dict != NULL && cp_dict_find(dict, enum_hash.name, &name) > 0 ? name : NULL;
    }
    Py_ssize_t index = cp_keys_find(cp_shared_keys(Py_TYPE(member)), enum_hash.name);
    return index >= 0 ? values->values[index] : NULL;
}

bool cp_hash_of_member(PyObject *key, Py_hash_t *hash) {
    enum { LEVELS = 2 }; /* of recursion that the calls would take */
    PyTypeObject *type = Py_TYPE(key);
    if (type->tp_richcompare != PyBaseObject_Type.tp_richcompare || !is_class_of_members(type) ||
        enum_hash.function->func_version != enum_hash.version || enum_hash.version == 0 ||
        !finds_builtin_hash() || _PyThreadState_GET()->recursion_remaining <= LEVELS)
        return false;
    PyObject *name = name_of(key);
    if (name == NULL || !PyUnicode_CheckExact(name)) return false;
    *hash = PyObject_Hash(name);
    return *hash != -1;
}
