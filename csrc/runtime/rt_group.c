/* except*: exception groups. */
#include "runtime/rt.h"

static bool is_group(PyObject *exception) {
    return PyObject_TypeCheck(exception, (PyTypeObject *)PyExc_BaseExceptionGroup);
}

static PyObject *members(PyObject *group) { return ((PyBaseExceptionGroupObject *)group)->excs; } // borrowed

/* BaseExceptionGroup("", exceptions): an ExceptionGroup where it can be one. */
static PyObject *new_group(PyObject *exceptions) {
    return PyObject_CallFunction(PyExc_BaseExceptionGroup, "sO", "", exceptions);
}

/* --- CHECK_EG_MATCH --- */

/* 1: the type, or one of a tuple's, is a group itself, which except* refuses; 0; -1 error. */
static int names_a_group(PyObject *type) {
    if (!PyTuple_Check(type)) return PyObject_IsSubclass(type, PyExc_BaseExceptionGroup);
    int found = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(type) && found == 0; i++)
        found = PyObject_IsSubclass(PyTuple_GET_ITEM(type, i), PyExc_BaseExceptionGroup);
    return found;
}

/* A caught exception that is no group is handled as a group of its own. */
static PyObject *whole(PyObject *exception) {
    if (is_group(exception)) return Py_NewRef(exception);
    PyObject *one = PyTuple_Pack(1, exception);
    if (one == NULL) return NULL;
    PyObject *group = new_group(one);
    Py_DECREF(one);
    return group;
}

static i64 split(PyObject *group, PyObject *type, PyObject **rest, PyObject **match) {
    PyObject *pair = PyObject_CallMethod(group, "split", "(O)", type);
    if (pair == NULL) return -1;
    if (PyTuple_CheckExact(pair) && PyTuple_GET_SIZE(pair) == 2) {
        *match = Py_NewRef(PyTuple_GET_ITEM(pair, 0));
        *rest = Py_NewRef(PyTuple_GET_ITEM(pair, 1));
    } else {
        PyErr_Format(PyExc_TypeError, "%.200s.split must return a pair", Py_TYPE(group)->tp_name);
    }
    Py_DECREF(pair);
    return *match != NULL ? 0 : -1;
}

i64 rt_group_match(PyThreadState *tstate, PyObject *exception, PyObject *type, PyObject **results) {
    PyObject *rest = NULL, *match = NULL;
    if (rt_check_catchable(type) < 0) return -1;
    int refused = names_a_group(type);
    if (refused > 0)
        PyErr_SetString(PyExc_TypeError,
                        "catching ExceptionGroup with except* is not allowed. Use except instead.");
    if (refused != 0) return -1;
    if (exception != Py_None && PyErr_GivenExceptionMatches(exception, type)) {
        if ((match = whole(exception)) == NULL) return -1;
        rest = Py_NewRef(Py_None);
    } else if (exception != Py_None && is_group(exception)) {
        if (split(exception, type, &rest, &match) < 0) return -1;
    }
    if (match == NULL || match == Py_None) { /* all of it is left */
        Py_XSETREF(rest, Py_NewRef(exception));
        Py_XSETREF(match, Py_NewRef(Py_None));
    } else {
        PyErr_SetHandledException(match);
    }
    results[0] = rest;
    results[1] = match;
    return 0;
}

/* --- PREP_RERAISE_STAR --- */

/* An exception that was raised again, in part, has all that the original has but its members. */
static bool is_raised_again(PyObject *exception, PyObject *original) {
    const PyBaseExceptionObject *a = (PyBaseExceptionObject *)exception,
                                *b = (PyBaseExceptionObject *)original;
    return a->notes == b->notes && a->traceback == b->traceback && a->cause == b->cause &&
           a->context == b->context;
}

static int note_leaf(PyObject *leaves, PyObject *exception) {
    PyObject *address = PyLong_FromVoidPtr(exception);
    if (address == NULL) return -1;
    int status = PySet_Add(leaves, address);
    Py_DECREF(address);
    return status;
}

static int note_leaves(PyObject *leaves, PyObject *exception) {
    if (!is_group(exception)) return note_leaf(leaves, exception);
    PyObject *parts = members(exception);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parts); i++) {
        if (Py_EnterRecursiveCall(" in collect_exception_group_leaf_ids")) return -1;
        int status = note_leaves(leaves, PyTuple_GET_ITEM(parts, i));
        Py_LeaveRecursiveCall();
        if (status < 0) return -1;
    }
    return 0;
}

static int copy_notes(PyObject *from, PyObject *to) {
    PyObject *notes = NULL, *name = PyUnicode_InternFromString("__notes__");
    int status = name != NULL ? _PyObject_LookupAttr(from, name, &notes) : -1;
    if (status > 0 && PySequence_Check(notes)) {
        PyObject *copy = PySequence_List(notes);
        status = copy != NULL ? PyObject_SetAttr(to, name, copy) : -1;
        Py_XDECREF(copy);
    }
    Py_XDECREF(notes);
    Py_XDECREF(name);
    return status < 0 ? -1 : 0;
}

