/* Structural pattern matching, from-imports, and what the interactive prompt shows. */
#include "runtime/rt.h"

i64 rt_match_mapping(PyObject *subject) { return (Py_TYPE(subject)->tp_flags & Py_TPFLAGS_MAPPING) != 0; }
i64 rt_match_sequence(PyObject *subject) { return (Py_TYPE(subject)->tp_flags & Py_TPFLAGS_SEQUENCE) != 0; }

/* Add to the set of what was seen: 1 new, 0 seen before, -1 error. */
static int note(PyObject *seen, PyObject *key) {
    int known = PySet_Contains(seen, key);
    if (known != 0) return known < 0 ? -1 : 0;
    return PySet_Add(seen, key) < 0 ? -1 : 1;
}

/* The values of a dict by keys that are texts; None: one is missing. What its `get` gives is known. *known:
 * false for others. */
static PyObject *values_of_dict(PyObject *subject, PyObject *keys, bool *known) {
    Py_ssize_t count = PyTuple_GET_SIZE(keys);
    *known = PyDict_CheckExact(subject);
    for (Py_ssize_t i = 0; *known && i < count; i++) {
        PyObject *key = PyTuple_GET_ITEM(keys, i);
        *known = PyUnicode_CheckExact(key) && PyUnicode_CHECK_INTERNED(key);
        for (Py_ssize_t before = 0; *known && before < i; before++)
            *known = PyTuple_GET_ITEM(keys, before) != key; /* there is something to complain about */
    }
    PyObject *values = *known ? PyTuple_New(count) : NULL;
    for (Py_ssize_t i = 0; values != NULL && i < count; i++) {
        PyObject *value = PyDict_GetItemWithError(subject, PyTuple_GET_ITEM(keys, i)); // borrowed
        if (value != NULL) {
            PyTuple_SET_ITEM(values, i, Py_NewRef(value));
            continue;
        }
        Py_DECREF(values);
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    }
    return values;
}

/* subject.get(key, missing) keeps mappings with __missing__ from making keys up. */
PyObject *rt_match_keys(PyThreadState *tstate, PyObject *subject, PyObject *keys) {
    Py_ssize_t count = PyTuple_GET_SIZE(keys);
    bool known;
    PyObject *result = values_of_dict(subject, keys, &known);
    if (known) return result;
    if (count == 0) return PyTuple_New(0);
    PyObject *get = PyObject_GetAttrString(subject, "get"), *seen = NULL, *missing = NULL, *values = NULL;
    if (get == NULL || (seen = PySet_New(NULL)) == NULL ||
        (missing = PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type)) == NULL ||
        (values = PyTuple_New(count)) == NULL)
        goto error;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *key = PyTuple_GET_ITEM(keys, i);
        int is_new = note(seen, key);
        if (is_new == 0) PyErr_Format(PyExc_ValueError, "mapping pattern checks duplicate key (%R)", key);
        if (is_new <= 0) goto error;
        PyObject *value = PyObject_CallFunctionObjArgs(get, key, missing, NULL);
        if (value == NULL) goto error;
        if (value == missing) {
            Py_DECREF(value);
            Py_SETREF(values, Py_NewRef(Py_None));
            break;
        }
        PyTuple_SET_ITEM(values, i, value);
    }
    Py_DECREF(get);
    Py_DECREF(seen);
    Py_DECREF(missing);
    return values;
error:
    Py_XDECREF(get);
    Py_XDECREF(seen);
    Py_XDECREF(missing);
    Py_XDECREF(values);
    return NULL;
}

/* Append subject.name: 1 done, 0 it has none, -1 error. */
static int match_attribute(PyObject *subject, PyTypeObject *type, PyObject *name, PyObject *seen,
                           PyObject *attributes) {
    PyObject *value = NULL;
    int is_new = note(seen, name);
    if (is_new == 0)
        PyErr_Format(PyExc_TypeError, "%s() got multiple sub-patterns for attribute %R", type->tp_name, name);
    if (is_new <= 0) return -1;
    int found = _PyObject_LookupAttr(subject, name, &value);
    if (found > 0 && PyList_Append(attributes, value) < 0) found = -1;
    Py_XDECREF(value);
    return found;
}

