#include "cpython/compat.h"

#include "cpython/identity.h"

#include "base/hash.h"

/* Constants lie in one another no deeper than a program's text does. */
enum { DEEPEST = 64 };

static void add_number(Hash *hash, int64_t number) { hash_update(hash, &number, sizeof(number)); }

static void add_bytes(Hash *hash, const void *bytes, Py_ssize_t length) {
    add_number(hash, length);
    hash_update(hash, bytes, (size_t)length);
}

static bool add_str(Hash *hash, PyObject *text) {
    if (!PyUnicode_CheckExact(text) || PyUnicode_READY(text) < 0) return false;
    int kind = PyUnicode_KIND(text);
    add_number(hash, kind);
    add_bytes(hash, PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text) * kind);
    return true;
}

static bool add_strs(Hash *hash, PyObject *tuple) {
    bool good = true;
    add_number(hash, PyTuple_GET_SIZE(tuple));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++)
        good &= add_str(hash, PyTuple_GET_ITEM(tuple, i));
    return good;
}

static bool add_constant(Hash *hash, PyObject *object, int depth);

/* The order of a set's elements differs from process to process: theirs are summed up. */
static bool add_set(Hash *hash, PyObject *set, int depth) {
    uint64_t sum[IDENTITY_BYTES / sizeof(uint64_t)] = {0}, one[IDENTITY_BYTES / sizeof(uint64_t)];
    PyObject *element;
    Py_ssize_t at = 0;
    Py_hash_t unused;
    add_number(hash, PySet_GET_SIZE(set));
    while (_PySet_NextEntry(set, &at, &element, &unused)) {
        Hash inner;
        hash_init(&inner);
        if (!add_constant(&inner, element, depth + 1)) return false;
        hash_final(&inner, (uint8_t *)one);
        for (size_t i = 0; i < sizeof(sum) / sizeof(sum[0]); i++) sum[i] += one[i];
    }
    hash_update(hash, sum, sizeof(sum));
    return true;
}

static bool add_code(Hash *hash, PyCodeObject *code, int depth);

static bool add_constant(Hash *hash, PyObject *object, int depth) {
    bool good = true;
    if (depth > DEEPEST) return false;
    const char *type = Py_TYPE(object)->tp_name;
    hash_update(hash, type, strlen(type) + 1);
    if (object == Py_None || object == Py_Ellipsis) return true;
    if (PyUnicode_CheckExact(object)) return add_str(hash, object);
    if (PyLong_CheckExact(object) || PyBool_Check(object)) {
        add_number(hash, Py_SIZE(object));
        add_bytes(hash, ((PyLongObject *)object)->ob_digit,
                  Py_ABS(Py_SIZE(object)) * (Py_ssize_t)sizeof(digit));
    } else if (PyFloat_CheckExact(object)) {
        hash_update(hash, &((PyFloatObject *)object)->ob_fval, sizeof(double));
    } else if (PyComplex_CheckExact(object)) {
        hash_update(hash, &((PyComplexObject *)object)->cval, sizeof(Py_complex));
    } else if (PyBytes_CheckExact(object)) {
        add_bytes(hash, PyBytes_AS_STRING(object), PyBytes_GET_SIZE(object));
    } else if (PyTuple_CheckExact(object)) {
        add_number(hash, PyTuple_GET_SIZE(object));
        for (Py_ssize_t i = 0; good && i < PyTuple_GET_SIZE(object); i++)
            good = add_constant(hash, PyTuple_GET_ITEM(object, i), depth + 1);
    } else if (PyFrozenSet_CheckExact(object)) {
        good = add_set(hash, object, depth);
    } else {
        good = PyCode_Check(object) && add_code(hash, (PyCodeObject *)object, depth + 1);
    }
    return good;
}

static bool add_code(Hash *hash, PyCodeObject *code, int depth) {
    const int numbers[] = {code->co_argcount,  code->co_posonlyargcount, code->co_kwonlyargcount,
                           code->co_stacksize, code->co_nlocalsplus,     code->co_flags};
    PyObject *units = PyCode_GetCode(code); // as the compiler wrote it; new ref
    if (units == NULL) {
        PyErr_Clear();
        return false;
    }
    hash_update(hash, numbers, sizeof(numbers));
    add_bytes(hash, PyBytes_AS_STRING(units), PyBytes_GET_SIZE(units));
    Py_DECREF(units);
    add_bytes(hash, PyBytes_AS_STRING(code->co_exceptiontable), PyBytes_GET_SIZE(code->co_exceptiontable));
    add_bytes(hash, PyBytes_AS_STRING(code->co_localspluskinds), PyBytes_GET_SIZE(code->co_localspluskinds));
    return add_str(hash, code->co_qualname) && add_strs(hash, code->co_names) &&
           add_strs(hash, code->co_localsplusnames) && add_constant(hash, code->co_consts, depth);
}

