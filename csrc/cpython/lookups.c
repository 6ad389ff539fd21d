/* Classes with a __getattr__, which is asked only for what is not there: what is there they give as `object`
 * and `type` do. Classes with a __setattr__, which stores by that of `object` in the end. */
#include "cpython/compat.h"

/* tp_getattro of all such classes; CPython does not export it. NULL: it is not known. */
static getattrofunc hook; // one per process, like CPython's own functions

/* Likewise the tp_setattro of classes that have a __setattr__ of their own. */
static setattrofunc store_hook;

void cp_find_lookups(void) {
    if (hook != NULL) return;
    PyObject *class = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){s:O,s:O}", "class", "__getattr__",
                                            Py_None, "__setattr__", Py_None);
    if (class == NULL) {
        PyErr_Clear();
        return;
    }
    hook = ((PyTypeObject *)class)->tp_getattro;
    store_hook = ((PyTypeObject *)class)->tp_setattro;
    Py_DECREF(class);
}

getattrofunc cp_finds_by(PyTypeObject *type) {
    if (type->tp_getattro != hook || hook == NULL) return type->tp_getattro;
    PyObject *found = _PyType_Lookup(type, &_Py_ID(__getattribute__)); // borrowed
    if (found == NULL || !Py_IS_TYPE(found, &PyWrapperDescr_Type)) return hook;
    getattrofunc wrapped = (getattrofunc)((PyWrapperDescrObject *)found)->d_wrapped;
    return wrapped == PyObject_GenericGetAttr || wrapped == PyType_Type.tp_getattro ? wrapped : hook;
}

bool cp_inherits_instance_check(PyTypeObject *metaclass) {
    PyObject *name = &_Py_ID(__instancecheck__);
    return _PyType_Lookup(metaclass, name) == _PyType_Lookup(&PyType_Type, name);
}

bool cp_lacks_own(PyTypeObject *type, PyObject *object, PyObject *name) {
    if (cp_has_values(type) && *cp_values(object) != NULL) {
        Py_ssize_t index = cp_keys_find(cp_shared_keys(type), name);
        return index < 0 || (*cp_values(object))->values[index] == NULL;
    }
    PyObject **place = cp_has_values(type) ? cp_managed_dict(object) : _PyObject_GetDictPtr(object);
    PyObject *dict = place != NULL ? *place : NULL;
    if (dict == NULL) return true;
    return PyDict_CheckExact(dict) && cp_keys_are_str(((PyDictObject *)dict)->ma_keys) &&
           PyDict_GetItemWithError(dict, name) == NULL;
}

PyObject *cp_asked_instead(PyObject *object, PyObject *name) {
    PyTypeObject *type = Py_TYPE(object);
    if (type->tp_getattro != hook || hook == NULL || cp_finds_by(type) != PyObject_GenericGetAttr)
        return NULL;
    PyObject *getter = _PyType_Lookup(type, &_Py_ID(__getattr__)); // borrowed
    if (getter == NULL || !Py_IS_TYPE(getter, &PyFunction_Type) || !PyUnicode_CheckExact(name) ||
        !PyUnicode_CHECK_INTERNED(name) || _PyType_Lookup(type, name) != NULL)
        return NULL;
    return cp_lacks_own(type, object, name) ? getter : NULL;
}

PyObject *cp_asked_for(PyObject *object, PyObject *name, PyObject *result) {
    if (result != NULL || !PyErr_ExceptionMatches(PyExc_AttributeError)) return result;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyAttributeErrorObject *error = (PyAttributeErrorObject *)value;
    if (PyErr_GivenExceptionMatches(value, PyExc_AttributeError) && error->name == NULL &&
        error->obj == NULL &&
        (PyObject_SetAttr(value, &_Py_ID(name), name) != 0 ||
         PyObject_SetAttr(value, &_Py_ID(obj), object) != 0)) {
        Py_DECREF(type); /* a class with a __setattr__ that raises: that is the error then */
        Py_DECREF(value);
        Py_XDECREF(traceback);
        return NULL;
    }
    PyErr_Restore(type, value, traceback);
    return NULL;
}

bool cp_is_object_setattr(PyObject *callable) {
    return Py_IS_TYPE(callable, &PyWrapperDescr_Type) &&
           callable == _PyType_Lookup(&PyBaseObject_Type, &_Py_ID(__setattr__));
}

bool cp_object_may_store(PyTypeObject *type) {
    if (store_hook == NULL) return false;
    while (type->tp_setattro == store_hook && type->tp_base != NULL) type = type->tp_base;
    return type->tp_setattro == PyObject_GenericSetAttr;
}
