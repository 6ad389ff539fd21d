/* Calls, and the making of functions and modules. */
#include "runtime/rt.h"

#include "runtime/stack.h"

/* --- frames of our own, for functions entered directly --- */

/* Room for a frame in the data stack's current chunk; NULL: none, CPython's own way makes a new chunk. */
static inline Frame *push_frame(PyThreadState *tstate, int words) {
    if (tstate->datastack_top == NULL || words >= tstate->datastack_limit - tstate->datastack_top)
        return NULL;
    Frame *frame = (Frame *)tstate->datastack_top;
    tstate->datastack_top += words;
    return frame;
}

static void pop_frame(PyThreadState *tstate, Frame *frame) {
    tstate->recursion_remaining--; /* dropping locals runs code: it counts as one level, as in the interpreter
                                    */
    cp_clear_frame(tstate, frame);
    tstate->recursion_remaining++;
    tstate->datastack_top = (PyObject **)frame;
}

enum { NOT_SIMPLE = CO_VARARGS | CO_VARKEYWORDS | CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR };
enum { OWN_LOCALS = CO_OPTIMIZED | CO_NEWLOCALS };

/* A Python function that takes `count` positional arguments (defaults filled in) and needs nothing else done
 * before its body runs; NULL: any other callable. */
static PyFunctionObject *plain_function(PyObject *callable, i64 count) {
    if (!Py_IS_TYPE(callable, &PyFunction_Type)) return NULL;
    PyFunctionObject *function = (PyFunctionObject *)callable;
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    if (function->vectorcall != _PyFunction_Vectorcall || code->co_kwonlyargcount != 0 ||
        (code->co_flags & (NOT_SIMPLE | OWN_LOCALS)) != OWN_LOCALS)
        return NULL;
    i64 missing = code->co_argcount - count;
    if (missing == 0) return function;
    if (missing < 0 || function->func_defaults == NULL) return NULL;
    return missing <= PyTuple_GET_SIZE(function->func_defaults) ? function : NULL;
}

static void fill_slots(Frame *frame, PyFunctionObject *function, PyCodeObject *code, PyObject **args,
                       i64 count) {
    int slot = 0;
    for (; slot < count; slot++) frame->localsplus[slot] = args[slot];
    for (; slot < code->co_argcount; slot++) {
        Py_ssize_t from_end = code->co_argcount - slot;
        PyObject *defaults = function->func_defaults;
        frame->localsplus[slot] =
            Py_NewRef(PyTuple_GET_ITEM(defaults, PyTuple_GET_SIZE(defaults) - from_end));
    }
    for (; slot < code->co_nlocalsplus; slot++) frame->localsplus[slot] = NULL;
}

/* Run a plain function on a frame that takes over the arguments' references, as the interpreter does between
 * two Python functions. *entered: false when there was no room for the frame, and nothing happened. */
static PyObject *call_direct(PyThreadState *tstate, PyFunctionObject *function, PyObject **args, i64 count,
                             bool *entered) {
    PyCodeObject *code = (PyCodeObject *)function->func_code;
    Frame *frame = push_frame(tstate, code->co_nlocalsplus + code->co_stacksize + (int)FRAME_SPECIALS_SIZE);
    *entered = frame != NULL;
    if (frame == NULL) return NULL;
    cp_init_frame(frame, (PyFunctionObject *)Py_NewRef(function), code->co_nlocalsplus);
    fill_slots(frame, function, code, args, count);
    FunctionRecord *record = table_record(code);
    PyObject *result;
    if (record != NULL && record->compiled != NULL && record->calls + 1 < record->next_ask &&
        !cp_is_tracing(tstate) && !stack_is_low()) {
        record->calls++;
        result = rt_run(tstate, frame, record->compiled, record->compiled->start_entry);
    } else {
        result = cp_evaluate(tstate, frame);
    }
    pop_frame(tstate, frame);
    return result;
}

