/* Classes with a __getattr__, which is asked only for what is not there: what is there they give as `object`
 * and `type` do. */
#include "cpython/compat.h"

/* tp_getattro of all such classes; CPython does not export it. NULL: it is not known. */
static getattrofunc hook; // one per process, like CPython's own functions

void cp_find_lookups(void) {
    if (hook != NULL) return;
    PyObject *class =
        PyObject_CallFunction((PyObject *)&PyType_Type, "s(){s:O}", "class", "__getattr__", Py_None);
    if (class == NULL) {
        PyErr_Clear();
        return;
    }
    hook = ((PyTypeObject *)class)->tp_getattro;
    Py_DECREF(class);
}

getattrofunc cp_finds_by(PyTypeObject *type) {
    if (type->tp_getattro != hook || hook == NULL) return type->tp_getattro;
    PyObject *found = _PyType_Lookup(type, &_Py_ID(__getattribute__)); // borrowed
    if (found == NULL || !Py_IS_TYPE(found, &PyWrapperDescr_Type)) return hook;
    getattrofunc wrapped = (getattrofunc)((PyWrapperDescrObject *)found)->d_wrapped;
    return wrapped == PyObject_GenericGetAttr || wrapped == PyType_Type.tp_getattro ? wrapped : hook;
}
