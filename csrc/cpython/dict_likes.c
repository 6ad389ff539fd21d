/* Classes made of dict that leave look-ups to it: defaultdict, Counter, OrderedDict, those of users. What
 * such a class gives for a missing key is known here of two kinds: a defaultdict that makes an empty built-in
 * object, and a __missing__ that does nothing but return a constant. */
#include "cpython/compat.h"

#include <string.h>

/* No header of CPython says what a defaultdict is. */
typedef struct DefaultDict {
    PyDictObject dict;
    PyObject *factory; /* NULL: none */
} DefaultDict;

static bool is_defaultdict(PyTypeObject *type) {
    static const void *known; /* one per process, like all static types; CPython does not export it */
    if (known != NULL) return type == known;
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE || type->tp_basicsize != sizeof(DefaultDict) ||
        strcmp(type->tp_name, "collections.defaultdict") != 0)
        return false;
    known = type;
    return true;
}

/* What is asked of a class: does it have dict's own method? Where the class has one of the kind, or inherits
 * it beside others, its slot is not dict's, though what it leads to is. */
typedef enum Way { WAY_GET, WAY_SET, WAY_HAS, WAYS } Way;

static bool has_dicts(PyTypeObject *type, Way way) {
    static struct {
        PyObject *method; /* borrowed from dict */
        uint32_t version; /* of the class that was asked for last; a version never comes back */
        bool answer;
    } asked[WAYS]; /* one per process; guarded by the GIL */
    PyObject *names[WAYS] = {&_Py_ID(__getitem__), &_Py_ID(__setitem__), &_Py_ID(__contains__)};
    if (type->tp_version_tag != 0 && asked[way].version == type->tp_version_tag) return asked[way].answer;
    if (type == &PyDict_Type || !PyType_HasFeature(type, Py_TPFLAGS_DICT_SUBCLASS)) return false;
    if (asked[way].method == NULL) asked[way].method = _PyType_Lookup(&PyDict_Type, names[way]);
    bool answer = _PyType_Lookup(type, names[way]) == asked[way].method;
    asked[way].version = type->tp_version_tag;
    asked[way].answer = answer;
    return answer;
}

/* Of types that are no classes of Python's the slots say it. */
static bool does_as_dict(PyTypeObject *type, Way way) {
    const PyMappingMethods *its = type->tp_as_mapping, *dicts = PyDict_Type.tp_as_mapping;
    if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) return has_dicts(type, way);
    if (type == &PyDict_Type || !PyType_HasFeature(type, Py_TPFLAGS_DICT_SUBCLASS)) return false;
    if (way == WAY_GET) return its->mp_subscript == dicts->mp_subscript;
    if (way == WAY_SET) return its->mp_ass_subscript == dicts->mp_ass_subscript;
    return type->tp_as_sequence->sq_contains == PyDict_Type.tp_as_sequence->sq_contains;
}

bool cp_is_dict_like(PyTypeObject *type) { return does_as_dict(type, WAY_GET); }

/* The constant that a function of two parameters returns without doing anything else; NULL: it is none such.
 */
static PyObject *constant_of(PyObject *function) { // borrowed
    enum {
        LOOKS = CO_VARARGS | CO_VARKEYWORDS | CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR,
        UNITS = 3
    };
    if (!PyFunction_Check(function)) return NULL;
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(function);
    const _Py_CODEUNIT *units = cp_code_units(code);
    if (code->co_flags & LOOKS || code->co_argcount != 2 || code->co_kwonlyargcount != 0 ||
        code->co_ncellvars + code->co_nfreevars > 0 || Py_SIZE(code) != UNITS)
        return NULL;
    bool begins = _Py_OPCODE(units[0]) == RESUME || _Py_OPCODE(units[0]) == RESUME_QUICK;
    if (!begins || _Py_OPCODE(units[1]) != LOAD_CONST || _Py_OPCODE(units[2]) != RETURN_VALUE) return NULL;
    return PyTuple_GET_ITEM(code->co_consts, _Py_OPARG(units[1]));
}

/* What an exact class makes of no arguments, without running code; NULL: it is none of these, or no memory.
 */
static PyObject *empty_of(PyObject *factory) {
    if (factory == (PyObject *)&PyList_Type) return PyList_New(0);
    if (factory == (PyObject *)&PyLong_Type) return PyLong_FromLong(0);
    if (factory == (PyObject *)&PyDict_Type) return PyDict_New();
    if (factory == (PyObject *)&PySet_Type) return PySet_New(NULL);
    if (factory == (PyObject *)&PyFloat_Type) return PyFloat_FromDouble(0.0);
    if (factory == (PyObject *)&PyUnicode_Type) return PyUnicode_New(0, 0);
    return NULL;
}

static int64_t default_item(PyObject *dict, PyObject *key, PyObject **value) {
    PyObject *made = empty_of(((DefaultDict *)dict)->factory);
    Py_hash_t hash = made != NULL ? PyObject_Hash(key) : -1; /* a key that was looked for without code */
    if (made != NULL && hash != -1 && _PyDict_SetItem_KnownHash(dict, key, made, hash) == 0) {
        *value = made;
        return 0;
    }
    Py_XDECREF(made);
    PyErr_Clear();
    return -1;
}

int64_t cp_dict_like_item(PyObject *dict, PyObject *key, PyObject **value) {
    PyTypeObject *type = Py_TYPE(dict);
    int64_t found = cp_is_dict_like(type) ? cp_dict_find(dict, key, value) : -1;
    if (found > 0) Py_INCREF(*value);
    if (found != 0) return found;
    if (is_defaultdict(type)) return default_item(dict, key, value);
    PyObject *missing = _PyType_Lookup(type, &_Py_ID(__missing__));
    PyObject *constant = missing != NULL ? constant_of(missing) : NULL;
    if (constant == NULL || PyThreadState_Get()->recursion_remaining <= 1) return -1;
    *value = Py_NewRef(constant);
    return 0;
}

int64_t cp_dict_like_set(PyObject *dict, PyObject *key, PyObject *value, int64_t hint) {
    return does_as_dict(Py_TYPE(dict), WAY_SET) ? cp_dict_set(dict, key, value, hint) : -1;
}

int64_t cp_dict_like_has(PyObject *dict, PyObject *key) {
    PyObject *value;
    int64_t found = does_as_dict(Py_TYPE(dict), WAY_HAS) ? cp_dict_find(dict, key, &value) : -1;
    return found > 0 ? 1 : found;
}