PyObject *rt_call_borrowed(PyThreadState *tstate, PyObject *callable, PyObject **args, i64 count) {
    PyFunctionObject *function = plain_function(callable, count);
    if (function != NULL) {
        bool entered;
        for (i64 i = 0; i < count; i++) Py_INCREF(args[i]);
        PyObject *result = call_direct(tstate, function, args, count, &entered);
        if (entered) return result;
        for (i64 i = 0; i < count; i++) Py_DECREF(args[i]);
    }
    return PyObject_Vectorcall(callable, args, (size_t)count, NULL);
}

static inline bool is_consumed(i64 count, uint64_t consumed, i64 place) {
    return count > 64 || (consumed >> place & 1);
}

/* NULL and a bound method become its function and its self, both owned. */
static uint64_t unbind(PyObject **rest, i64 count, uint64_t consumed) {
    PyObject *bound = rest[1];
    rest[0] = Py_NewRef(PyMethod_GET_FUNCTION(bound));
    rest[1] = Py_NewRef(PyMethod_GET_SELF(bound));
    if (is_consumed(count, consumed, 1)) Py_DECREF(bound);
    return consumed | 3;
}

/* Behind a call of anything that has no RESUME of its own: a signal that arrived meanwhile is handled before
 * what comes next, as in the interpreter. */
static PyObject *look_at_breaker(PyThreadState *tstate, PyObject *result) {
    if (result != NULL && __builtin_expect(cp_breaker_is_set(tstate), 0) && rt_poll(tstate) < 0)
        Py_CLEAR(result);
    return result;
}

