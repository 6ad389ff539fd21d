/* Small things that emitted code does not do itself. */
#include "cpython/library.h"
#include "runtime/rt.h"

#include "cpython/kept.h"

void rt_dealloc(PyObject *object) { cp_dealloc(object); }

i64 rt_is_true(PyObject *object) {
    i64 truth;
    if (rt_special_truth(object, &truth)) return truth;
    const PyNumberMethods *number = Py_TYPE(object)->tp_as_number;
    if ((number == NULL || number->nb_bool == NULL) && rt_special_length(object, &truth))
        return truth < 0 ? -1 : truth > 0;
    return PyObject_IsTrue(object);
}

/* Of a class that leaves it to the built-in one that it is made of. -1: it is none such. */
static i64 truth_as_of_built_in(PyTypeObject *type, PyObject *object) {
    const PyNumberMethods *number = type->tp_as_number;
    const PyMappingMethods *mapping = type->tp_as_mapping;
    const PySequenceMethods *sequence = type->tp_as_sequence;
    if (number != NULL && number->nb_bool != NULL)
        return number->nb_bool == PyLong_Type.tp_as_number->nb_bool ? Py_SIZE(object) != 0 : -1;
    if (mapping != NULL && mapping->mp_length != NULL) {
        if (mapping->mp_length == PyDict_Type.tp_as_mapping->mp_length) return PyDict_GET_SIZE(object) != 0;
        bool sized = mapping->mp_length == PyList_Type.tp_as_mapping->mp_length ||
                     mapping->mp_length == PyTuple_Type.tp_as_mapping->mp_length;
        return sized ? Py_SIZE(object) != 0 : -1;
    }
    return sequence != NULL && cp_is_deque(object) ? Py_SIZE(object) != 0 : -1;
}

/* Types of C's own say what they are without running code; one with no way to ask is true. */
i64 rt_is_true_quiet(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    if (cp_is_true_always(type)) return 1;
    if (PyLong_CheckExact(object)) return Py_SIZE(object) != 0;
    if (PyFloat_CheckExact(object)) return PyFloat_AS_DOUBLE(object) != 0;
    if (PyUnicode_CheckExact(object))
        return PyUnicode_IS_READY(object) ? PyUnicode_GET_LENGTH(object) != 0 : -1;
    if (PyList_CheckExact(object) || PyTuple_CheckExact(object) || PyBytes_CheckExact(object))
        return Py_SIZE(object) != 0;
    if (PyDict_CheckExact(object)) return PyDict_GET_SIZE(object) != 0;
    if (PyAnySet_CheckExact(object)) return PySet_GET_SIZE(object) != 0;
    i64 as_built_in = truth_as_of_built_in(type, object);
    if (as_built_in >= 0) return as_built_in;
    bool can_say = (type->tp_as_number != NULL && type->tp_as_number->nb_bool != NULL) ||
                   (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL) ||
                   (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL);
    return can_say ? -1 : 1;
}

PyObject *rt_box_i64(i64 value) {
    PyObject *object = cp_int_of_kept(value);
    return object != NULL ? object : PyLong_FromLong(value);
}
PyObject *rt_box_u64(i64 bits) {
    return bits >= 0 ? rt_box_i64(bits) : PyLong_FromUnsignedLongLong((uint64_t)bits);
}
PyObject *rt_new_range(i64 next, i64 end, i64 step) { return cp_new_range_iterator(next, end, step); }

i64 rt_range_end(i64 start, i64 stop, i64 step) {
    if (step > 0 ? stop <= start : stop >= start) return start;
    uint64_t distance = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop,
             by = step > 0 ? (uint64_t)step : -(uint64_t)step, steps = (distance - 1) / by + 1;
    return (i64)((uint64_t)start + steps * (uint64_t)step);
}

PyObject *rt_box_f64(double value) { return PyFloat_FromDouble(value); }
PyObject *rt_new_complex(double real, double imag) { return PyComplex_FromDoubles(real, imag); }