bool identity_of_code(PyCodeObject *code, PyObject *name, uint8_t identity[IDENTITY_BYTES]) {
    Hash hash;
    hash_init(&hash);
    bool good = add_str(&hash, name) && add_code(&hash, code, 0);
    hash_final(&hash, identity);
    return good;
}

uint64_t identity_hint(PyCodeObject *code, PyObject *name) {
    uint64_t hint = (uint64_t)Py_SIZE(code) << 32 ^ (uint64_t)code->co_nlocalsplus;
    const char *text = PyUnicode_DATA(name);
    size_t length = (size_t)PyUnicode_GET_LENGTH(name) * PyUnicode_KIND(name);
    for (size_t i = 0; i < length; i += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, text + i, Py_MIN(length - i, sizeof(word)));
        hint = (hint ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hint ^= hint >> 29;
    }
    return hint;
}

/* --- classes, functions and programs by their names --- */

static PyObject *item(PyObject *dict, const char *name, Py_ssize_t length) { // borrowed, or NULL
    PyObject *key = dict ? PyUnicode_DecodeUTF8(name, length, NULL) : NULL;
    PyObject *found = key ? PyDict_GetItemWithError(dict, key) : NULL;
    Py_XDECREF(key);
    PyErr_Clear();
    return found;
}

static const char *utf8(PyObject *text) {
    const char *bytes = text && PyUnicode_CheckExact(text) ? PyUnicode_AsUTF8(text) : NULL;
    PyErr_Clear();
    return bytes;
}

uint64_t identity_of_program(void) {
    static const char *const OURS[] = {"dxpy", "run", "cache",
                                       "warm"};     /* of `python -m dxpy run script.py` */
    PyObject *words = PySys_GetObject("orig_argv"); // borrowed
    Py_ssize_t count = words != NULL && PyList_Check(words) ? PyList_GET_SIZE(words) : 0;
    for (Py_ssize_t i = 1; i < count; i++) {
        const char *word = utf8(PyList_GET_ITEM(words, i));
        bool ours = word == NULL || word[0] == '-';
        for (size_t k = 0; !ours && k < sizeof(OURS) / sizeof(OURS[0]); k++)
            ours = strcmp(word, OURS[k]) == 0;
        if (ours) continue;
        const char *slash = strrchr(word, '/');
        Hash hash;
        uint64_t digest[IDENTITY_BYTES / sizeof(uint64_t)];
        hash_init(&hash);
        hash_update(&hash, slash != NULL ? slash + 1 : word, strlen(slash != NULL ? slash + 1 : word));
        hash_final(&hash, (uint8_t *)digest);
        return digest[0];
    }
    return 1;
}

bool identity_of_type(PyTypeObject *type, const char **module, const char **qualname) {
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
        *qualname = utf8(((PyHeapTypeObject *)type)->ht_qualname);
        *module = utf8(item(type->tp_dict, "__module__", 10));
    } else {
        const char *dot = strrchr(type->tp_name, '.');
        *qualname = dot ? dot + 1 : type->tp_name;
        *module = dot ? utf8(item(type->tp_dict, "__module__", 10)) : "builtins";
    }
    return *module != NULL && *qualname != NULL;
}

bool identity_of_function(PyObject *function, const char **module, const char **qualname) {
    *module = utf8(((PyFunctionObject *)function)->func_module);
    *qualname = utf8(((PyFunctionObject *)function)->func_qualname);
    return *module != NULL && *qualname != NULL;
}

PyObject *identity_find(const char *module, const char *qualname) {
    PyObject *found = item(PyImport_GetModuleDict(), module, (Py_ssize_t)strlen(module));
    PyObject *dict = found && PyModule_Check(found) ? PyModule_GetDict(found) : NULL;
    for (const char *part = qualname; dict != NULL;) {
        size_t length = strcspn(part, ".");
        found = item(dict, part, (Py_ssize_t)length);
        if (found == NULL || part[length] == 0) return found;
        part += length + 1;
        dict = PyType_Check(found) ? ((PyTypeObject *)found)->tp_dict : NULL;
    }
    return NULL;
}

uint32_t identity_find_type_version(const char *module, const char *qualname) {
    PyTypeObject *type = (PyTypeObject *)identity_find(module, qualname);
    if (type == NULL || !PyType_Check(type)) return 0;
    PyObject *name = cp_type_version(type) == 0 ? PyUnicode_InternFromString("__class__") : NULL;
    if (name != NULL) _PyType_Lookup(type, name); /* gives it one */
    Py_XDECREF(name);
    PyErr_Clear();
    return cp_type_version(type);
}