/* 1 found, 0 not, -1 error. */
static int lookup_attribute(PyObject *object, const char *text, PyObject **value) {
    PyObject *name = PyUnicode_InternFromString(text);
    if (name == NULL) return -1;
    int found = _PyObject_LookupAttr(object, name, value);
    Py_DECREF(name);
    return found;
}

/* What type.__match_args__ says; *self: the type matches the subject itself instead. */
static PyObject *match_args(PyTypeObject *type, bool *self) { // new ref
    PyObject *args = NULL;
    int found = lookup_attribute((PyObject *)type, "__match_args__", &args);
    if (found == 0) {
        *self = PyType_HasFeature(type, _Py_TPFLAGS_MATCH_SELF);
        return PyTuple_New(0);
    }
    if (found > 0 && !PyTuple_CheckExact(args)) {
        PyErr_Format(PyExc_TypeError, "%s.__match_args__ must be a tuple (got %s)", type->tp_name,
                     Py_TYPE(args)->tp_name);
        Py_CLEAR(args);
    }
    return args;
}

static int match_positional(PyObject *subject, PyTypeObject *type, i64 count, PyObject *seen,
                            PyObject *attributes) {
    bool self = false;
    PyObject *names = match_args(type, &self);
    if (names == NULL) return -1;
    Py_ssize_t allowed = self ? 1 : PyTuple_GET_SIZE(names);
    int status = 1;
    if (allowed < count) {
        PyErr_Format(PyExc_TypeError, "%s() accepts %d positional sub-pattern%s (%d given)", type->tp_name,
                     (int)allowed, allowed == 1 ? "" : "s", (int)count);
        status = -1;
    } else if (self) {
        status = PyList_Append(attributes, subject) < 0 ? -1 : 1;
    } else {
        for (i64 i = 0; i < count && status > 0; i++) {
            PyObject *name = PyTuple_GET_ITEM(names, i);
            if (PyUnicode_CheckExact(name)) {
                status = match_attribute(subject, type, name, seen, attributes);
            } else {
                PyErr_Format(PyExc_TypeError, "__match_args__ elements must be strings (got %s)",
                             Py_TYPE(name)->tp_name);
                status = -1;
            }
        }
    }
    Py_DECREF(names);
    return status;
}

/* What a pattern asks an object for, one by one: names that are different ones. */
typedef struct Asked {
    PyObject *args; /* borrowed; the class's __match_args__, NULL: it is not asked for */
    PyObject *names;
    Py_ssize_t positional, count;
} Asked;

static inline PyObject *asked_name(const Asked *asked, Py_ssize_t i) { // borrowed
    return i < asked->positional ? PyTuple_GET_ITEM(asked->args, i)
                                 : PyTuple_GET_ITEM(asked->names, i - asked->positional);
}

enum { MOST_ASKED = 8 };

/* Nothing to complain about, and no code to run before the first attribute? */
static bool asks_plainly(const Asked *asked) {
    if (asked->count > MOST_ASKED) return false;
    if (asked->positional > 0 && (asked->args == NULL || !PyTuple_CheckExact(asked->args) ||
                                  PyTuple_GET_SIZE(asked->args) < asked->positional))
        return false;
    for (Py_ssize_t i = 0; i < asked->count; i++) {
        PyObject *name = asked_name(asked, i);
        if (!PyUnicode_CheckExact(name) || !PyUnicode_CHECK_INTERNED(name)) return false;
        for (Py_ssize_t before = 0; before < i; before++)
            if (asked_name(asked, before) == name) return false;
    }
    return true;
}

/* __match_args__ of a class whose own class says nothing of it. False: it cannot be told. */
static bool find_match_args(PyTypeObject *type, PyObject **args) {
    PyObject *name = PyUnicode_InternFromString("__match_args__");
    bool known = name != NULL && Py_TYPE(type)->tp_getattro == PyType_Type.tp_getattro &&
                 _PyType_Lookup(Py_TYPE(type), name) == NULL;
    if (known) *args = _PyType_Lookup(type, name);
    if (name == NULL) PyErr_Clear();
    Py_XDECREF(name);
    return known;
}

