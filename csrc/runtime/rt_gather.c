/* A generator that was put in line where a built-in function takes its items, and that goes on in the
 * interpreter: the rest of what that function does. */
#include "runtime/rt.h"

#include "bytecode/bytecode.h"
#include "cpython/generators.h"
#include "runtime/osr.h"

static int take_further(PyObject **best, PyObject *item, int op) {
    int further = *best == NULL ? 1 : PyObject_RichCompareBool(item, *best, op);
    if (further > 0) Py_XSETREF(*best, Py_NewRef(item));
    return further < 0 ? -1 : 0;
}

/* 1: the function is to return, 0: it goes on, -1: raised. */
static int take(GatherKind kind, PyObject **gathered, PyObject *item) {
    int truth;
    switch (kind) {
    case GATHER_ANY:
    case GATHER_ALL: truth = PyObject_IsTrue(item); return truth < 0 ? -1 : truth == (kind == GATHER_ANY);
    case GATHER_LIST: return PyList_Append(*gathered, item);
    case GATHER_FROZEN:
    case GATHER_SET: return PySet_Add(*gathered, item);
    case GATHER_DICT: return PyDict_SetItem(*gathered, PyTuple_GET_ITEM(item, 0), PyTuple_GET_ITEM(item, 1));
    case GATHER_MIN:
    case GATHER_MAX: return take_further(gathered, item, kind == GATHER_MAX ? Py_GT : Py_LT);
    default: {
        PyObject *sum = PyNumber_Add(*gathered, item);
        if (sum == NULL) return -1;
        Py_SETREF(*gathered, sum);
        return 0;
    }
    }
}

static bool finds_extreme(GatherKind kind) { return kind == GATHER_MIN || kind == GATHER_MAX; }

/* What the function has so far, as an object of its own; NULL: the first item is to come. */
static PyObject *begin(GatherKind kind, PyObject *gathered_steal) {
    if (finds_extreme(kind) && gathered_steal == Py_None) {
        Py_DECREF(gathered_steal);
        return NULL;
    }
    bool is_none_yet = kind == GATHER_FLOATS && PyFloat_CheckExact(gathered_steal) &&
                       PyFloat_AS_DOUBLE(gathered_steal) == 0.0 &&
                       copysign(1.0, PyFloat_AS_DOUBLE(gathered_steal)) < 0;
    if (!is_none_yet) return gathered_steal;
    Py_DECREF(gathered_steal);
    return PyLong_FromLong(0); /* a small int, which is there */
}

static PyObject *end(GatherKind kind, PyObject *gathered_steal, int status) {
    bool asks = kind == GATHER_ANY || kind == GATHER_ALL;
    if (gathered_steal == NULL && status >= 0)
        PyErr_Format(PyExc_ValueError, "%s() arg is an empty sequence", kind == GATHER_MIN ? "min" : "max");
    if (gathered_steal == NULL) return NULL;
    if (status >= 0 && !asks) return gathered_steal;
    Py_DECREF(gathered_steal);
    return status < 0 ? NULL : Py_NewRef((status == 1) == (kind == GATHER_ANY) ? Py_True : Py_False);
}

/* The rest of the item that the generator is about. */
static PyObject *first_item(PyThreadState *tstate, PyGenObject *generator, CpEntry how) {
    PyObject *result = osr_interpret(tstate, cp_generator_frame(generator), how);
    if (cp_end_resume(tstate, generator)) return result;
    cp_finish_generator(tstate, generator);
    Py_XDECREF(result);
    return NULL;
}

PyObject *rt_gather_on(PyThreadState *tstate, Frame *frame, PyObject *gathered_steal, int number,
                       CpEntry how) {
    GatherKind kind = (GatherKind)number;
    PyGenObject *generator = cp_frame_generator(frame);
    PyObject *gathered = begin(kind, gathered_steal);
    PyObject *item = first_item(tstate, generator, how);
    int status = 0;
    while (item != NULL && status == 0) {
        status = take(kind, &gathered, item);
        Py_DECREF(item);
        if (status == 0) item = PyGen_Type.tp_iternext((PyObject *)generator);
    }
    Py_DECREF(generator);
    if (status == 0 && tstate->curexc_type != NULL) {
        if (PyErr_ExceptionMatches(PyExc_StopIteration)) PyErr_Clear();
        else status = -1;
    }
    return end(kind, gathered, status);
}
