/* Errors whose text takes much longer to put together than all else about them. Where whoever catches them
 * most likely does not see them, the text waits until it is certain that somebody does. */
#include "runtime/rt.h"

#include "cpython/unseen.h"

/* What was called, and with what, for the error that is set. One per process; guarded by the GIL: no code
 * runs between the call and the exit that it leads to. */
static struct {
    Frame *frame;    // borrowed, for comparison: finalizers run until it is told have frames of their own
    PyObject *class; // borrowed, lives for ever; NULL: there is none
    PyObject *text;  // new ref
} untold;

/* Certainly no int or float, whatever else it is. */
static bool is_no_number(PyObject *class, PyObject *text) {
    const char *letters = class == (PyObject *)&PyLong_Type ? "" : "infatyeINFATYE.";
    if (!PyUnicode_IS_COMPACT_ASCII(text)) return false;
    const char *at = PyUnicode_DATA(text), *end = at + PyUnicode_GET_LENGTH(text);
    for (; at < end; at++)
        if (!Py_ISDIGIT(*at) && !Py_ISSPACE(*at) && strchr("+-_", *at) == NULL &&
            strchr(letters, *at) == NULL)
            return *at > ' ' && *at <= '~';
    return PyUnicode_GET_LENGTH(text) == 0;
}

bool rt_fails_untold(PyThreadState *tstate, PyObject *class, PyObject *argument) {
    if (!PyUnicode_CheckExact(argument) || untold.class != NULL || !is_no_number(class, argument))
        return false;
    Frame *frame = cp_current_frame(tstate);
    FunctionRecord *record = table_record(frame->f_code);
    if (record == NULL || !cp_may_be_unseen(frame, PyExc_ValueError, record->caught)) return false;
    PyErr_SetNone(PyExc_ValueError);
    untold.frame = frame;
    untold.class = class;
    untold.text = Py_NewRef(argument);
    return true;
}

void rt_forget_untold(void) {
    if (untold.class == NULL) return;
    untold.class = NULL;
    Py_CLEAR(untold.text);
}

void rt_tell(PyThreadState *tstate) {
    PyObject *class = untold.class, *text = untold.text, *made = NULL;
    if (__builtin_expect(class == NULL, 1) || untold.frame != cp_current_frame(tstate)) return;
    untold.class = NULL;
    untold.text = NULL;
    if (PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        made = PyObject_CallOneArg(class, text); /* fails */
    }
    Py_XDECREF(made);
    Py_DECREF(text);
}
