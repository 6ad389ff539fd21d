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

bool cp_is_object_setattr(PyObject *callable) {
    return Py_IS_TYPE(callable, &PyWrapperDescr_Type) &&
           callable == _PyType_Lookup(&PyBaseObject_Type, &_Py_ID(__setattr__));
}

bool cp_object_may_store(PyTypeObject *type) {
    if (store_hook == NULL) return false;
    while (type->tp_setattro == store_hook && type->tp_base != NULL) type = type->tp_base;
    return type->tp_setattro == PyObject_GenericSetAttr;
}