/* The attributes of an instance of the class; None: it lacks one. */
static PyObject *attributes_of(PyObject *subject, const Asked *asked) {
    PyObject *values[MOST_ASKED], *result = NULL;
    Py_ssize_t found = 0;
    Py_XINCREF(asked->args);
    while (found < asked->count &&
           (values[found] = rt_getattr_interned(subject, asked_name(asked, found), true)))
        found++;
    if (found == asked->count) result = PyTuple_New(found);
    else if (!PyErr_Occurred()) result = Py_NewRef(Py_None);
    for (Py_ssize_t i = 0; i < found; i++) {
        if (found == asked->count && result != NULL) PyTuple_SET_ITEM(result, i, values[i]);
        else Py_DECREF(values[i]);
    }
    Py_XDECREF(asked->args);
    return result;
}

/* Without a set of the names and a list of what they give. *known: false where nothing was done. */
static PyObject *match_plainly(PyObject *subject, PyTypeObject *type, PyObject *names, i64 positional,
                               bool *known) {
    Asked asked = {NULL, names, positional, positional + PyTuple_GET_SIZE(names)};
    *known = positional == 0 || find_match_args(type, &asked.args);
    if (*known && asked.args == NULL && positional == 1 && asked.count == 1 &&
        PyType_HasFeature(type, _Py_TPFLAGS_MATCH_SELF))
        return PyTuple_Pack(1, subject);
    *known = *known && asks_plainly(&asked);
    return *known ? attributes_of(subject, &asked) : NULL;
}

PyObject *rt_match_class(PyThreadState *tstate, PyObject *subject, PyObject *type, PyObject *names,
                         i64 positional) {
    if (!PyType_Check(type)) {
        PyErr_SetString(PyExc_TypeError, "called match pattern must be a type");
        return NULL;
    }
    int status = (int)rt_isinstance(subject, type);
    if (status <= 0) return status < 0 ? NULL : Py_NewRef(Py_None);
    bool known;
    PyObject *result = match_plainly(subject, (PyTypeObject *)type, names, positional, &known);
    if (known) return result;
    PyObject *seen = PySet_New(NULL), *attributes = PyList_New(0);
    if (seen == NULL || attributes == NULL) goto done;
    if (positional) status = match_positional(subject, (PyTypeObject *)type, positional, seen, attributes);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names) && status > 0; i++)
        status = match_attribute(subject, (PyTypeObject *)type, PyTuple_GET_ITEM(names, i), seen, attributes);
    if (status > 0) result = PyList_AsTuple(attributes);
    else if (status == 0) result = Py_NewRef(Py_None);
done:
    Py_XDECREF(seen);
    Py_XDECREF(attributes);
    return result;
}

/* --- from module import name --- */

static void raise_cannot_import(PyObject *module, PyObject *name, PyObject *package) {
    PyObject *path = PyModule_GetFilenameObject(module), *spec = NULL, *message = NULL;
    PyObject *shown = package ? Py_NewRef(package) : PyUnicode_FromString("<unknown module name>");
    if (shown == NULL) goto done;
    if (path == NULL || !PyUnicode_Check(path)) {
        PyErr_Clear();
        Py_CLEAR(path);
        message = PyUnicode_FromFormat("cannot import name %R from %R (unknown location)", name, shown);
    } else {
        spec = PyObject_GetAttrString(module, "__spec__");
        bool half = spec != NULL && cp_spec_is_initializing(spec);
        PyErr_Clear();
        message = PyUnicode_FromFormat(
            half ? "cannot import name %R from partially initialized module %R (most likely due "
                   "to a circular import) (%S)"
                 : "cannot import name %R from %R (%S)",
            name, shown, path);
    }
    if (message != NULL) PyErr_SetImportError(message, package, path);
done:
    Py_XDECREF(path);
    Py_XDECREF(spec);
    Py_XDECREF(message);
    Py_XDECREF(shown);
}