/* Does nothing happen where one reference less is held? */
static bool goes_quietly(PyObject *object) { return Py_REFCNT(object) > 1 || rt_ends_quietly(object); }

/* To a place whose old object has been found to go quietly. */
static i64 put_number(PyObject **place, PyObject *object, PyDictValues *values, i64 index) {
    PyObject *old = *place;
    if (object == NULL) { /* the interpreter will find that out by itself */
        PyErr_Clear();
        return 0;
    }
    *place = object;
    if (old != NULL) Py_DECREF(old);
    else if (values != NULL) cp_note_insertion(values, index);
    return 1;
}

i64 rt_put_f64(PyObject **place, double value, PyDictValues *values, i64 index) {
    if (*place != NULL && !goes_quietly(*place)) return 0;
    return put_number(place, PyFloat_FromDouble(value), values, index);
}

i64 rt_put_i64(PyObject **place, i64 value, PyDictValues *values, i64 index) {
    if (*place != NULL && !goes_quietly(*place)) return 0;
    return put_number(place, PyLong_FromLongLong(value), values, index);
}

i64 rt_unbox_long(PyObject *object, PyObject **results) {
    int overflow;
    i64 value = PyLong_AsLongLongAndOverflow(object, &overflow);
    memcpy(results, &value, sizeof(value));
    return !overflow;
}

i64 rt_unbox_word(PyObject *object, PyObject **results) {
    Py_ssize_t size = Py_SIZE(object);
    if (size < 0 || size > 3) return 0;
    if (size == 3 && ((PyLongObject *)object)->ob_digit[2] >> (64 - 2 * PyLong_SHIFT) != 0) return 0;
    return rt_unbox_low(object, results);
}

i64 rt_unbox_low(PyObject *object, PyObject **results) {
    uint64_t bits = PyLong_AsUnsignedLongLongMask(object);
    memcpy(results, &bits, sizeof(bits));
    return 1;
}

/* As the interpreter at a back-edge: signals, pending calls, the GIL's hand-over, an exception from another
 * thread. */
int rt_poll(PyThreadState *tstate) {
    if (Py_MakePendingCalls() != 0) return -1;
    if (cp_gil_is_wanted(tstate)) {
        PyThreadState *saved = PyEval_SaveThread();
        PyEval_RestoreThread(saved);
    }
    return cp_raise_async_exception(tstate);
}

/* Raise NameError or a kin of it with its `name`, which suggestions are made from. */
static void raise_name_error(PyObject *type, const char *format, PyObject *name) {
    const char *text = PyUnicode_AsUTF8(name);
    if (text == NULL) return;
    PyErr_Format(type, format, text);
    if (type != PyExc_NameError) return;
    PyObject *exc, *value, *traceback;
    PyErr_Fetch(&exc, &value, &traceback);
    PyErr_NormalizeException(&exc, &value, &traceback);
    PyNameErrorObject *error = (PyNameErrorObject *)value;
    if (value != NULL && PyErr_GivenExceptionMatches(value, PyExc_NameError) && error->name == NULL)
        error->name = Py_NewRef(name);
    PyErr_Restore(exc, value, traceback);
}

void rt_raise_name_error(PyObject *name) {
    raise_name_error(PyExc_NameError, "name '%.200s' is not defined", name);
}

void rt_unbound_local(Frame *frame, i64 slot) {
    raise_name_error(PyExc_UnboundLocalError,
                     "cannot access local variable '%s' where it is not associated with a value",
                     PyTuple_GET_ITEM(frame->f_code->co_localsplusnames, slot));
}

void rt_unbound_cell(Frame *frame, i64 slot) {
    PyCodeObject *code = frame->f_code;
    if (slot < code->co_nlocalsplus - code->co_nfreevars) {
        rt_unbound_local(frame, slot);
        return;
    }
    raise_name_error(
        PyExc_NameError,
        "cannot access free variable '%s' where it is not associated with a value in enclosing scope",
        PyTuple_GET_ITEM(code->co_localsplusnames, slot));
}