/* rest: method or NULL, callable or self, arguments. */
PyObject *rt_call(PyThreadState *tstate, PyObject *names, PyObject **rest, i64 count, uint64_t consumed) {
    if (rest[0] == NULL && Py_IS_TYPE(rest[1], &PyMethod_Type)) consumed = unbind(rest, count, consumed);
    i64 place = rest[0] != NULL ? 0 : 1; /* of the callable; its arguments follow */
    PyObject *callable = rest[place], **args = rest + place + 1;
    i64 arg_count = count - place - 1;
    PyFunctionObject *function = names == NULL ? plain_function(callable, arg_count) : NULL;
    if (function != NULL) {
        bool entered;
        for (i64 i = 0; i < arg_count; i++)
            if (!is_consumed(count, consumed, place + 1 + i)) Py_INCREF(args[i]);
        PyObject *result = call_direct(tstate, function, args, arg_count, &entered);
        if (entered) { /* the frame took the arguments' references */
            if (is_consumed(count, consumed, place)) Py_DECREF(callable);
            return result;
        }
        for (i64 i = 0; i < arg_count; i++)
            if (!is_consumed(count, consumed, place + 1 + i)) Py_DECREF(args[i]);
    }
    size_t positional = (size_t)(arg_count - (names ? PyTuple_GET_SIZE(names) : 0));
    PyObject *result =
        PyObject_Vectorcall(callable, args, positional | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
    rt_drop_rest(rest, count, consumed);
    return look_at_breaker(tstate, result);
}

static void describe_kwargs_error(PyObject *callable, PyObject *keywords) {
    if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        PyObject *name = _PyObject_FunctionStr(callable);
        if (name == NULL) return;
        PyErr_Format(PyExc_TypeError, "%U argument after ** must be a mapping, not %.200s", name,
                     Py_TYPE(keywords)->tp_name);
        Py_DECREF(name);
        return;
    }
    if (!PyErr_ExceptionMatches(PyExc_KeyError)) return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (value == NULL || !PyTuple_Check(value) ||
        PyTuple_GET_SIZE(value) != 1) { /* not from the merge itself */
        PyErr_Restore(type, value, traceback);
        return;
    }
    PyObject *name = _PyObject_FunctionStr(callable);
    if (name != NULL)
        PyErr_Format(PyExc_TypeError, "%U got multiple values for keyword argument '%S'", name,
                     PyTuple_GET_ITEM(value, 0));
    Py_XDECREF(name);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

i64 rt_dict_merge(PyObject *dict, PyObject *mapping, PyObject *function) {
    if (_PyDict_MergeEx(dict, mapping, 2) == 0) return 0;
    describe_kwargs_error(function, mapping);
    return -1;
}

static PyObject *positional_tuple(PyObject *callable, PyObject *args) { // new ref
    if (PyTuple_CheckExact(args)) return Py_NewRef(args);
    if (Py_TYPE(args)->tp_iter == NULL && !PySequence_Check(args)) {
        PyObject *name = _PyObject_FunctionStr(callable);
        if (name != NULL) {
            PyErr_Format(PyExc_TypeError, "%U argument after * must be an iterable, not %.200s", name,
                         Py_TYPE(args)->tp_name);
            Py_DECREF(name);
        }
        return NULL;
    }
    return PySequence_Tuple(args);
}

PyObject *rt_call_ex(PyThreadState *tstate, PyObject *callable, PyObject *args, PyObject *keywords) {
    PyObject *tuple = NULL, *dict = NULL, *result = NULL;
    if (keywords != NULL && !PyDict_CheckExact(keywords)) {
        dict = PyDict_New();
        if (dict == NULL) goto done;
        if (_PyDict_MergeEx(dict, keywords, 2) < 0) {
            describe_kwargs_error(callable, keywords);
            goto done;
        }
    } else {
        dict = Py_XNewRef(keywords);
    }
    tuple = positional_tuple(callable, args);
    if (tuple == NULL) goto done;
    result = PyObject_Call(callable, tuple, dict);
done:
    Py_XDECREF(tuple);
    Py_XDECREF(dict);
    return look_at_breaker(tstate, result);
}

PyObject *rt_make_function(Frame *frame, PyObject *code, PyObject *defaults_steal, PyObject *kwdefaults_steal,
                           PyObject *annotations_steal, PyObject *closure_steal) {
    PyFunctionObject *function = (PyFunctionObject *)PyFunction_New(code, frame->f_globals);
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

static PyObject *builtin(Frame *frame, const char *name) { // new ref
    PyObject *key = PyUnicode_InternFromString(name), *value = NULL;
    if (key == NULL) return NULL;
    if (PyDict_CheckExact(frame->f_builtins))
        value = Py_XNewRef(PyDict_GetItemWithError(frame->f_builtins, key));
    else {
        value = PyObject_GetItem(frame->f_builtins, key);
        if (value == NULL && PyErr_ExceptionMatches(PyExc_KeyError)) PyErr_Clear();
    }
    Py_DECREF(key);
    return value;
}

PyObject *rt_load_build_class(PyThreadState *tstate, Frame *frame) {
    PyObject *value = builtin(frame, "__build_class__");
    if (value == NULL && !PyErr_Occurred()) PyErr_SetString(PyExc_NameError, "__build_class__ not found");
    return value;
}

i64 rt_setup_annotations(PyThreadState *tstate, Frame *frame) {
    PyObject *locals = frame->f_locals;
    if (locals == NULL) {
        PyErr_SetString(PyExc_SystemError, "no locals found when setting up annotations");
        return -1;
    }
    PyObject *key = PyUnicode_InternFromString("__annotations__"), *present = NULL;
    if (key == NULL) return -1;
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
    Py_DECREF(key);
    return status;
}

PyObject *rt_import_name(PyThreadState *tstate, Frame *frame, PyObject *name, PyObject *fromlist,
                         PyObject *level) {
    PyObject *import = builtin(frame, "__import__");
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

PyObject *rt_format_value(PyObject *value, PyObject *spec, i64 conversion) {
    PyObject *(*const CONVERT[4])(PyObject *) = {NULL, PyObject_Str, PyObject_Repr, PyObject_ASCII};
    PyObject *converted = conversion ? CONVERT[conversion](value) : Py_NewRef(value);
    if (converted == NULL || (spec == NULL && PyUnicode_CheckExact(converted))) return converted;
    PyObject *result = PyObject_Format(converted, spec);
    Py_DECREF(converted);
    return result;
}
