#include "cpython/top.h"

/* What the frames below the program took, put aside. */
typedef struct Top {
    PyThreadState *thread;
    _PyCFrame cframe;
    int taken; /* of the recursion limit */
} Top;

static void enter_top(Top *top) {
    PyThreadState *thread = PyThreadState_Get();
    top->thread = thread;
    top->cframe = *thread->cframe;
    top->cframe.current_frame = NULL;
    top->cframe.previous = thread->cframe;
    thread->cframe = &top->cframe;
    top->taken = thread->recursion_limit - thread->recursion_remaining;
    thread->recursion_remaining += top->taken;
}

static void leave_top(Top *top) {
    top->thread->cframe = top->cframe.previous;
    top->thread->recursion_remaining -= top->taken;
}

int top_run_file(FILE *file_steal, const char *name) {
    Top top;
    enter_top(&top);
    int failed = PyRun_AnyFileExFlags(file_steal, name, 1, NULL);
    leave_top(&top);
    return failed != 0;
}

int top_run_string(const char *source) {
    Top top;
    enter_top(&top);
    int failed = PyRun_SimpleStringFlags(source, NULL);
    leave_top(&top);
    return failed != 0;
}

int top_run_call(PyObject *call, PyObject *arguments) {
    Top top;
    enter_top(&top);
    PyObject *result = PyObject_CallObject(call, arguments);
    int status = 0;
    if (!result) {
        status = PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) ? TOP_INTERRUPTED : 1;
        PyErr_Print();
    }
    Py_XDECREF(result);
    leave_top(&top);
    return status;
}
