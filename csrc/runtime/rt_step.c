/* Generators put in line in the loop that goes over them, and that are to be seen or go on in the
 * interpreter: see lower/lower_steps.c. */
#include "runtime/rt.h"

#include "cpython/generators.h"
#include "cpython/spare.h"

static PyObject **operands_of(Frame *frame) { return frame->localsplus + frame->f_code->co_nlocalsplus; }

/* The garbage collector would find frames that are half made. */
static PyGenObject *running(PyThreadState *tstate, PyFunctionObject *function) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    int collects = PyGC_Disable();
    PyGenObject *generator = cp_bare_generator(function);
    spare_fill();
    if (collects) PyGC_Enable();
    if (generator == NULL) Py_FatalError("dxpy: no memory to rebuild a frame");
    PyErr_Restore(type, value, traceback);
    cp_begin_running(tstate, generator);
    return generator;
}

Frame *rt_running_step(PyThreadState *tstate, PyFunctionObject *function, Frame *caller, int depth) {
    PyGenObject *generator = running(tstate, function);
    operands_of(caller)[depth] = (PyObject *)generator;
    return cp_generator_frame(generator);
}

Frame *rt_running_gather(PyThreadState *tstate, PyFunctionObject *function) {
    return cp_generator_frame(running(tstate, function));
}

void rt_end_running(PyThreadState *tstate, Frame *frame) {
    PyGenObject *generator = cp_frame_generator(frame);
    cp_end_resume(tstate, generator);
    cp_finish_generator(tstate, generator);
    Py_DECREF(generator);
}

CpEntry rt_step_given(PyThreadState *tstate, Frame *frame, Frame *loop, const ExitLevel *at,
                      PyObject *result_steal) {
    PyGenObject *generator = cp_frame_generator(frame);
    int locals = loop->f_code->co_nlocalsplus;
    bool yielded = cp_end_resume(tstate, generator);
    if (!yielded) cp_finish_generator(tstate, generator);
    tstate->recursion_remaining++;
    loop->prev_instr = cp_code_units(loop->f_code) + at->lasti;
    loop->stacktop = locals + at->depth;
    if (yielded) {
        operands_of(loop)[at->depth + 1] = result_steal;
        loop->stacktop += 2;
        return CP_GO_ON;
    }
    if (result_steal != NULL) loop->prev_instr = cp_code_units(loop->f_code) + at->offset - 1;
    if (result_steal != NULL && PyCoro_CheckExact(generator)) {
        operands_of(loop)[at->depth] = Py_NewRef(result_steal);
        loop->stacktop++;
    }
    Py_XDECREF(result_steal);
    Py_DECREF(generator);
    return result_steal != NULL ? CP_GO_ON : CP_UNWIND;
}

/* --- taken apart --- */

i64 rt_suspended_at(PyObject *iterator) { return cp_suspended_at(iterator); }

PyObject *rt_function_of(PyObject *generator) {
    return Py_NewRef(cp_generator_frame((PyGenObject *)generator)->f_func);
}

i64 rt_take_slot(PyObject *generator, i64 slot, PyObject **results) {
    Frame *frame = cp_generator_frame((PyGenObject *)generator);
    results[0] = NULL;
    if (slot >= frame->stacktop) return 0;
    results[0] = frame->localsplus[slot];
    frame->localsplus[slot] = NULL;
    return 0;
}

void rt_end_taken(PyThreadState *tstate, PyObject *generator) {
    cp_finish_generator(tstate, (PyGenObject *)generator);
}