/* A group with some of the members of another, and all else that the other has. */
static PyObject *derive(PyObject *group, PyObject *parts) {
    PyObject *made = PyObject_CallMethod(group, "derive", "(O)", parts);
    if (made == NULL) return NULL;
    if (!is_group(made)) {
        PyErr_SetString(PyExc_TypeError, "derive must return an instance of BaseExceptionGroup");
        goto error;
    }
    PyObject *traceback = PyException_GetTraceback(group);
    int status = traceback != NULL ? PyException_SetTraceback(made, traceback) : 0;
    Py_XDECREF(traceback);
    if (status < 0) goto error;
    PyException_SetContext(made, PyException_GetContext(group));
    PyException_SetCause(made, PyException_GetCause(group));
    if (copy_notes(group, made) < 0) goto error;
    return made;
error:
    Py_DECREF(made);
    return NULL;
}

static int is_leaf(PyObject *leaves, PyObject *exception) {
    PyObject *address = PyLong_FromVoidPtr(exception);
    int found = address != NULL ? PySet_Contains(leaves, address) : -1;
    Py_XDECREF(address);
    return found;
}

static int part_with(PyObject *exception, PyObject *leaves, PyObject **part);

static int add_part(PyObject *parts, PyObject *exception, PyObject *leaves) {
    PyObject *part = NULL;
    if (Py_EnterRecursiveCall(" in exceptiongroup_split_recursive")) return -1;
    int status = part_with(exception, leaves, &part);
    Py_LeaveRecursiveCall();
    if (status > 0) status = PyList_Append(parts, part);
    Py_XDECREF(part);
    return status;
}

/* What of an exception has leaves that are wanted, in the structure it has: 1, 0 nothing, -1 error. */
static int part_with(PyObject *exception, PyObject *leaves, PyObject **part) {
    int status = 0;
    if (!is_group(exception)) {
        status = is_leaf(leaves, exception);
        if (status > 0) *part = Py_NewRef(exception);
        return status;
    }
    PyObject *all = members(exception), *parts = PyList_New(0);
    if (parts == NULL) return -1;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(all) && status >= 0; i++)
        status = add_part(parts, PyTuple_GET_ITEM(all, i), leaves);
    if (status >= 0 && PyList_GET_SIZE(parts) > 0) {
        *part = derive(exception, parts);
        status = *part != NULL ? 1 : -1;
    }
    Py_DECREF(parts);
    return status;
}

/* The original group with only those leaves that are in `again` too; None: none. */
static PyObject *part_of(PyObject *original, PyObject *again) {
    PyObject *leaves = PySet_New(NULL), *part = NULL;
    int status = leaves != NULL ? 0 : -1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(again) && status >= 0; i++)
        status = note_leaves(leaves, PyList_GET_ITEM(again, i));
    if (status >= 0) status = part_with(original, leaves, &part);
    Py_XDECREF(leaves);
    if (status < 0) return NULL;
    return part != NULL ? part : Py_NewRef(Py_None);
}

/* What the clauses raised anew goes to one list, what they left or raised again to the other. */
static int sort_out(PyObject *original, PyObject *exceptions, PyObject *anew, PyObject *again) {
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(exceptions); i++) {
        PyObject *exception = PyList_GET_ITEM(exceptions, i);
        if (exception == Py_None) continue;
        if (PyList_Append(is_raised_again(exception, original) ? again : anew, exception) < 0) return -1;
    }
    return 0;
}

PyObject *rt_group_to_raise(PyObject *original, PyObject *exceptions) {
    if (PyList_GET_SIZE(exceptions) == 0) return Py_NewRef(Py_None);
    if (!is_group(original)) return Py_NewRef(PyList_GET_ITEM(exceptions, 0)); /* one clause at most ran */
    PyObject *anew = PyList_New(0), *again = PyList_New(0), *part = NULL, *result = NULL;
    if (anew == NULL || again == NULL || sort_out(original, exceptions, anew, again) < 0) goto done;
    part = part_of(original, again);
    if (part == NULL) goto done;
    if (PyList_GET_SIZE(anew) == 0) {
        result = Py_NewRef(part);
        goto done;
    }
    if (part != Py_None && PyList_Append(anew, part) < 0) goto done;
    bool one = PyList_GET_SIZE(anew) == 1 && !CP_STAR_WRAPS_ONE;
    result = one ? Py_NewRef(PyList_GET_ITEM(anew, 0)) : new_group(anew);
done:
    Py_XDECREF(anew);
    Py_XDECREF(again);
    Py_XDECREF(part);
    return result;
}