PyObject *rt_import_from(PyThreadState *tstate, PyObject *module, PyObject *name) {
    PyObject *value = NULL, *package, *full;
    if (_PyObject_LookupAttr(module, name, &value) != 0) return value;
    package = PyObject_GetAttrString(
        module, "__name__"); /* a module being imported may stand in sys.modules already */
    if (package == NULL) PyErr_Clear();
    if (package != NULL && PyUnicode_Check(package)) {
        full = PyUnicode_FromFormat("%U.%U", package, name);
        value = full ? PyImport_GetModule(full) : NULL;
        Py_XDECREF(full);
        if (value == NULL && !PyErr_Occurred()) raise_cannot_import(module, name, package);
    } else {
        raise_cannot_import(module, name, NULL);
    }
    Py_XDECREF(package);
    return value;
}

/* --- from module import * --- */

/* The names that a module gives: 1 by its __all__, 0 those of its __dict__, -1 error. */
static int exported_names(PyObject *module, PyObject **names) {
    PyObject *dict = NULL;
    int found = lookup_attribute(module, "__all__", names);
    if (found != 0) return found;
    found = lookup_attribute(module, "__dict__", &dict);
    if (found == 0) PyErr_SetString(PyExc_ImportError, "from-import-* object has no __dict__ and no __all__");
    if (found <= 0) return -1;
    *names = PyMapping_Keys(dict);
    Py_DECREF(dict);
    return *names != NULL ? 0 : -1;
}

static void raise_no_name(PyObject *module, PyObject *name, bool by_all) {
    PyObject *module_name = NULL;
    if (lookup_attribute(module, "__name__", &module_name) < 0) return;
    if (module_name == NULL || !PyUnicode_Check(module_name))
        PyErr_Format(PyExc_TypeError, "module __name__ must be a string, not %.100s",
                     module_name != NULL ? Py_TYPE(module_name)->tp_name : "NULL");
    else
        PyErr_Format(PyExc_TypeError, "%s in %U.%s must be str, not %.100s", by_all ? "Item" : "Key",
                     module_name, by_all ? "__all__" : "__dict__", Py_TYPE(name)->tp_name);
    Py_XDECREF(module_name);
}

static int import_one(PyObject *module, PyObject *name, bool by_all, PyObject *locals) {
    if (!PyUnicode_Check(name)) {
        raise_no_name(module, name, by_all);
        return -1;
    }
    if (!by_all && PyUnicode_GET_LENGTH(name) > 0 && PyUnicode_READ_CHAR(name, 0) == '_') return 0;
    PyObject *value = PyObject_GetAttr(module, name);
    if (value == NULL) return -1;
    int status = PyDict_CheckExact(locals) ? PyDict_SetItem(locals, name, value)
                                           : PyObject_SetItem(locals, name, value);
    Py_DECREF(value);
    return status;
}

i64 rt_import_star(Frame *frame, PyObject *module) {
    PyObject *names = NULL, *name;
    if (frame->f_locals == NULL) {
        PyErr_SetString(PyExc_SystemError, "no locals found during 'import *'");
        return -1;
    }
    int by_all = exported_names(module, &names), status = 0;
    if (by_all < 0) return -1;
    for (Py_ssize_t i = 0; status == 0 && (name = PySequence_GetItem(names, i)) != NULL; i++) {
        status = import_one(module, name, by_all, frame->f_locals);
        Py_DECREF(name);
    }
    Py_DECREF(names);
    if (status < 0) return -1;
    if (!PyErr_ExceptionMatches(PyExc_IndexError)) return -1; /* the list's end, or something else */
    PyErr_Clear();
    return 0;
}

/* --- what the interactive prompt does with an expression --- */

i64 rt_display(PyObject *value) {
    PyObject *hook = PySys_GetObject("displayhook"); // borrowed
    if (hook == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "lost sys.displayhook");
        return -1;
    }
    Py_INCREF(hook); /* it may be replaced while it runs */
    PyObject *result = PyObject_CallOneArg(hook, value);
    Py_DECREF(hook);
    Py_XDECREF(result);
    return result != NULL ? 0 : -1;
}
