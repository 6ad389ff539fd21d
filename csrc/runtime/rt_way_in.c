/* What the way into compiled code (codegen/quick_way_in.c) does not do itself. */
#include "runtime/rt.h"

#include "ir/image.h"
#include "runtime/osr.h"

PyObject *rt_call_refused(PyThreadState *tstate, PyObject *function_steal, PyObject *first_steal,
                          PyObject *second_steal, PyObject *third_steal, PyObject *fourth_steal) {
    PyObject *rest[2 + WAY_IN_MOST_ARGS] = {NULL,         function_steal, first_steal,
                                            second_steal, third_steal,    fourth_steal};
    i64 count = 2 + cp_plain_args((PyCodeObject *)((PyFunctionObject *)function_steal)->func_code);
    return rt_call(tstate, NULL, rest, count, (UINT64_C(1) << count) - 1);
}

PyObject *rt_end_call(PyThreadState *tstate, Frame *frame, PyObject *result) {
    if (rt_has_left(result)) {
        cp_leave_recursive(tstate);
        result = osr_interpret(tstate, frame, result == RT_UNWIND ? CP_UNWIND : CP_GO_ON);
        tstate->recursion_remaining--;
    }
    cp_pop_frame(tstate, frame); /* runs code: it counts as one level, as in the interpreter */
    cp_leave_recursive(tstate);
    return result;
}
