/* The making of functions and modules. */
#include "cpython/functions.h"
#include "runtime/rt.h"

i64 rt_makes_with(Frame *frame, PyObject *globals, PyObject *builtins) {
    return frame->f_globals == globals && cp_builtins_of(frame) == builtins;
}

PyObject *rt_make_function(Frame *frame, PyObject *code, PyObject *defaults_steal, PyObject *kwdefaults_steal,
                           PyObject *annotations_steal, PyObject *closure_steal) {
    PyFunctionObject *function = (PyFunctionObject *)cp_new_function(code, frame->f_globals);
    if (function == NULL) {
        Py_XDECREF(defaults_steal);
        Py_XDECREF(kwdefaults_steal);
        Py_XDECREF(annotations_steal);
        Py_XDECREF(closure_steal);
        return NULL;
    }
    if (closure_steal) function->func_closure = closure_steal;
    if (annotations_steal) function->func_annotations = annotations_steal;
    if (kwdefaults_steal) function->func_kwdefaults = kwdefaults_steal;
    if (defaults_steal) function->func_defaults = defaults_steal;
    return (PyObject *)function;
}

static PyObject *builtin(Frame *frame, PyObject *name) { // new ref
    if (PyDict_CheckExact(frame->f_builtins))
        return Py_XNewRef(PyDict_GetItemWithError(frame->f_builtins, name));
    PyObject *value = PyObject_GetItem(frame->f_builtins, name);
    if (value == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) PyErr_Clear();
    return value;
}

PyObject *rt_load_build_class(PyThreadState *tstate, Frame *frame) {
    PyObject *value = builtin(frame, cp_name_build_class());
    if (value == NULL && !PyErr_Occurred()) PyErr_SetString(PyExc_NameError, "__build_class__ not found");
    return value;
}

i64 rt_setup_annotations(PyThreadState *tstate, Frame *frame) {
    PyObject *locals = frame->f_locals;
    if (locals == NULL) {
        PyErr_SetString(PyExc_SystemError, "no locals found when setting up annotations");
        return -1;
    }
    PyObject *key = cp_name_annotations(), *present = NULL;
    i64 status = 0;
    if (PyDict_CheckExact(locals)) present = Py_XNewRef(PyDict_GetItemWithError(locals, key));
    else {
        present = PyObject_GetItem(locals, key);
        if (present == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) PyErr_Clear();
    }
    if (present == NULL) {
        present = PyErr_Occurred() ? NULL : PyDict_New();
        status = present == NULL ? -1 : PyObject_SetItem(locals, key, present);
    }
    Py_XDECREF(present);
    return status;
}

PyObject *rt_import_name(PyThreadState *tstate, Frame *frame, PyObject *name, PyObject *fromlist,
                         PyObject *level) {
    PyObject *import = builtin(frame, cp_name_import());
    if (import == NULL) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ImportError, "__import__ not found");
        return NULL;
    }
    PyObject *locals = frame->f_locals ? frame->f_locals : Py_None, *result = NULL;
    if (import == cp_default_import(tstate)) {
        int number = _PyLong_AsInt(level);
        if (number != -1 || !PyErr_Occurred())
            result = PyImport_ImportModuleLevelObject(name, frame->f_globals, locals, fromlist, number);
    } else {
        PyObject *args[5] = {name, frame->f_globals, locals, fromlist, level};
        result = PyObject_Vectorcall(import, args, 5, NULL);
    }
    Py_DECREF(import);
    return result;
}
